"""Open this when a line has another item than it states, or none: from what is stated to the GTIN that was sold.

What a line states is looked for way by way (``schemas.items.FOUND_BY``): its GTIN, our number, the retailer's, its
style, and numbers that are GTINs in another form. An item that this retailer was never sold is looked for among its
substitutes, in cases and in assortments (``item_packs``). Where several items fit none is taken, and the line says so.
"""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from pipelines.steps.item_counts import Count, counts
from pipelines.steps.item_names import ITEM_NAMES, gtin_forms, names_of_lines, plain_number
from pipelines.steps.item_packs import Found, Packs, Sold
from pipelines.steps.lines import line_finding
from schemas.findings import Finding
from schemas.items import BUYER_ITEM, STYLE, SUBSTITUTE, VENDOR_ITEM
from schemas.tables import empty

_T, _I = pa.string(), pa.int64()
_STATED = ("gtin", "vendor_item", "buyer_item", "style", "colour", "size")
ITEM_BY = pa.field("item_by", _T)
_COMPONENTS = pa.schema([("gtin", _T), ("component", _T), ("units", _I)])
_SOLD = pa.schema([("retailer", _T), ("gtin", _T), ("unit_price", _T), ("units", _I)])
_ITEMS = pa.schema([("gtin", _T), ("vendor_item", _T)])


@dataclass(frozen=True)
class ItemFacts:
    """What is known of the items that lines may mean.

    ``items`` has gtin and vendor_item; ``names`` are rows of ``ItemName``, ``components`` of ``ItemComponent``;
    ``sold`` are the units that each retailer was ever sold of an item at a price.
    """

    items: pa.Table = field(default_factory=partial(empty, _ITEMS))
    names: pa.Table = field(default_factory=partial(empty, ITEM_NAMES))
    components: pa.Table = field(default_factory=partial(empty, _COMPONENTS))
    sold: pa.Table = field(default_factory=partial(empty, _SOLD))


def identify(
    lines: pa.Table, retailers: pa.Array | pa.ChunkedArray, facts: ItemFacts, holds: bool = True
) -> tuple[pa.Table, list[Finding]]:
    """The lines with the gtin under which they were sold, their units counted in it, and ``item_by``: how it was found.

    ``retailers`` is the retailer of each line, or null. An item that we do not know keeps its gtin, so that its notice
    and its receipt still meet; an assortment keeps its own, and its units are all pieces in it (see ``exploded``).
    Lines whose quantity may be of cases or of pieces are told, and have no units where ``holds``.
    """
    known = _Known(facts)
    retailers = retailers.combine_chunks() if isinstance(retailers, pa.ChunkedArray) else retailers
    keys, first = _keys(lines, retailers)
    samples = zip(lines.take(first).to_pylist(), retailers.take(first).to_pylist(), strict=True)
    found = [known.find(row, retailer) for row, retailer in samples]
    unknown = {n for n, one in enumerate(found) if not one.by or one.candidates}
    told = [_finding(row, found[key]) for row, key in _rows(lines, keys, unknown)]
    packed = {n for n, one in enumerate(found) if known.packs.concern(one.gtin)}
    counted = counts(_rows(lines.append_column("retailer_id", retailers), keys, packed), found, known.packs, known.sold)
    told += [one.doubt for one in counted if one.doubt]
    return _with_counts(_with_items(lines, keys, found), counted, holds), told


class _Known:
    """The facts, by what is looked for."""

    def __init__(self, facts: ItemFacts) -> None:
        self.packs = Packs.of(facts.components)
        self.sold = Sold.of(facts.sold)
        self._gtins = self.packs.gtins.union(facts.items["gtin"].to_pylist())
        self._names: dict[tuple[str, str, str], set[str]] = defaultdict(set)
        for row in facts.items.to_pylist():
            if row["vendor_item"]:
                self._names[VENDOR_ITEM, "", plain_number(row["vendor_item"])].add(row["gtin"])
        for row in facts.names.to_pylist():
            if row["gtin"] in self._gtins:
                self._names[row["kind"], row["retailer"], row["name"]].add(row["gtin"])
            if row["kind"] == SUBSTITUTE and row["gtin"] in self._gtins:
                # The ordered item may come back under the other's number, and the other under the ordered one's.
                self._names[SUBSTITUTE, row["retailer"], row["gtin"]].add(row["name"])
                self._gtins.add(row["name"])

    def find(self, row: dict[str, Any], retailer: str | None) -> Found:
        """The item that this line means, as it was sold to this retailer."""
        ways = [(way, found) for way, found in self._ways(row, retailer or "") if found]
        if not ways:
            return Found(row["gtin"])
        way, fits = ways[0]
        for _, others in ways[1:]:
            fits = fits & others or fits
        if len(fits) > 1:
            fits = self.sold.only(retailer, fits) or fits
        if len(fits) > 1:
            return Found(row["gtin"], (), tuple(sorted(fits)))
        return self._as_sold(next(iter(fits)), way, retailer)

    def _ways(self, row: dict[str, Any], retailer: str) -> Iterator[tuple[str, set[str]]]:
        """Each way and the items that it leads to."""
        yield "gtin", {row["gtin"]} & self._gtins
        stated = dict(names_of_lines(row))
        for kind in (VENDOR_ITEM, BUYER_ITEM, STYLE):
            yield kind, self._named(kind, retailer, stated.get(kind))
        forms = {one for name in (VENDOR_ITEM, BUYER_ITEM) if row[name] for one in gtin_forms(row[name])}
        yield "written", forms & self._gtins

    def _named(self, kind: str, retailer: str, name: str | None) -> set[str]:
        if name is None:
            return set()
        return self._names.get((kind, retailer, name), set()) | self._names.get((kind, "", name), set())

    def _as_sold(self, gtin: str, way: str, retailer: str | None) -> Found:
        """The item itself where it was sold to the retailer, else what was sold in its place."""
        if retailer is None or self.sold.to(retailer, gtin):
            return Found(gtin, (way,))
        substitutes = self.sold.only(retailer, self._named(SUBSTITUTE, retailer, gtin))
        if len(substitutes) > 1:
            return Found(gtin, (way,), tuple(sorted(substitutes)))
        if substitutes:
            return Found(next(iter(substitutes)), (way, SUBSTITUTE))
        return self.packs.as_sold(Found(gtin, (way,)), retailer, self.sold)


def exploded(lines: pa.Table, components: pa.Table) -> pa.Table:
    """The lines with those of assortments taken apart: a row for each component, numbered in ``part`` from 1.

    The units of the parts are together those of the line. The stated price is that of the whole and is left out.
    """
    whole = pc.fill_null(pc.match_substring(lines["item_by"], "assortment"), False)
    numbered = lines.append_column("row", pa.array(range(lines.num_rows), _I))
    rest = numbered.filter(pc.invert(whole))
    rest = rest.append_column("part", pa.nulls(rest.num_rows, _I))
    packs = Packs.of(components)
    parts = [part for row in numbered.filter(whole).to_pylist() for part in _parts(row, packs)]
    both = pa.concat_tables([rest, pa.Table.from_pylist(parts, schema=rest.schema)])
    return both.sort_by([("row", "ascending"), ("part", "ascending")]).drop_columns("row")


def _parts(row: dict[str, Any], packs: Packs) -> Iterator[dict[str, Any]]:
    parts = packs.parts(row["gtin"])
    total = sum(units for _, units in parts)
    for number, (gtin, units) in enumerate(parts, 1):
        share = None if row["units"] is None else row["units"] // total * units
        yield row | {"gtin": gtin, "units": share, "unit_price": None, "part": number}


def _keys(lines: pa.Table, retailers: pa.Array) -> tuple[pa.Array, pa.Array]:
    """For each line the number of what it states; and the first line of each number."""
    columns = [lines[name] for name in _STATED if name in lines.column_names]
    texts = [pc.fill_null(column, "\x00") for column in (*columns, retailers)]
    keys = pc.binary_join_element_wise(*texts, "\x1f")
    keys = keys.combine_chunks() if isinstance(keys, pa.ChunkedArray) else keys
    numbers = keys.dictionary_encode().indices.cast(_I)
    return numbers, pc.index_in(keys.unique(), keys)


def _with_items(lines: pa.Table, keys: pa.Array, found: list[Found]) -> pa.Table:
    gtins = pa.array([one.gtin for one in found], _T).take(keys)
    ways = pa.array([",".join(one.by) or None for one in found], _T).take(keys)
    lines = lines.set_column(lines.column_names.index("gtin"), lines.schema.field("gtin"), gtins)
    return lines.append_column(ITEM_BY, ways)


def _rows(lines: pa.Table, keys: pa.Array, wanted: set[int]) -> list[tuple[dict[str, Any], int]]:
    """The lines of these keys, each with its place in the table as ``row``; and their keys."""
    if not wanted:
        return []
    chosen = pc.indices_nonzero(pc.is_in(keys, pa.array(sorted(wanted), _I)))
    own = lines.take(chosen).append_column("row", chosen)
    return list(zip(own.to_pylist(), keys.take(chosen).to_pylist(), strict=True))


def _with_counts(lines: pa.Table, counted: list[Count], holds: bool) -> pa.Table:
    """The lines with their units in the item that was sold; none where they are in doubt and the line is held."""
    if not counted:
        return lines
    mask = pc.is_in(pa.array(range(lines.num_rows), _I), pa.array([one.row for one in counted], _I))
    units = [None if holds and one.held else one.units for one in counted]
    for name, values in (("gtin", [one.gtin for one in counted]), ("units", units)):
        own = lines.schema.field(name)
        column = pc.replace_with_mask(lines[name].combine_chunks(), mask, pa.array(values, own.type))
        lines = lines.set_column(lines.column_names.index(name), own, column)
    return lines


def _finding(row: dict[str, Any], found: Found) -> Finding:
    if found.candidates:
        said = f"{_stated(row)}: {', '.join(found.candidates)}"
        return line_finding("LINE-ITEM-AMBIGUOUS", row, said)
    return line_finding("LINE-ITEM-UNKNOWN", row, _stated(row))


def _stated(row: dict[str, Any]) -> str:
    style = "/".join(row[name] or "" for name in ("style", "colour", "size")) if row.get("style") else None
    names = (
        ("item number", row["gtin"]), ("our item number", row["vendor_item"]),
        ("their item number", row["buyer_item"]), ("style, colour and size", style),
    )  # fmt: skip
    return ", ".join(f"{what} {value!r}" for what, value in names if value) or "the line names no item"
