"""Open this when something that was sold in Tryton does not come: reading what changed, by the time of its change.

A record counts as changed when it, or a line of it, was written. The cursor is the moment of the last change that was
given. Transactions carry the moment at which they began, so each reading starts ``longest_request_seconds`` before it:
what ended late, and what has the very same moment, comes too. What comes twice has no effect.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from connectors.erp.supply import SupplyPage, page_rows
from connectors.erp.tryton.adapter import connect, known_companies
from connectors.erp.tryton.settings import TrytonSettings
from connectors.erp.tryton.supply_rows import ROWS, Beside
from connectors.erp.tryton.wire import Domain, Record
from schemas.supply import SUPPLY_KINDS, SupplyKind

_STAMPS = ("write_date", "create_date")
_AT_ONCE = 5_000  # records of which only the moments are asked
_IDS = 300
_DOCUMENTS = 100  # documents of a page


@dataclass(frozen=True, slots=True)
class Reading:
    """Where documents of a kind are in Tryton: their model, which of them count, what is asked of them.

    ``parts`` are the models of their lines, with the field that leads back.
    """

    model: str
    domain: Domain
    fields: tuple[str, ...]
    parts: tuple[tuple[str, str], ...] = ()
    customer: str | None = None
    lines: str | None = None


_LINE = ("id", "product", "quantity", "unit.factor")
READINGS: dict[SupplyKind, Reading] = {
    "items": Reading(
        "product.product", (),
        ("code", "template.name", "identifiers.code"),
        parts=(("product.identifier", "product"),),
    ),
    "orders": Reading(
        "sale.sale", (("state", "in", ("confirmed", "processing", "done", "cancelled")), ("number", "!=", None)),
        ("number", "state", "sale_date", "reference", "party.code", "currency.code", *_STAMPS, "lines.type",
         "lines.description", "lines.unit_price", *(f"lines.{name}" for name in (*_LINE, *_STAMPS))),
        parts=(("sale.line", "sale"),), customer="party", lines="lines",
    ),
    "invoices": Reading(
        "account.invoice",
        (("type", "=", "out"), ("state", "in", ("posted", "paid", "cancelled")), ("number", "!=", None)),
        ("number", "state", "invoice_date", "reference", "party.code", "company.party.code", "currency.code",
         "untaxed_amount", "lines.type", "lines.description", "lines.unit_price", "lines.amount", "lines.taxes",
         "taxes.tax", "taxes.amount", *(f"lines.{name}" for name in _LINE)),
        customer="party", lines="lines",
    ),
    "shipments": Reading(
        "stock.shipment.out", (("state", "in", ("packed", "shipped", "done", "cancelled")), ("number", "!=", None)),
        ("number", "state", "effective_date", "customer.code", *_STAMPS, "outgoing_moves.state",
         *(f"outgoing_moves.{name}" for name in (*_LINE, *_STAMPS))),
        parts=(("stock.move", "shipment"),), customer="customer", lines="outgoing_moves",
    ),
}  # fmt: skip
# The lines of orders that lines of these kinds were made from, and the field that leads to them.
_ORDERED: dict[SupplyKind, str] = {"invoices": "invoice_lines", "shipments": "moves"}


class TrytonSupply:
    """What a Tryton database tells of what was sold; nothing is written there."""

    def __init__(self, settings: TrytonSettings) -> None:
        self._settings = settings
        self._client, self._wire = connect(settings)
        self._retailers = {code: retailer for retailer, code in settings.customers.items()}
        self._companies = {code: company for company, code in settings.companies.items()}
        self._acts = False

    @property
    def kinds(self) -> Sequence[SupplyKind]:
        """All of them; the database needs the modules `sale` and `stock`."""
        return SUPPLY_KINDS

    def close(self) -> None:
        """Let go of the connections."""
        self._client.close()

    def pages(self, kind: SupplyKind, since: str | None) -> Iterator[SupplyPage]:
        """What was made or changed since this cursor, oldest change first."""
        if not self._acts:
            known_companies(self._wire)
            self._acts = True
        reading = READINGS[kind]
        for part in _parts(self._changed(reading, since)):
            found = self._wire.search(
                reading.model, [["id", "in", [one for one, _ in part]], *reading.domain], reading.fields
            )
            place = {one: n for n, (one, _) in enumerate(part)}
            found.sort(key=lambda record: place[record["id"]])
            ours = [one for one in found if self._is_ours(reading, one)]
            beside = self._beside(kind, reading, ours)
            rows = [row for record in ours for row in ROWS[kind](record, beside)]
            yield SupplyPage(page_rows(kind, rows), part[-1][1].isoformat(), len(found) - len(ours))

    def _is_ours(self, reading: Reading, record: Record) -> bool:
        return reading.customer is None or record[reading.customer]["code"] in self._retailers

    def _changed(self, reading: Reading, since: str | None) -> list[tuple[int, datetime]]:
        """The ids of documents that changed, with the moment of their last change, in its order."""
        changed: dict[int, datetime] = {}
        for model, parent in ((reading.model, "id"), *reading.parts):
            own = reading.domain if parent == "id" else ()
            for record in self._stamped(model, parent, own, since):
                document = _parent(record[parent], reading.model)
                if document is not None:
                    at = record["write_date"] or record["create_date"]
                    changed[document] = max(changed.get(document, at), at)
        return sorted(changed.items(), key=lambda one: (one[1], one[0]))

    def _stamped(self, model: str, parent: str, own: Domain, since: str | None) -> Iterator[Record]:
        """The moments of records of a model that were written since."""
        after = 0
        while True:
            domain = [["id", ">", after], *own, *self._since(since)]
            found = self._wire.search(model, domain, ("id", *_STAMPS, *([] if parent == "id" else [parent])), _AT_ONCE)
            yield from found
            if len(found) < _AT_ONCE:
                return
            after = found[-1]["id"]

    def _since(self, since: str | None) -> list[Any]:
        if since is None:
            return []
        first = datetime.fromisoformat(since) - timedelta(seconds=self._settings.longest_request_seconds)
        never_written = [["write_date", "=", None], ["create_date", ">=", first]]
        return [["OR", [["write_date", ">=", first]], never_written]]

    def _beside(self, kind: SupplyKind, reading: Reading, records: Sequence[Record]) -> Beside:
        """What the lines of these documents point at."""
        beside = Beside(self._retailers, self._companies)
        lines = [line for record in records for line in (record[reading.lines] if reading.lines else ())]
        products = sorted({_id(line["product"]) for line in lines if line["product"] is not None})
        fields = ("code", "template.name", "template.default_uom.factor", "identifiers.code")
        beside.products = self._by_id("product.product", products, fields)
        taxes = sorted({_id(tax) for line in lines for tax in line.get("taxes") or ()})
        beside.taxes = self._by_id("account.tax", taxes, ("rate",))
        if kind in _ORDERED and lines:
            beside.ordered = self._ordered(_ORDERED[kind], [line["id"] for line in lines])
        return beside

    def _by_id(self, model: str, ids: Sequence[int], fields: Sequence[str]) -> dict[int, Record]:
        return {
            one["id"]: one for part in _chunks(ids) for one in self._wire.search(model, [["id", "in", part]], fields)
        }

    def _ordered(self, field: str, ids: Sequence[int]) -> dict[int, Record]:
        """The order line of each of these lines of invoices or shipments that was made from one."""
        fields = ("sale.number", "sale.reference", f"{field}.id")
        found = [one for part in _chunks(ids) for one in self._wire.search("sale.line", [[field, "in", part]], fields)]
        return {_id(line): ordered for ordered in found for line in ordered[field]}


def _chunks(ids: Sequence[int]) -> Iterator[list[int]]:
    """So many that they fit into an address."""
    return (list(ids[start : start + _IDS]) for start in range(0, len(ids), _IDS))


def _parts(changed: Sequence[tuple[int, datetime]]) -> Iterator[Sequence[tuple[int, datetime]]]:
    return (changed[start : start + _DOCUMENTS] for start in range(0, len(changed), _DOCUMENTS))


def _id(related: Any) -> Any:
    return related["id"] if isinstance(related, dict) else related


def _parent(related: Any, model: str) -> int | None:
    """The id of the document that a line belongs to; None when it belongs to another model."""
    if isinstance(related, str):
        of, _, number = related.partition(",")
        return int(number) if of == model else None
    found = _id(related)
    return None if found is None else int(found)
