"""Open this when a retailer is told wrongly why goods that it announced are not credited: the rows of such an answer.

Each line carries as its code the rule that refused it (``window_days``, ``conditions.damaged``), or the finding by
which no sale was found. What that is in words and in X12 180 is said by the code lists ``words/refusals``
and ``x12_1294/refusals``.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

Row = Mapping[str, Any]

_UNPLACED = "unplaced."
# Rules that end with a word of the policy's own (``caps.season``): the rule alone names the reason.
_WITH_A_NAME = ("caps", "credit.entitlement.reasons", "credit.entitlement.origins")
_SAME = ("line_no", "disposition", "reason", "gtin", "vendor_item", "buyer_item", "units", "po_number", "po_line",
         "invoice_number", "store")  # fmt: skip


def refusal_rows(lines: Sequence[Row], number: str, now: datetime) -> dict[str, Any]:
    """An answer (``schemas.outbound.ANSWERS``) about refused lines (``REFUSED_LINES``) of one return."""
    return {
        "number": number,
        "written_at": now.replace(tzinfo=None, second=0, microsecond=0),
        "request_number": lines[0]["number"],
        "authorisation": None,
        "verdict": "refused",
        "store": lines[0]["store"],
        "lines": [_line(line) for line in lines],
    }


def reason_code(rule: str) -> str:
    """The finding or the rule of the policy by which the code lists name a reason.

    >>> reason_code("unplaced.LINE-NEVER-SOLD"), reason_code("conditions.damaged")
    ('LINE-NEVER-SOLD', 'conditions.damaged')
    >>> reason_code("caps.season")
    'caps'
    """
    named = next((one for one in _WITH_A_NAME if rule.startswith(f"{one}.")), rule)
    return named.removeprefix(_UNPLACED)


def _line(line: Row) -> dict[str, Any]:
    return {name: line[name] for name in _SAME} | {
        "verdict": "refused",
        "code": reason_code(line["rule"]),
        "meaning": line["because"],
        "quantity": str(line["units"]),
    }
