"""Open this when you write or read a ``partner.yaml``: what we know of a retailer, a warehouse or our own ERP.

A partner is a folder below the partners' folder: ``partner.yaml``, maps, code lists and samples. It never needs Python.
"""

from datetime import date
from decimal import Decimal
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from schemas.authorisation import Authorisation
from schemas.control import Control
from schemas.credit_terms import Cap, CreditTerms, with_window_days
from schemas.evidence import EVIDENCE
from schemas.goods import Goods
from schemas.letters import Letters
from schemas.reconciliation import Reconciliation

Role = Literal["retailer", "warehouse", "erp"]
Wanted = Literal["997", "999", "received"]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Identity(_Strict):
    """How a partner names itself in an envelope: ISA05/06 for X12, UNB 0007/0004 for EDIFACT, or any other scheme."""

    scheme: Literal["x12", "edifact", "name"]
    qualifier: str = ""
    id: str


class Arrival(_Strict):
    """When a file in a mailbox counts as wholly written.

    ``rename``: the partner writes under a temporary name and renames. ``stable``: size and time stood still for
    ``settle_seconds`` over two listings. Names that match ``ignore`` never count.
    """

    rule: Literal["rename", "stable"] = "stable"
    settle_seconds: int = Field(60, ge=0)
    ignore: tuple[str, ...] = (".*", "*.tmp", "*.part", "*.filepart", "*.writing", "*.swp", "*~")


class Channel(_Strict):
    """A mailbox of the partner. Addresses and keys that differ per installation stand in the settings, not here."""

    id: str = "main"
    kind: Literal["sftp", "folder"]
    inbox: str = Field(description="folder we read from")
    archive: str = Field(description="folder that read files are moved to")
    outbox: str | None = Field(None, description="folder we write answers to; none: the partner gets no answers here")
    arrival: Arrival = Arrival()
    file_bytes_max: int = Field(64 * 1024 * 1024, description="larger files are left where they are, and reported")


class Limits(_Strict):
    """Up to which net amount, in units of the currency, a credit goes out without a person."""

    line: Decimal = Decimal(500)
    note: Decimal = Decimal(2500)
    account_day: Decimal = Field(Decimal(25_000), description="all credits of this retailer on one day")
    day: Decimal = Field(Decimal(100_000), description="all credits of all retailers on one day")


Verdict = Literal["credit", "refuse", "hold"]
Order = Literal["newest", "oldest", "cheapest", "dearest", "nearest_price"]


class Policy(_Strict):
    """What we agreed with a retailer about returns. Every rule that decides is named by its key here."""

    version: str = "1"
    written_by: str | None = Field(None, description="who wrote these rules, and so approves no credit by them")
    window_days: int = Field(365, ge=0, description="calendar days from the sale to the return, both days in the zone")
    receipt_days: int = Field(21, ge=0, description="days after the notice when its box is overdue")
    goods_stay: tuple[str, ...] = Field(("keep", "dispose"), description="dispositions that are credited without goods")
    conditions: dict[str, Verdict] = {
        "sellable": "credit",
        "repack": "credit",
        "second": "credit",
        "damaged": "refuse",
        "wrong_item": "hold",
        "unknown": "hold",
    }
    unplaced: dict[str, Verdict] = {
        "LINE-NEVER-SOLD": "refuse",
        "LINE-SOLD-LATER": "refuse",
        "LINE-BEYOND-SOLD": "refuse",
        "LINE-SOLD-IN-PACKS": "hold",
        "LINE-ITEM-UNKNOWN": "hold",
    }
    evidence: tuple[str, ...] = Field(
        tuple(EVIDENCE)[:-1], description="kinds of schemas/evidence.py that count, the strongest first"
    )
    order: Order = Field("newest", description="which of equally evident sales is taken first")
    spread_tolerance: Decimal = Field(Decimal(1), description="money spread up to which no person is asked")
    limits: Limits = Limits()
    credit: CreditTerms = CreditTerms()
    caps: tuple[Cap, ...] = Field((), description="how much is credited at most, in the order in which they are asked")
    map_hold_days: int = Field(
        3, ge=0, description="days after a mapping changed in which its credits need a person; 0: never"
    )
    control: Control = Control()
    authorisation: Authorisation = Authorisation()
    goods: Goods = Goods()
    reconciliation: Reconciliation = Reconciliation()

    @model_validator(mode="before")
    @classmethod
    def _one_window(cls, given: Any) -> Any:
        return with_window_days(given)

    @field_validator("evidence")
    @classmethod
    def _kinds_exist(cls, named: tuple[str, ...]) -> tuple[str, ...]:
        """``sold`` always holds and is no kind to choose."""
        kinds = tuple(EVIDENCE)[:-1]
        wrong = [name for name in named if name not in kinds] or [n for n in named if named.count(n) > 1]
        if wrong:
            raise ValueError(f"{wrong[0]!r} is no kind of evidence or stands twice; kinds are {', '.join(kinds)}")
        return named


class Address(_Strict):
    """A postal address as a credit note needs it (EN 16931 BG-5, BG-8)."""

    street: str = ""
    city: str = ""
    postcode: str = ""
    country: Annotated[str, Field(pattern=r"^[A-Z]{2}$")] = "GB"


class Party(_Strict):
    """Who stands on a credit note (EN 16931 BG-4 seller, BG-7 buyer)."""

    legal_name: str
    vat_id: str | None = None
    endpoint: tuple[str, str] | None = Field(None, description="electronic address: EAS scheme and value")
    address: Address = Address()


class Partner(_Strict):
    """A partner.yaml."""

    id: Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]{1,30}$")]
    name: str
    role: Role
    timezone: str = "Europe/London"
    identities: tuple[Identity, ...] = ()
    our_identity: Identity | None = Field(None, description="how this partner addresses us")
    party: Party | None = Field(None, description="retailers: who the credit note is for")
    channels: tuple[Channel, ...] = ()
    acknowledge: bool | Wanted = Field(
        True,
        description="answer files with 997, CONTRL or a table of results; 999: groups of version 005010 and later get "
        "a 999; received: interchanges are only told that they arrived, by TA1 or by action 8 of CONTRL",
    )
    business_answers: Literal["none", "faults", "all"] = Field(
        "none", description="824 or APERAK for documents that were not taken as they are, or for all of them"
    )
    authorises: bool = Field(
        False, description="answer announced returns line by line, by an outbound map of the partner's of kind `answer`"
    )
    credit_notes_from: date | None = Field(
        None,
        description="send credit notes that are posted from this day on, by an outbound map of the partner's of kind "
        "`credit`; none: never",
    )
    refusals_from: date | None = Field(
        None,
        description="tell which announced goods are refused by decisions from this day on, and why, by an outbound map "
        "of the partner's of kind `answer`; none: never",
    )
    letters: Letters | None = Field(
        None,
        description="write questions, reminders and our word on announced goods as mail too, into the mailbox of the "
        "other answers; none: tables and messages alone",
    )
    acknowledges_within_days: int | None = Field(
        None,
        ge=0,
        description="days after which our 824 or APERAK is overdue for the partner's 997 or CONTRL; none: never",
    )
    tolerate: tuple[Literal["segment_count"], ...] = Field((), description="named deviations that do not quarantine")
    policy: Policy = Policy()

    @property
    def answers_wanted(self) -> Wanted | None:
        """Which syntax answers it gets; None if none."""
        if isinstance(self.acknowledge, bool):
            return "997" if self.acknowledge else None
        return self.acknowledge

    @field_validator("acknowledge", mode="before")
    @classmethod
    def _number_is_a_name(cls, given: object) -> object:
        """YAML reads 999 without quotes as a number."""
        return str(given) if isinstance(given, int) and not isinstance(given, bool) else given

    @field_validator("timezone")
    @classmethod
    def _zone_exists(cls, name: str) -> str:
        try:
            ZoneInfo(name)
        except ZoneInfoNotFoundError:
            raise ValueError(f"there is no time zone {name!r}; write one like Europe/London") from None
        return name
