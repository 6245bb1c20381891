"""Open this when announced, received and sold differ: the kinds of differences, and what can be done about each.

A difference is between what a retailer announced, what a warehouse counted and what was sold. ``KINDS`` says what each
means and who acts on it, ``ACTIONS`` what a resolution does with the units concerned.
"""

from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

Action = Literal["count", "accept", "write_off", "send_back", "ask", "hold"]

ACTIONS: MappingProxyType[str, str] = MappingProxyType({
    "count": "what was counted holds, and the other rules of the policy decide on it",
    "accept": "what was announced holds: it is credited as if it had come like that",
    "write_off": "closed without a credit, and nobody is asked",
    "send_back": "not credited; the goods go back to the retailer",
    "ask": "the retailer is asked, and nothing is decided before it answers or its time is over",
    "hold": "nothing is decided before a person says what holds",
})  # fmt: skip
# Until somebody speaks, units concerned by these wait.
WAITING = ("ask", "hold")
# Where several resolutions speak of the same units, the first of these counts.
STRONGEST_FIRST = ("hold", "ask", "send_back", "write_off", "accept", "count")


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of difference. ``came`` says whether there are goods that a resolution can credit, refuse or send back.

    ``announced`` says whether a retailer's announcement could hold instead of the count, so that `accept` means
    something.
    """

    meaning: str
    acts: str
    finding: str
    came: bool
    announced: bool

    @property
    def actions(self) -> tuple[str, ...]:
        """What a policy may say about it."""
        return tuple(
            name
            for name in ACTIONS
            if (self.came or name != "send_back") and (self.announced or name != "accept")
        )  # fmt: skip


KINDS: MappingProxyType[str, Kind] = MappingProxyType({
    "short": Kind("less of an item was in the box than was announced", "the retailer", "RECEIPT-SHORT", False, True),
    "over": Kind("more of an item was in the box than was announced", "the retailer", "RECEIPT-OVER", True, False),
    "swap": Kind("another size or colour of the announced style came", "nobody, if the price is the same",
                 "RECEIPT-SWAP", True, False),
    "wrong_item": Kind("another item came in place of the announced one", "the retailer", "RECEIPT-WRONG-ITEM",
                       True, False),
    "damaged": Kind("announced without a fault, counted in as damaged", "whoever carries damage on the way",
                    "RECEIPT-DAMAGED", True, True),
    "condition": Kind("came in a condition other than the reason of the return says", "whoever prices the grade",
                      "RECEIPT-CONDITION-DIFFERS", True, True),
    "unannounced": Kind("a box came that nobody announced", "the retailer", "RECEIPT-UNANNOUNCED", True, False),
    "never_arrived": Kind("nothing of the return came in the time agreed", "the retailer", "RETURN-NEVER-ARRIVED",
                          False, True),
    "carton_missing": Kind("other boxes of the return came, this one did not in the time agreed",
                           "the retailer and its carrier", "CARTON-MISSING", False, True),
    "carton_doubled": Kind("two receipts count the same box, and together they count too much", "the warehouse",
                           "CARTON-DOUBLED", True, False),
    "late": Kind("it came after the time agreed", "nobody, unless the policy says so", "RECEIPT-LATE", True, True),
    "not_ours": Kind("the item is none of ours, or was never sold to this retailer by us", "the retailer",
                     "RECEIPT-NOT-OURS", True, False),
    "credited_before": Kind("it came after it was credited as announced", "nobody: it is not credited twice",
                            "RECEIPT-CREDITED-BEFORE", True, False),
    "decided": Kind("a later version of the receipt counts units otherwise that were decided", "a person",
                    "RECEIPT-DECIDED-BEFORE", False, False),
})  # fmt: skip

# Units that were announced and are not there: told by a receipt, or by the clock.
MISSING = ("short", "never_arrived", "carton_missing")
# Units that are there and were not announced.
FOUND = ("over", "unannounced", "swap", "wrong_item", "carton_doubled", "not_ours", "credited_before")
# Told of units of which goods were counted in, whoever announced them.
COUNTED = ("damaged", "condition", "late")

# What a reason says of the condition of the goods, as far as a dock can see it; other reasons say nothing.
FAULTY_REASONS = ("damaged", "damaged_in_transit", "misuse")
SOUND_REASONS = ("overstock", "end_of_season", "discontinued", "stock_agreement", "ordering_error", "price",
                 "not_faulty")  # fmt: skip
# Why a counted unit was sold to nobody that we know: the allocation's reasons that make it `not_ours`.
NOT_OURS = ("LINE-ITEM-UNKNOWN", "LINE-NEVER-SOLD")
