"""Open this when an ERP should also take goods: replacement orders that go out, returned goods that came in.

An ERP need not: where it has no such port, a replacement order goes out as a file, and receipts stay with us.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Literal, Protocol

from pydantic import BaseModel, ConfigDict

from schemas.errors import PermanentError

# replacement: goods that the retailer gets again, free of charge. receipt: returned goods that a warehouse counted in.
GoodsKind = Literal["replacement", "receipt"]


class GoodsLine(BaseModel):
    """Units of an item. ``location``: the code of the place they go to; None: where the ERP puts goods by itself."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    item: str
    vendor_item: str | None = None
    units: int
    location: str | None = None


class GoodsRequest(BaseModel):
    """Everything an ERP needs for one document of goods; its canonical JSON is what its hash is taken of.

    ``store``: who of the retailer gets it; ``number``: the return, or the receipt by the warehouse's own number.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")
    kind: GoodsKind
    reference: str
    company: str
    retailer: str
    number: str
    store: str | None = None
    lines: tuple[GoodsLine, ...]

    def canonical(self) -> str:
        """The same text for the same request."""
        return self.model_dump_json()

    @property
    def digest(self) -> str:
        """SHA-256 of the canonical text."""
        return hashlib.sha256(self.canonical().encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class GoodsDocument:
    """A document of goods as the ERP has it, in the words of the request that it was looked up for.

    ``lines`` in any order, each with its location once the document is done; ``charged``: what its goods cost.
    """

    reference: str
    document_id: str
    state: Literal["draft", "done"]
    number: str | None
    company: str
    retailer: str
    store: str | None
    lines: tuple[GoodsLine, ...]
    charged: Decimal
    request_hash: str | None
    digest: str  # sha256 of the document's own form


@dataclass(frozen=True, slots=True)
class GoodsCapabilities:
    """What an ERP takes. ``receipts_since``: goods counted before that day are in its books by another way.

    ``locations``: where goods go, by route (restock, outlet …) or grade (sellable, damaged …), as its own codes.
    """

    replacements: bool = False
    receipts_since: date | None = None
    locations: Mapping[str, str] = field(default_factory=dict)


class GoodsErp(Protocol):
    """An ERP that takes goods. It keeps a reference single by itself, in one table of the kind: a request that comes
    twice, or late, makes no second document. One that cannot promise this does not implement the port.

    A call returns (it succeeded) or raises PermanentError (refused), TransientError (nothing was sent) or
    UncertainError (nobody knows). The contract suite ``tests/contracts/test_goods.py`` runs on every implementation.
    """

    @property
    def goods(self) -> GoodsCapabilities:
        """What this ERP takes."""
        ...

    def find_goods(self, request: GoodsRequest) -> GoodsDocument | None:
        """The document of the request's reference, from the primary. PermanentError: somebody cancelled it."""
        ...

    def draft_goods(self, request: GoodsRequest) -> str:
        """A draft that moves nothing; answers its id (of the one that is there, where there is one)."""
        ...

    def confirm_goods(self, request: GoodsRequest, document_id: str) -> None:
        """Order or book its goods, each line at its location; nothing happens to what is done already."""
        ...


def ensure_same(document: GoodsDocument, request: GoodsRequest) -> None:
    """The document says what the request says. PermanentError: it does not; ``charged`` must be nothing."""
    located = document.state == "done" and request.kind == "receipt"
    expected = {
        "reference": request.reference,
        "company": request.company,
        "retailer": request.retailer,
        "store": request.store,
        "goods": _goods(request.lines, located),
        "charged": Decimal(0),
        "request_hash": request.digest,
    }
    found = {name: getattr(document, name) for name in expected if name != "goods"}
    found["goods"] = _goods(document.lines, located)
    differing = [f"{name} is {found[name]}, not {value}" for name, value in expected.items() if found[name] != value]
    if differing:
        raise PermanentError(
            f"{document.number or document.document_id} in the ERP ({document.state}) is not {request.reference}: "
            f"{'; '.join(differing)}. Next: correct it in the ERP; the next run looks again."
        )


def _goods(lines: tuple[GoodsLine, ...], located: bool) -> str:
    """Units by item, and by location where that counts: in one order, in words."""
    total: dict[tuple[str, str], int] = {}
    for line in lines:
        key = (line.item, line.location or "" if located else "")
        total[key] = total.get(key, 0) + line.units
    return ", ".join(f"{units} of {item}{f' at {place}' if place else ''}" for (item, place), units in
                     sorted(total.items()))  # fmt: skip
