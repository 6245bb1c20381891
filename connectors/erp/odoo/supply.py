"""Open this when items, orders, invoices and shipments are read out of Odoo: pages, cursors, and what is never missed.

Pages go by id, which never changes, over everything that was written since a time. So a document that changes while
pages are read neither moves between pages nor falls out of them, and records that were written in the same second
(thousands, after an import) are no trouble. What changes behind the page that is being read has a later time than
``upto``, the latest that there was when reading began, and comes with the next call.

A record has the time at which its transaction *began*, and is seen when that ends. So the next call begins ``OVERLAP``
before ``upto``: longer than a request may take in Odoo. What was written in that time comes again. A replica that is
behind shows an earlier ``upto``, so nothing is lost by it either.

A cursor is ``since`` or, between two pages, ``since|id|upto``.
"""

from collections.abc import Generator, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

import httpx

from connectors.erp.odoo.adapter import connect
from connectors.erp.odoo.known import Known
from connectors.erp.odoo.settings import OdooSettings
from connectors.erp.odoo.sold import ROWS, SOURCES, Read, Source
from connectors.erp.odoo.wire import Record, id_of
from connectors.erp.supply import SupplyPage, page_rows
from schemas.errors import PermanentError
from schemas.supply import SUPPLY_KINDS, SupplyKind

OVERLAP = timedelta(minutes=30)
PAGE_DOCUMENTS = 200
_TIME = "%Y-%m-%d %H:%M:%S"
_TAXES = ("name", "amount", "amount_type")
_CATEGORY = "ubl_cii_tax_category_code"  # of the module for electronic invoices, where it is installed


@dataclass(frozen=True, slots=True)
class Place:
    """How far reading has come: everything written since ``since`` (empty: ever), behind this id."""

    since: str = ""
    after: int = 0
    upto: str = ""

    @classmethod
    def of(cls, cursor: str | None) -> "Place":
        """PermanentError: no cursor of ours."""
        since, _, rest = (cursor or "").partition("|")
        after, _, upto = rest.partition("|")
        try:
            for time in (since, upto):
                datetime.strptime(time or "2000-01-01 00:00:00", _TIME)  # noqa: DTZ007 - Odoo's times have no zone
            return cls(since, int(after or 0), upto)
        except ValueError:
            raise PermanentError(
                f"{cursor!r} is no cursor of a supply from Odoo. Next: read from the beginning, without a cursor."
            ) from None

    def __str__(self) -> str:
        return f"{self.since}|{self.after}|{self.upto}" if self.after else self.since

    def end(self) -> "Place":
        """Where the next call begins."""
        if not self.upto:
            return Place(self.since)
        begun = datetime.strptime(self.upto, _TIME) - OVERLAP  # noqa: DTZ007
        return Place(max(self.since, begun.strftime(_TIME)))


class OdooSupply:
    """What an Odoo database knows of what was sold. Nothing is ever changed in it."""

    def __init__(
        self,
        settings: OdooSettings,
        *,
        transport: httpx.BaseTransport | None = None,
        page_documents: int = PAGE_DOCUMENTS,
    ) -> None:
        self._settings = settings
        self._client, self._wire = connect(settings, transport)
        self._known = Known(self._wire, settings)
        self._page_documents = page_documents
        self._tax_fields: tuple[str, ...] = ()

    @property
    def kinds(self) -> Sequence[SupplyKind]:
        """All of them."""
        return SUPPLY_KINDS

    def close(self) -> None:
        """Let go of the connections."""
        self._client.close()

    def pages(self, kind: SupplyKind, since: str | None) -> Iterator[SupplyPage]:
        """What was made or changed since this cursor (None: everything), page by page."""
        self._known.companies()
        source, place = SOURCES[kind], Place.of(since)
        if place.upto:  # in the middle of an earlier call: its rest, and then what changed behind its back
            place = yield from self._pass(kind, source, place)
        yield from self._pass(kind, source, replace(place, upto=self._latest(source)))

    def _pass(self, kind: SupplyKind, source: Source, place: Place) -> Generator[SupplyPage, None, Place]:
        """Once through everything since a time, from this id on; where the next pass begins."""
        while True:
            heads, before = self._changed(source, place), place
            last = len(heads) < self._page_documents
            place = place.end() if last else replace(place, after=heads[-1]["id"])
            if heads or str(place) != str(replace(before, upto="")):
                yield self._page(kind, heads, str(place))
            if last:
                return place

    def _latest(self, source: Source) -> str:
        """The latest time of anything of this kind, so of everything that is seen by now."""
        times = [
            row["write_date"]
            for model in (source.model, source.lines or "product.template")
            for row in self._wire.search(
                model, [], ["write_date"], order="write_date desc, id desc", limit=1, archived=True
            )
        ]
        return max(times, default="")

    def _changed(self, source: Source, place: Place) -> list[Record]:
        changed: list[Any] = []
        if place.since:
            changed = ["|"] * (len(source.changes) - 1)
            changed += [[path, ">=", place.since] for path in source.changes]
        domain = [*source.domain, *changed, ["id", ">", place.after]]
        return self._wire.search(
            source.model, domain, source.fields, order="id", limit=self._page_documents, archived=True
        )

    def _page(self, kind: SupplyKind, heads: Sequence[Record], cursor: str) -> SupplyPage:
        read = self._read(kind, heads)
        return SupplyPage(page_rows(kind, ROWS[kind](read)), cursor, len(heads) - len(read.heads))

    def _read(self, kind: SupplyKind, heads: Sequence[Record]) -> Read:
        """The documents of our retailers with everything that they point at; a question for each model."""
        source, wire = SOURCES[kind], self._wire
        partners = wire.by_id("res.partner", _ids(heads, "partner_id", "partner_shipping_id"), _PARTNER)
        retailers = self._retailers_of(source, heads, partners)
        ours = [one for one in heads if not source.customer or one["id"] in retailers]
        lines = self._lines(source, [one["id"] for one in ours])
        every = [line for of in lines.values() for line in of]
        taxes = (tax for line in every for tax in line.get("tax_ids") or ())
        values = (value for one in ours for value in one.get("product_template_attribute_value_ids") or ())
        return Read(
            heads=ours,
            lines=lines,
            retailers=retailers,
            companies=self._known.ours(),
            partners=partners,
            products=wire.by_id("product.product", _ids(every, "product_id"), ("barcode", "default_code", "uom_id")),
            taxes=wire.by_id("account.tax", taxes, self._taxes()) if kind == "invoices" else {},
            orders=self._orders(kind, ours, every),
            values=wire.by_id("product.template.attribute.value", values, ("name", "attribute_id")),
            names=self._settings.attributes,
            categories=self._settings.tax_categories,
            packages=wire.by_id("stock.package", _ids(every, "result_package_id"), ("name",)),
        )

    def _retailers_of(self, source: Source, heads: Sequence[Record], partners: Mapping[int, Record]) -> dict[int, str]:
        """The retailer of each document; those of other customers are missing."""
        if not source.customer:
            return {}
        known, found = self._known.retailers(), dict[int, str]()
        for one in heads:
            partner = partners.get(id_of(one[source.customer]) or 0)
            commercial = id_of(partner["commercial_partner_id"]) if partner else None
            if commercial and commercial in known:
                found[one["id"]] = known[commercial]
        return found

    def _lines(self, source: Source, ids: Sequence[int]) -> dict[int, list[Record]]:
        if not source.lines or not ids:
            return {}
        domain = [[source.parent, "in", list(ids)], *source.line_domain]
        order = "id" if source.lines == "stock.move.line" else "sequence, id"
        lines: dict[int, list[Record]] = {}
        for line in self._wire.search(source.lines, domain, (source.parent, *source.line_fields), order=order):
            lines.setdefault(id_of(line[source.parent]) or 0, []).append(line)
        return lines

    def _orders(self, kind: SupplyKind, heads: Sequence[Record], lines: Sequence[Record]) -> dict[int, Record]:
        """Orders by their own id (of shipments), or by the id of a line that was ordered (of invoices)."""
        if kind == "shipments":
            return self._wire.by_id("sale.order", _ids(heads, "sale_id"), ("client_order_ref",))
        if kind != "invoices":
            return {}
        ordered = (one for line in lines for one in line["sale_line_ids"])
        known = self._wire.by_id("sale.order.line", ordered, ("order_id",))
        orders = self._wire.by_id("sale.order", _ids(known.values(), "order_id"), ("client_order_ref",))
        return {line: orders[id_of(one["order_id"]) or 0] for line, one in known.items()}

    def _taxes(self) -> tuple[str, ...]:
        """The fields of a tax, with its category where this database has one."""
        if not self._tax_fields:
            has = self._wire.ask("account.tax", "fields_get", allfields=[_CATEGORY], attributes=["type"])
            self._tax_fields = (*_TAXES, *([_CATEGORY] if has else []))
        return self._tax_fields


_PARTNER = ("ref", "commercial_partner_id")


def _ids(records: Any, *names: str) -> Iterator[int | None]:
    return (id_of(one.get(name)) for one in records for name in names)
