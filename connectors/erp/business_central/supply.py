"""Open this when items, orders, invoices and shipments are read out of Business Central: pages and cursors.

Pages go by number, which a record keeps, over everything that was changed since a time; so a document that changes
while pages are read neither moves between them nor falls out, and thousands of the same moment are no trouble.
What changes behind the page that is being read has a later time than ``upto``, the latest that there was when reading
began, and comes with the next call. Next links are not followed from page to page: what they count by is not told.

A record has the time at which it was written, and is seen when its transaction ends. So the next call begins
``overlap_seconds`` before ``upto``; what was written in that time comes again.

A cursor is JSON: for each company ``{"since": time, "after": number, "upto": time}``, of which the latter two stand
between two pages only.
"""

import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta

import httpx

from connectors.erp.business_central.ledger import booked, stands
from connectors.erp.business_central.settings import BusinessCentralSettings
from connectors.erp.business_central.sold import ROWS, SOURCES, Read, Source, adds_up
from connectors.erp.business_central.wire import Record, Wire, any_of, quoted
from connectors.erp.supply import SupplyPage, page_rows
from schemas.errors import ConfigError, PermanentError, TransientError
from schemas.supply import SUPPLY_KINDS, SupplyKind

_ITEMS_AT_ONCE = 40
_SMALLER = 10  # so much smaller is a page that was too large to be answered
_CHANGED = "lastModifiedDateTime"


@dataclass(frozen=True, slots=True)
class Place:
    """How far a company is read: everything changed since ``since`` (empty: ever), behind this number."""

    since: str = ""
    after: str = ""
    upto: str = ""

    def where(self) -> str:
        """The filter of what is still to come."""
        given = [
            f"{_CHANGED} ge {self.since}" if self.since else "",
            f"number gt {quoted(self.after)}" if self.after else "",
        ]
        return " and ".join(part for part in given if part)

    def end(self, overlap: timedelta) -> "Place":
        """Where the next call begins."""
        if not self.upto:
            return Place(self.since)
        begun = (datetime.fromisoformat(self.upto) - overlap).isoformat(timespec="milliseconds")
        return Place(max(self.since, begun.replace("+00:00", "Z")))


class BusinessCentralSupply:
    """What an environment of Business Central knows of what was sold. Nothing is ever changed in it."""

    def __init__(self, settings: BusinessCentralSettings, *, transport: httpx.BaseTransport | None = None) -> None:
        self._settings = settings
        self._wire = Wire(settings, transport)
        self._retailers = {number: retailer for retailer, number in settings.customers.items()}
        self._ours = {name: company for company, name in settings.companies.items()}
        self._page_documents = settings.page_documents
        self._items: dict[tuple[str, str], Record] = {}

    @property
    def kinds(self) -> Sequence[SupplyKind]:
        """All of them."""
        return SUPPLY_KINDS

    def close(self) -> None:
        """Let go of the connections."""
        self._wire.close()

    def pages(self, kind: SupplyKind, since: str | None) -> Iterator[SupplyPage]:
        """What was made or changed since this cursor (None: everything), company by company, page by page."""
        places = _places(since)
        for name, company in self._companies().items():
            for place, page in self._pages_of(kind, name, company, places.get(name, Place())):
                places[name] = place
                cursor = json.dumps({one: asdict(at) for one, at in sorted(places.items())})
                yield replace(page, cursor=cursor)

    def _pages_of(self, kind: SupplyKind, name: str, company: str, place: Place) -> Iterator[tuple[Place, SupplyPage]]:
        source, first = SOURCES[kind], place
        if not place.upto:
            place = replace(place, upto=self._latest(source, company))
        while True:
            records, more = self._read(source, company, place)
            last = not (records and more)
            overlap = timedelta(seconds=self._settings.overlap_seconds)
            place = place.end(overlap) if last else replace(place, after=str(records[-1]["number"]))
            if records or place != first:
                yield place, self._page(kind, name, company, records)
            if last:
                return

    def _read(self, source: Source, company: str, place: Place) -> tuple[list[Record], str | None]:
        """The next records with their lines. An answer that is too large or too slow is asked for in smaller ones."""
        size, smaller = self._page_documents, max(1, self._page_documents // _SMALLER)
        wanted = (company, source.entities, place.where(), "number")
        try:
            return self._wire.page(*wanted, size, source.expand(), source.fields)
        except TransientError:
            if smaller == size:
                raise
        self._page_documents = smaller
        return self._wire.page(*wanted, smaller, source.expand(), source.fields)

    def _latest(self, source: Source, company: str) -> str:
        """The time of what was changed last, of all that is seen by now."""
        newest, _ = self._wire.page(company, source.entities, "", f"{_CHANGED} desc", 1, fields=(_CHANGED,))
        return str(newest[0][_CHANGED]) if newest else ""

    def _page(self, kind: SupplyKind, name: str, company: str, records: Sequence[Record]) -> SupplyPage:
        source = SOURCES[kind]
        counted = [one for one in records if source.counts(one)]
        ours = [one for one in counted if source.lines is None or one["customerNumber"] in self._retailers]
        if kind == "invoices":
            ours = self._posted(company, ours)
        for one in ours if source.lines else ():
            self._complete(company, source, one)
        read = Read(self._ours.get(name, name), ours, self._retailers, self._settings.tax_categories)
        if source.lines:
            read = replace(read, items=self._items_of(company, ours, source.lines))
        left_out = sum(source.lines is not None and one["customerNumber"] not in self._retailers for one in counted)
        return SupplyPage(page_rows(kind, ROWS[kind](read)), "", left_out)

    def _posted(self, company: str, invoices: Sequence[Record]) -> list[Record]:
        """Without released drafts. An invoice that names its order was made of it by posting."""
        unclear = [one for one in invoices if stands(one) == "unclear" and not one["orderNumber"]]
        drafts = {str(one["id"]) for one in unclear} - booked(self._wire, company, "Invoice", unclear)
        return [one for one in invoices if one["id"] not in drafts]

    def _complete(self, company: str, source: Source, document: Record) -> None:
        """See that all lines are there; where they do not add up to the total they are asked for by themselves."""
        lines = str(source.lines)
        self._wire.complete(document, lines)
        if not adds_up(document, lines):
            document[lines] = self._wire.lines(company, source.entities, document, lines)

    def _items_of(self, company: str, documents: Sequence[Record], lines: str) -> dict[str, Record]:
        """The items of these documents by number; each is asked for once."""
        numbers = sorted(
            {str(line["lineObjectNumber"]) for one in documents for line in one[lines] if line["lineType"] == "Item"}
        )
        unknown = [number for number in numbers if (company, number) not in self._items]
        for start in range(0, len(unknown), _ITEMS_AT_ONCE):
            where = any_of("number", unknown[start : start + _ITEMS_AT_ONCE])
            for item in self._wire.search(company, "items", where):
                self._items[company, str(item["number"])] = item
        return {number: self._items[company, number] for number in numbers if (company, number) in self._items}

    def _companies(self) -> dict[str, str]:
        """Ids by name of the companies that the settings name; all, where they name none."""
        shown = {str(one["name"]): str(one["id"]) for one in self._wire.companies()}
        if missing := set(self._ours) - set(shown):
            raise ConfigError(
                f"Business Central shows our application no company named {', '.join(sorted(missing))}. "
                "Next: correct erp: companies in the settings, or the application's rights."
            )
        return {name: one for name, one in sorted(shown.items()) if not self._ours or name in self._ours}


def _places(cursor: str | None) -> dict[str, Place]:
    """PermanentError: no cursor of ours."""
    try:
        places = {name: Place(**place) for name, place in json.loads(cursor or "{}").items()}
        for time in (time for place in places.values() for time in (place.since, place.upto) if time):
            datetime.fromisoformat(time)
    except (ValueError, TypeError, AttributeError):
        raise PermanentError(
            f"{cursor!r} is no cursor of a supply from Business Central. "
            "Next: read from the beginning, without a cursor."
        ) from None
    return places
