"""Open this when a test or a trial needs an ERP to read: the supply that keeps everything in memory."""

from collections.abc import Iterator, Mapping, Sequence

from connectors.erp.supply import SupplyPage, page_rows
from schemas.supply import DOCUMENT_OF, SUPPLY_KINDS, SupplyKind

Said = Mapping[str, str | None]


class MemorySupply:
    """Documents as they were told last, in the order of their changes. ``page_documents`` stand in a page."""

    def __init__(self, page_documents: int = 2) -> None:
        self._page_documents = page_documents
        self._changes = 0
        self._told: dict[SupplyKind, dict[tuple[str | None, ...], tuple[int, Sequence[Said]]]] = {}

    @property
    def kinds(self) -> Sequence[SupplyKind]:
        """All of them."""
        return SUPPLY_KINDS

    def tell(self, kind: SupplyKind, *rows: Said) -> None:
        """A document as it stands from now on, with all its rows."""
        self._changes += 1
        key = tuple(rows[0].get(name) for name in DOCUMENT_OF[kind])
        self._told.setdefault(kind, {})[key] = (self._changes, rows)

    def pages(self, kind: SupplyKind, since: str | None) -> Iterator[SupplyPage]:
        """What was told since this cursor."""
        while True:
            after = int(since or 0)
            new = sorted(((at, rows) for at, rows in self._told.get(kind, {}).values() if at > after), key=_moment)
            new = new[: self._page_documents]
            if not new:
                return
            since = str(new[-1][0])
            yield SupplyPage(page_rows(kind, [row for _, rows in new for row in rows]), since)


def _moment(told: tuple[int, Sequence[Said]]) -> int:
    return told[0]
