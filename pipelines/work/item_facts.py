"""Open this when an item that should be known is not: which facts of items are asked for, and which are learnt."""

from collections.abc import Collection, Iterable, Iterator, Mapping

import pyarrow as pa
import pyarrow.compute as pc

from pipelines.steps.item_names import (
    ITEM_NAMES,
    gtin_forms,
    learnt_names,
    learnt_substitutes,
    listed_components,
    listed_items,
    listed_names,
    names_of_lines,
)
from pipelines.steps.items import ItemFacts
from pipelines.steps.pack_singles import sold_within
from pipelines.wiring import Hub
from schemas.items import SUBSTITUTE
from schemas.partners import Partner
from schemas.tables import empty

# Kinds of lines in which a retailer may state its own item number beside a GTIN.
_TELLING = ("notice", "order", "invoice", "answer")


def facts_of(hub: Hub, retailers: Collection[str], *tables: pa.Table) -> ItemFacts:
    """What is stored of the items that these lines may mean, and what these retailers were sold of them."""
    stated = [row for table in tables for row in _distinct(table).to_pylist()]
    numbers = {row[name] for row in stated for name in ("vendor_item", "buyer_item") if row[name]}
    named = {name for row in stated for _, name in names_of_lines(row)}
    gtins = {row["gtin"] for row in stated if row["gtin"]}.union(*(set(gtin_forms(one)) for one in numbers))
    names = hub.store.item_names(named | gtins, gtins)
    gtins.update(names["gtin"].to_pylist())
    items = hub.store.items_for(gtins, numbers | named)
    gtins.update(items["gtin"].to_pylist(), names.filter(pc.equal(names["kind"], SUBSTITUTE))["name"].to_pylist())
    components = hub.store.item_components(gtins)
    gtins.update(components["gtin"].to_pylist(), components["component"].to_pylist())
    return ItemFacts(items.select(["gtin", "vendor_item"]), names, components, hub.store.sold_of(retailers, gtins))


def singles_of(hub: Hub, retailer: str, gtins: Collection[str], sales: pa.Table) -> set[str]:
    """Those of the items that the retailer was sold within a case or an assortment; ``sales`` are new ``SUPPLY``."""
    components = hub.store.item_components(gtins)
    known = hub.store.sold_of([retailer], set(components["gtin"].to_pylist()))
    return sold_within(retailer, gtins, components, pa.concat_tables([known, sales.select(known.column_names)]))


def parts_of(hub: Hub, gtins: Collection[str]) -> set[str]:
    """The items that these hold, as cases or assortments."""
    held = hub.store.item_components(gtins)
    return set(held.filter(pc.is_in(held["gtin"], pa.array(sorted(gtins), pa.string())))["component"].to_pylist())


def learnt(hub: Hub, partner: Partner, lines: Mapping[str, pa.Table]) -> Iterator[tuple[str, pa.Table]]:
    """New rows of ``item_name``, ``item`` and ``item_component`` that a partner's lines tell, with their table.

    What an assortment holds is taken from an order only as long as nothing is known of it.
    """
    retailer = partner.id if partner.role == "retailer" else ""
    tables = [learnt_names(lines[kind], retailer) for kind in _TELLING if retailer and kind in lines]
    tables += [learnt_substitutes(lines["answer"], retailer)] if "answer" in lines else []
    if "item" in lines:
        tables.append(listed_names(lines["item"]))
        yield "item", listed_items(lines["item"])
        yield "item_component", listed_components(lines["item"])
    if "order" in lines:
        yield "item_component", _not_known(hub, listed_components(lines["order"]))
    names = pa.concat_tables([empty(ITEM_NAMES), *tables])
    yield "item_name", names.group_by(names.column_names, use_threads=False).aggregate([])


def _not_known(hub: Hub, components: pa.Table) -> pa.Table:
    """Without those of items of which it is known what they hold."""
    known = hub.store.item_components(components["gtin"].unique().to_pylist())["gtin"].combine_chunks()
    return components.filter(pc.invert(pc.is_in(components["gtin"], known)))


def retailers_of(names: Iterable[str | None], retailer_of: Mapping[str, str]) -> set[str]:
    """The retailers that are called by these names."""
    return {retailer_of[name] for name in names if name is not None and name in retailer_of}


def _distinct(lines: pa.Table) -> pa.Table:
    """What the lines state of items, each once."""
    columns = [name for name in ("gtin", "vendor_item", "buyer_item", "style", "colour", "size")
               if name in lines.column_names]  # fmt: skip
    return lines.select(columns).group_by(columns, use_threads=False).aggregate([])
