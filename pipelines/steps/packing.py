"""Open this when you ask why a carton speaks for an order: what our dispatch advice packed in the carton of a claim."""

import pyarrow as pa
import pyarrow.compute as pc

from pipelines.steps.items import ItemFacts, identify
from schemas.tables import CLAIMS

_PACKED_FOR = CLAIMS.field("packed_for").type
_SSCC = r"^[0-9]{18}$"
_KEY = ["carton", "gtin"]


def with_packing(claims: pa.Table, return_lines: pa.Table, shipped: pa.Table, facts: ItemFacts) -> pa.Table:
    """``CLAIMS`` with the orders for which goods of their item were packed in their carton.

    ``return_lines`` has return_line and carton; ``shipped`` is what was sent, as ``SHIPMENT_LINES``; ``facts`` are of
    its items. A case or an assortment was packed with all that it holds. A label that is no SSCC and was used for
    several shipments speaks for none of them.
    """
    labels = return_lines["carton"].take(
        pc.index_in(claims["return_line"], return_lines["return_line"].combine_chunks())
    )
    wanted = claims.select(["gtin"]).append_column("carton", labels)
    named, _ = identify(shipped, pa.nulls(shipped.num_rows, pa.string()), facts)
    packed = _packed(_telling(_with_parts(named, facts.components)))
    found = packed["packed_for"].take(pc.index_in(_key(wanted), _key(packed)))
    return claims.set_column(claims.column_names.index("packed_for"), claims.schema.field("packed_for"), found)


def labels_of(return_lines: pa.Table) -> list[str]:
    """The labels of cartons that these return lines name."""
    return sorted(label for label in return_lines["carton"].unique().to_pylist() if label)


def _with_parts(shipped: pa.Table, components: pa.Table) -> pa.Table:
    """The lines, and a line for each item that they hold as a case or an assortment."""
    held = components.select(["gtin", "component"]).rename_columns(["gtin", "held"])
    inner = shipped.join(held, "gtin", join_type="inner", use_threads=False)
    inner = inner.drop_columns("gtin").rename_columns({"held": "gtin"}).select(shipped.column_names)
    return pa.concat_tables([shipped, inner.cast(shipped.schema)])


def _telling(shipped: pa.Table) -> pa.Table:
    """The shipment lines that say for which order an item was packed in a carton."""
    shipped = shipped.filter(pc.and_(pc.and_(shipped["carton"].is_valid(), shipped["gtin"].is_valid()),
                                     shipped["po_number"].is_valid()))  # fmt: skip
    uses = shipped.group_by("carton").aggregate([("document", "count_distinct")])
    once = uses.filter(pc.equal(uses["document_count_distinct"], 1))["carton"].combine_chunks()
    return shipped.filter(pc.or_(pc.match_substring_regex(shipped["carton"], _SSCC), pc.is_in(shipped["carton"], once)))


def _packed(shipped: pa.Table) -> pa.Table:
    """One row a carton and item, with its orders and order lines in their order."""
    columns = [*_KEY, "po_number", "po_line"]
    pairs = shipped.select(columns).group_by(columns, use_threads=False).aggregate([])
    pairs = pairs.sort_by([(name, "ascending") for name in columns])
    lists = pairs.group_by(_KEY, use_threads=False).aggregate([("po_number", "list"), ("po_line", "list")])
    orders, lines = (lists[f"{name}_list"].combine_chunks() for name in ("po_number", "po_line"))
    both = pa.StructArray.from_arrays([orders.flatten(), lines.flatten()], fields=list(_PACKED_FOR.value_type))
    packed_for = pa.ListArray.from_arrays(orders.offsets, both, type=_PACKED_FOR)
    return lists.select(_KEY).append_column("packed_for", packed_for)


def _key(table: pa.Table) -> pa.Array:
    """Carton and item as one text; null where either is."""
    return pc.binary_join_element_wise(*(table[name] for name in _KEY), "\x1f").combine_chunks()
