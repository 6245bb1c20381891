"""Open this when items, orders, shipments and invoices are to be read out of an ERP: the port, and what a page is.

**Order.** ``pages(kind, since)`` gives what was made or changed since the cursor, oldest change first, page by page
until there is no more. ``since=None`` is the beginning of time. A page's cursor says where to go on after it; it is
text of the supply's own that nobody else reads. It is stored together with the page's rows, so after a crash the last
page comes again: the same rows again never have an effect.

**Nothing is passed over.** A document that changes while pages are read, one of several that changed in the same
second, and one that was saved by a transaction that ended late must come, now or with the next call. Where the ERP's
clock leaves a doubt, the cursor stays some time behind (twice is harmless, never is a fault). Page by a key that is
unique (time and id), not by row numbers.

**Whole documents.** All rows of a document (``schemas.supply.DOCUMENT_OF``) stand together in one page, with all lines
as they are now, also when a single one changed. Of an item all rows are given. Drafts are left out.

**What a change means.**

- *items*: what is said last is added to what is known. An item that is no longer sold still comes back: leave it in.
- *orders, shipments*: the version that comes last takes the place of the earlier ones. ``changed_at`` is the ERP's own
  moment (or number) of the version in all of its rows, so that no two versions ever have the same bytes. Cancelled: all
  rows with ``state`` ``cancelled``, or a single one; what was deleted outright cannot be told, and stays.
- *invoices*: posted ones only; credit notes, and lines of no units or no item (texts, freight) are left out. A posted
  line never changes: one that comes with other units or money is a finding, and the first one is kept. An invoice that
  was cancelled after posting comes with ``state`` ``cancelled`` in all of its rows: its units can no longer be
  credited; what was credited before stays, and a person is told.

**Whose.** ``retailer`` is our partner id, by the settings' customers; documents of other customers are left out and
counted in ``left_out``. ``company`` is our company, by the settings. Amounts are those of the invoice's own currency,
not of the books. ``net`` and ``tax`` are the amounts invoiced; where the ERP knows tax only for the invoice as a whole,
it is shared out by net amount within each rate (``tax_shares``).

Faults are those of the ERP port: ConfigError, PermanentError and TransientError; nothing is ever changed in the ERP.
The contract suite ``tests/contracts/test_supply.py`` runs on every implementation.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

import pyarrow as pa

from schemas.money import remainder_share
from schemas.supply import SUPPLY_PAGES, SupplyKind


@dataclass(frozen=True, slots=True)
class SupplyPage:
    """Rows of one kind, of the schema ``schemas.supply.SUPPLY_PAGES``, and where to go on after them.

    A page may be empty: then only the cursor went on. ``left_out`` counts documents of customers that are no retailers
    of ours; ``ragged`` are rows of a file that nobody can read as columns, as they are written.
    """

    rows: pa.Table
    cursor: str
    left_out: int = 0
    ragged: tuple[str, ...] = ()


class Supply(Protocol):
    """What an ERP knows of what was sold."""

    @property
    def kinds(self) -> Sequence[SupplyKind]:
        """The kinds that it can give."""
        ...

    def pages(self, kind: SupplyKind, since: str | None) -> Iterator[SupplyPage]:
        """What was made or changed since this cursor (None: everything), oldest change first."""
        ...


def page_rows(kind: SupplyKind, rows: Iterable[Mapping[str, str | None]]) -> pa.Table:
    """Rows of a page; what a row does not say is null. ValueError: a column that pages of this kind do not have."""
    schema, given = SUPPLY_PAGES[kind], list(rows)
    unknown = {name for row in given for name in row} - set(schema.names)
    if unknown:
        raise ValueError(f"pages of {kind} have no columns {sorted(unknown)}")
    return pa.Table.from_pylist([{name: row.get(name) or None for name in schema.names} for row in given], schema)


def tax_shares(tax_minor: int, net_minor: Sequence[int]) -> list[int]:
    """The tax of lines of one rate: shares of the whole by net amount, that add up to it. Minor units.

    >>> tax_shares(1000, [100, 100, 100]), tax_shares(5, [0, 0])
    ([333, 334, 333], [5, 0])
    """
    whole = sum(net_minor)
    if not whole:
        return [tax_minor if place == 0 else 0 for place in range(len(net_minor))]
    shares, told, before = list[int](), 0, 0
    for net in net_minor:
        part = remainder_share(tax_minor, told, before, net, whole)
        shares.append(part)
        told, before = told + part, before + net
    return shares
