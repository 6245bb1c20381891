"""Open this when units stand on the wrong sale: new claims and everything that a batch re-opens, placed together.

A batch touches items of a retailer: those of its new claims, of its new sales, of units that it counted in or took
back. All units of these items that are not credited nor accepted are placed together with the new claims; what then
stands elsewhere is moved (``pipelines.steps.reopen``). In what order documents arrive does therefore not matter.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from connectors.store.pool import REFERENCES
from pipelines.steps import movements
from pipelines.steps.assign import place_assigned
from pipelines.steps.late_evidence import units_of
from pipelines.steps.pack_singles import never_sold, told_in_packs
from pipelines.steps.packing import labels_of, with_packing
from pipelines.steps.pool import after, box_mates, freed, kept, reopened
from pipelines.steps.reconcile import Reconciled
from pipelines.steps.reopen import PlacedAnew, place_anew
from pipelines.steps.split import Split, split
from pipelines.wiring import Hub
from pipelines.work.item_facts import facts_of, parts_of, singles_of
from schemas.findings import as_records
from schemas.ledger import Bucket
from schemas.outcome import Change
from schemas.tables import ALLOCATIONS, ASSIGNMENTS, CLAIMS, FINDINGS, KEPT_CLAIMS, SHIPMENT_LINES, SUPPLY, empty

SPLIT_VERSION = "split-2"
_PLACE = ("return_line", "document", "line_no", "file", "offset", "length", "carton")


Seen = Callable[[pa.Table], pa.Table]


@dataclass(frozen=True, slots=True)
class Touched:
    """What a batch brings of one retailer.

    ``items`` names for each item the document that touches it. ``claims`` are new, ``places`` says where they are
    stated; ``sales`` (``SUPPLY``) and ``shipped`` (``SHIPMENT_LINES``) are not stored yet. ``seen`` makes of the stored
    ``PARCELS`` what they are after what the batch itself did: units that it counted in or took back, and units of new
    lines that were there before. ``split_up`` names inspections of which it took a part, ``void`` lines that it took
    back; ``numbered`` counts portions that it gave to new lines. ``unshipped`` names ship notices that hold no longer,
    ``unsold`` invoice lines that were cancelled. ``assigned`` is what a person says now, ``unassigned``
    names what of it is taken back. ``again`` are decisions that hold or refuse units, with their return lines: these
    units are decided once more.
    """

    retailer: str
    items: Mapping[str, str]
    claims: pa.Table = field(default_factory=partial(empty, CLAIMS))
    places: pa.Table = field(default_factory=partial(empty, KEPT_CLAIMS))
    sales: pa.Table = field(default_factory=partial(empty, SUPPLY))
    shipped: pa.Table = field(default_factory=partial(empty, SHIPMENT_LINES))
    seen: Seen = lambda stored: stored
    split_up: Collection[str] = ()
    void: Collection[str] = ()
    unshipped: Collection[str] = ()
    unsold: Collection[str] = ()
    numbered: Mapping[str, int] = field(default_factory=dict)
    assigned: pa.Table = field(default_factory=partial(empty, ASSIGNMENTS))
    unassigned: Collection[str] = ()
    again: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Placed:
    """Rows for the store by table, and what must still be so in the store when they are written.

    ``new`` are the allocations of new claims, ``findings`` is about these; findings about lines that were placed anew
    are rows already.
    """

    new: pa.Table
    findings: pa.Table
    rows: tuple[tuple[str, pa.Table], ...]
    changes: tuple[Change, ...]


def place(hub: Hub, touched: Iterable[Touched]) -> Placed:
    """Place the new claims of each retailer together with the units that may still move."""
    by_retailer: dict[str, list[Touched]] = defaultdict(list)
    for one in touched:
        by_retailer[one.retailer].append(one)
    done = [_place_one(hub, _as_one(by_retailer[name])) for name in sorted(by_retailer)]
    return Placed(
        new=pa.concat_tables([empty(ALLOCATIONS), *(one.new for one in done)]),
        findings=pa.concat_tables([empty(FINDINGS), *(one.findings for one in done)]),
        rows=tuple(pair for one in done for pair in one.rows),
        changes=tuple(change for one in done for change in one.changes),
    )


def _as_one(parts: Sequence[Touched]) -> Touched:
    """What a batch of several kinds of documents touches of one retailer."""
    first, *others = parts
    for other in others:
        first = Touched(
            first.retailer,
            {**other.items, **first.items},
            claims=pa.concat_tables([first.claims, other.claims]),
            places=pa.concat_tables([first.places.select(_PLACE), other.places.select(_PLACE)]),
            sales=pa.concat_tables([first.sales, other.sales]),
            shipped=pa.concat_tables([first.shipped, other.shipped]),
            seen=partial(one_after_the_other, first.seen, other.seen),
            split_up={*first.split_up, *other.split_up},
            void={*first.void, *other.void},
            unshipped={*first.unshipped, *other.unshipped},
            unsold={*first.unsold, *other.unsold},
            numbered={**first.numbered, **other.numbered},
        )
    return first


def one_after_the_other(one: Seen, other: Seen, stored: pa.Table) -> pa.Table:
    """``PARCELS`` as they are after both."""
    return other(one(stored))


def _place_one(hub: Hub, touched: Touched) -> Placed:
    """One retailer: read what may move, split it with the new claims, and write down what changes."""
    noted, changes = _edition(hub, touched.retailer)
    stored = hub.store.parcels(touched.retailer, {*touched.items, *distinct(touched.claims["gtin"])})
    stored = pa.concat_tables([stored, hub.store.refused_parcels(touched.again)])
    parcels = touched.seen(stored)
    there = pa.array({*distinct(parcels["return_line"]), *touched.numbered}, pa.string())
    fresh = touched.claims.filter(pc.invert(pc.is_in(touched.claims["return_line"], there)))
    known = hub.store.claims_of(distinct(parcels["return_line"]))
    old = pa.concat_tables([known, kept(touched.claims, touched.places)])
    claims = pa.concat_tables([fresh, reopened(old, parcels)])
    if not claims.num_rows:
        return Placed(empty(ALLOCATIONS), empty(FINDINGS), (("placing", noted),), changes)
    found = _split(hub, touched, claims, old, stored)
    is_new = pc.is_in(found.allocations["return_line"], fresh["return_line"].combine_chunks())
    new = found.allocations.filter(is_new)
    causes = _causes(touched, parcels)
    anew = place_anew(
        parcels,
        found.allocations.filter(pc.invert(is_new)),
        hub.store.portions_of(causes) | dict(touched.numbered),
        causes,
        SPLIT_VERSION,
        {*touched.split_up, *units_of(touched.again)},
    )
    told = _newly_told(found.findings, anew, parcels, old)
    rows = [
        ("placing", noted),
        ("claim", kept(touched.claims, touched.places)),
        *_announced(new, touched.places),
        *_moved(anew),
        *(
            (
                "finding",
                as_records(found, touched.retailer, f"{cause}:", hub.store.findings_by(touched.retailer, cause)),
            )
            for cause, found in _by_cause(told, old, causes)
        ),
    ]
    return Placed(new, _about(found.findings, touched.places), tuple(rows), changes)


def _edition(hub: Hub, retailer: str) -> tuple[pa.Table, tuple[Change, ...]]:
    """Marks that the retailer's claims were placed, so that of two runs that do it at once the later tries again."""
    editions = hub.store.placing([retailer])
    row = {"retailer": retailer, "edition": 1}
    if retailer not in editions:
        return pa.Table.from_pylist([row]), ()
    seen = {"edition": editions[retailer]}
    empty = pa.Table.from_pylist([row]).slice(0, 0)
    return empty, (Change("placing", {"retailer": retailer}, {"edition": seen["edition"] + 1}, seen),)


def _split(hub: Hub, touched: Touched, claims: pa.Table, old: pa.Table, stored: pa.Table) -> Split:
    """Place the claims on what the retailer was sold, as if none of the units that may move stood anywhere."""
    mates = hub.store.claims_in(distinct(claims["return_id"]))
    mates = mates.filter(pc.invert(pc.is_in(mates["return_line"], pa.array(touched.void, pa.string()))))
    beside = box_mates(mates, claims["return_line"].to_pylist())
    gtins, orders = (distinct(pa.concat_tables([claims, beside])[name]) for name in ("gtin", "po_number"))
    supply = hub.store.supply(touched.retailer, gtins, orders)
    supply = pa.concat_tables([supply, touched.sales])
    supply = freed(supply.filter(pc.invert(_among(supply["invoice_line"], touched.unsold))), stored)
    unknown = set(gtins) - set(hub.store.items_for(gtins)["gtin"].to_pylist()) - set(distinct(touched.sales["gtin"]))
    places = pa.concat_tables([part.select(_PLACE) for part in (touched.places, old, mates)])
    claims, beside = (_with_packing(hub, some, places, touched) for some in (claims, beside))
    policy = hub.catalog.partner(touched.retailer).partner.policy
    assigned, others, supply = place_assigned(
        claims,
        supply,
        _in_force(hub, touched, old),
        lambda some, sales: split(some, sales, policy, places, unknown).allocations,
    )
    # what a person placed takes nothing any more, but is in its box as before
    beside = pa.concat_tables([beside, box_mates(claims, others["return_line"].to_pylist())])
    found = split(others, supply, policy, places, unknown, beside)
    singles = singles_of(hub, touched.retailer, never_sold(found, claims), touched.sales)
    found = told_in_packs(found, claims, places, singles)
    return Split(pa.concat_tables([assigned, found.allocations]), found.findings)


def _with_packing(hub: Hub, claims: pa.Table, places: pa.Table, touched: Touched) -> pa.Table:
    """The claims with the orders for which our dispatch advice, that of the batch too, packed their cartons."""
    lines = places.filter(pc.is_in(places["return_line"], claims["return_line"].combine_chunks()))
    labels = labels_of(lines)
    own = touched.shipped.filter(_among(touched.shipped["carton"], labels))
    known = hub.store.shipped_in(labels)
    shipped = pa.concat_tables([known.filter(pc.invert(_among(known["document"], touched.unshipped))), own])
    return with_packing(claims, lines, shipped, facts_of(hub, (), shipped))


def _in_force(hub: Hub, touched: Touched, old: pa.Table) -> pa.Table:
    """What persons said of on which sales these lines stand."""
    known = hub.store.assignments_of(distinct(old["return_line"]))
    undone = pc.is_in(known["assignment"], pa.array(touched.unassigned, pa.string()))
    return pa.concat_tables([known.filter(pc.invert(undone)), touched.assigned])


def _causes(touched: Touched, parcels: pa.Table) -> dict[str, str]:
    """The document that re-opened each line."""
    pairs = zip(parcels["return_line"].to_pylist(), parcels["gtin"].to_pylist(), strict=True)
    own = dict(zip(touched.places["return_line"].to_pylist(), touched.places["document"].to_pylist(), strict=True))
    return {line: own[line] if line in own else touched.items[gtin] for line, gtin in pairs}


def _announced(new: pa.Table, places: pa.Table) -> list[tuple[str, pa.Table]]:
    """New portions and their first movement, caused by the document that announced or found them."""
    document_of = dict(zip(places["return_line"].to_pylist(), places["document"].to_pylist(), strict=True))
    causes = [document_of[line] for line in new["return_line"].to_pylist()]
    return [("allocation", _versioned(new)), ("movement", movements.announce(new, causes, SPLIT_VERSION))]


def _moved(anew: PlacedAnew) -> list[tuple[str, pa.Table]]:
    return [
        ("allocation", _versioned(anew.allocations)),
        ("movement", anew.movements),
        ("inspection", anew.inspections),
    ]


def _versioned(allocations: pa.Table) -> pa.Table:
    return allocations.append_column("rule_version", pa.repeat(pa.scalar(SPLIT_VERSION), allocations.num_rows))


# --- findings


def _about(findings: pa.Table, places: pa.Table) -> pa.Table:
    """The findings about these lines."""
    return findings.filter(_lines_mask(findings, _named(places)))


def _newly_told(findings: pa.Table, anew: PlacedAnew, parcels: pa.Table, old: pa.Table) -> pa.Table:
    """Why lines that were placed anew have no sale now, where that was not so before."""
    before = set(zip(parcels["return_line"].to_pylist(), parcels["unplaced"].to_pylist(), strict=True))
    columns = (anew.allocations["return_line"].to_pylist(), anew.allocations["unplaced"].to_pylist())
    now = {pair for pair in zip(*columns, strict=True) if pair[1] is not None} - before
    names = _named(old)
    lines = zip(findings["document"].to_pylist(), findings["line_no"].to_pylist(), strict=True)
    codes = findings["code"].to_pylist()
    return findings.filter(
        pa.array([(names.get(line), code) in now for line, code in zip(lines, codes, strict=True)], pa.bool_())
    )


def _named(places: pa.Table) -> dict[tuple[str, int], str]:
    """Return lines by the document and line that state them."""
    keys = zip(places["document"].to_pylist(), places["line_no"].to_pylist(), strict=True)
    return dict(zip(keys, places["return_line"].to_pylist(), strict=True))


def _among(names: pa.ChunkedArray, wanted: Collection[str]) -> pa.ChunkedArray:
    return pc.is_in(names, pa.array(sorted(wanted), pa.string()))


def _lines_mask(findings: pa.Table, lines: Collection[tuple[str, int]]) -> pa.Array:
    told = zip(findings["document"].to_pylist(), findings["line_no"].to_pylist(), strict=True)
    return pa.array([line in lines for line in told], pa.bool_())


def _by_cause(told: pa.Table, old: pa.Table, causes: Mapping[str, str]) -> Iterable[tuple[str, pa.Table]]:
    """The findings by the document that re-opened their lines."""
    by_line = {line: causes[name] for line, name in _named(old).items() if name in causes}
    for cause in sorted(set(by_line.values())):
        found = told.filter(_lines_mask(told, [line for line, by in by_line.items() if by == cause]))
        if found.num_rows:
            yield cause, found


# --- what a batch touches


def touched_by_sales(hub: Hub, retailer: str, sales: pa.Table, documents: pa.Array) -> Touched:
    """The items of new ``SUPPLY``; items whose claims state one of its references; and what is in a box with them.

    ``documents`` are those of the rows. Box mates matter because other goods on the same invoice are evidence,
    and parts of what was sold since their single pieces were not sold by themselves.
    """
    items = first_by(sales["gtin"], documents)
    by = min(items.values())
    stating = hub.store.items_stating(retailer, {name: distinct(sales[name]) for name in REFERENCES})
    beside = hub.store.box_items(retailer, [*items]) | parts_of(hub, [*items])
    return Touched(retailer, dict.fromkeys(stating | beside, by) | items, sales=sales)


def touched_by_shipments(hub: Hub, shipped: pa.Table, outdated: Collection[str] = ()) -> Iterator[Touched]:
    """The items of claims whose cartons new ``SHIPMENT_LINES`` packed: a late dispatch advice speaks for them too.

    So do the cartons of ``outdated`` ones, that hold no longer.
    """
    both = pa.concat_tables([hub.store.shipped_by(outdated), shipped])
    document_of = first_by(both["carton"], both["document"])
    claimed = hub.store.items_in_cartons(document_of)
    for retailer in distinct(claimed["retailer"]):
        own = claimed.filter(pc.equal(claimed["retailer"], retailer))
        documents = pa.array([document_of[carton] for carton in own["carton"].to_pylist()], pa.string())
        yield Touched(retailer, first_by(own["gtin"], documents), shipped=shipped, unshipped=outdated)


def touched_by_claims(hub: Hub, retailer: str, claims: pa.Table, places: pa.Table) -> Touched:
    """The items of new ``CLAIMS``, and what is open in returns that they were added to."""
    places = _in_order_of(claims, places)
    items = first_by(claims["gtin"], places["document"])
    known = hub.store.claims_in(distinct(claims["return_id"]))
    beside = dict.fromkeys(distinct(known["gtin"]), min(places["document"].to_pylist(), default=""))
    return Touched(retailer, beside | items, claims=claims, places=places)


def touched_by_receipts(
    hub: Hub, reconciled: Reconciled, places: pa.Table, receipt_lines: pa.Table, open_portions: pa.Table
) -> Iterator[Touched]:
    """New claims of goods that nobody announced, and what the receipts changed for units of other claims.

    Units that did not come give their sales back. Of a line on several sales, other units were counted in first when
    its receipts come in another order.
    """
    changed = _changed(reconciled.movements, open_portions)
    days = zip(receipt_lines["document"].to_pylist(), receipt_lines["received_on"].to_pylist(), strict=True)
    received_on = {document: day for document, day in sorted(days, key=str, reverse=True) if day is not None}
    seen = partial(after, movements=reconciled.movements, inspections=reconciled.inspections, received_on=received_on)
    claims = reconciled.claims
    retailers = {*distinct(claims["retailer"]), *(row["retailer"] for row in changed)}
    for retailer in sorted(retailers):
        own = claims.filter(pc.equal(claims["retailer"], retailer))
        new = touched_by_claims(hub, retailer, own, places)
        items = {row["gtin"]: row["cause"].partition("/")[0] for row in changed if row["retailer"] == retailer}
        yield replace(
            new,
            items={**items, **new.items},
            seen=seen,
        )


def _changed(moved: pa.Table, open_portions: pa.Table) -> list[dict[str, Any]]:
    """Retailer and item of units that did not come, or that were counted in on a line of several portions."""
    known = {row["portion"]: row for row in open_portions.select(["portion", "retailer", "gtin"]).to_pylist()}
    portions = Counter(open_portions["return_line"].to_pylist())
    return [
        {**known[row["portion"]], "cause": row["cause"]}
        for row in moved.sort_by([("cause", "descending")]).to_pylist()
        if row["to_bucket"] == Bucket.SHORT or portions[row["return_line"]] > 1
    ]


def places_of(return_lines: pa.Table, lines: pa.Table) -> pa.Table:
    """Where each return line is stated."""
    return (
        return_lines.select(["return_line", "document", "line_no", "carton"])
        .join(lines.select(["document", "line_no", "file", "offset", "length"]), ["document", "line_no"])
        .sort_by("return_line")
    )


def _in_order_of(claims: pa.Table, places: pa.Table) -> pa.Table:
    """The places of these claims, row by row."""
    return places.take(pc.index_in(claims["return_line"], places["return_line"].combine_chunks()))


def first_by(names: pa.ChunkedArray, documents: pa.ChunkedArray) -> dict[str, str]:
    """For each item or carton the first of the documents that name it, by id."""
    found: dict[str, str] = {}
    for name, document in zip(names.to_pylist(), documents.to_pylist(), strict=True):
        if name is not None:
            found[name] = min(found.get(name, document), document)
    return found


def distinct(column: pa.ChunkedArray) -> list[str]:
    """The texts of the column, each once, sorted."""
    return sorted({value for value in column.to_pylist() if value})
