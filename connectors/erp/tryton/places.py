"""Open this when goods find no item, address or location in Tryton: what a document of goods needs of its database."""

from functools import cache
from typing import Any

from connectors.erp.goods import GoodsLine
from connectors.erp.tryton.wire import Record, Wire
from schemas.errors import PermanentError

_PRODUCT = ("code", "template.default_uom.id", "template.default_uom.factor")
_PARTY = (
    "customer_location", "addresses.id", "addresses.delivery", "addresses.identifiers.code",
)  # fmt: skip
_WAREHOUSE = ("input_location", "storage_location")


class Places:
    """The ids that one document needs, each asked when it is needed. PermanentError: Tryton has none that fits."""

    def __init__(self, wire: Wire, company: int, customer: str, warehouse: str) -> None:
        self._wire = wire
        self.company = company
        self._code = customer
        self._warehouse = warehouse
        self._party = cache(self._read_party)

    def customer(self) -> int:
        """The retailer's party."""
        return int(self._party()["id"])

    def customer_location(self) -> int:
        """Where goods at this customer are, for Tryton."""
        return int(_id(self._party()["customer_location"]))

    def address(self, store: str | None) -> int:
        """The address of a store, by its code or GLN among the address's identifiers; without a store the first one
        for deliveries."""
        addresses = self._party()["addresses"]
        if store is None:
            fits = sorted(addresses, key=_not_for_delivery)
        else:
            fits = [one for one in addresses if store in {said["code"] for said in one["identifiers"]}]
        if not fits or (store is not None and len(fits) > 1):
            what = f"the store {store}" if store is not None else "deliveries"
            raise PermanentError(
                f"The party {self._code} has {len(fits) or 'no'} address{'es' if fits else ''} for {what} in Tryton. "
                f"Next: add an identifier {store or ''} to the one that is meant; the next run looks again."
            )
        return int(fits[0]["id"])

    def product(self, line: GoodsLine) -> tuple[int, int]:
        """The product of a line and its unit, which must be the piece: by GTIN, else by our item number."""
        codes = sorted({line.item, *(line.item.lstrip("0").zfill(places) for places in (8, 12, 13, 14))})
        found = self._wire.search("product.product", [["identifiers.code", "in", codes]], _PRODUCT)
        if not found:
            found = self._wire.search("product.product", [["code", "=", line.vendor_item or line.item]], _PRODUCT)
        pieces = [one for one in found if one["template"]["default_uom"]["factor"] == 1]
        if len(pieces) != 1:
            told = "none that is counted in pieces" if found and not pieces else f"{len(pieces) or 'none'}"
            raise PermanentError(
                f"Of products with the code {line.item} Tryton has {told}. "
                "Next: give one product this GTIN as identifier; the next run looks again."
            )
        return pieces[0]["id"], pieces[0]["template"]["default_uom"]["id"]

    def warehouse(self) -> Record:
        """The warehouse of the settings."""
        domain = [["code", "=", self._warehouse], ["type", "=", "warehouse"]]
        return self._only(self._wire.search("stock.location", domain, _WAREHOUSE), f"warehouse {self._warehouse}")

    def location(self, code: str) -> int:
        """The storage location of this code."""
        found = self._wire.search("stock.location", [["code", "=", code], ["type", "=", "storage"]], ["id"])
        return int(self._only(found, f"storage location {code}")["id"])

    def currency(self) -> int:
        """The company's."""
        (found,) = self._wire.search("company.company", [["id", "=", self.company]], ["currency"])
        return int(_id(found["currency"]))

    def _read_party(self) -> Record:
        found = self._wire.search("party.party", [["code", "=", self._code]], _PARTY)
        return self._only(found, f"party {self._code}")

    def _only(self, found: list[Record], what: str) -> Record:
        if len(found) != 1:
            raise PermanentError(
                f"Tryton has {len(found) or 'no'} {what}. Next: see that one location or party there has this code; "
                "the next run looks again."
            )
        return found[0]


def _not_for_delivery(address: Record) -> tuple[bool, int]:
    return not address["delivery"], int(address["id"])


def _id(related: Any) -> Any:
    return related["id"] if isinstance(related, dict) else related
