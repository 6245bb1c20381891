"""Open this when goods must reach the ERP, once: replacement orders as its orders, receipts as its stock documents.

    find our reference → create a draft → compare it → confirm → find and compare again → record

The ERP itself keeps a reference single (connectors/erp/goods.py), so whatever dies between two steps, and whoever does
the same beside us, the next run finds the one document and carries it on. What the ERP refuses, or has otherwise than
it was asked, is parked with its reason and tried again with each run.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, time
from itertools import groupby
from typing import Any

import pyarrow as pa

from connectors.erp.goods import (
    GoodsCapabilities,
    GoodsDocument,
    GoodsErp,
    GoodsKind,
    GoodsLine,
    GoodsRequest,
    ensure_same,
)
from connectors.erp.port import AccessDenied
from connectors.store import StaleError, Store
from pipelines.work.claims import reference_of
from schemas.errors import PermanentError, TransientError, UncertainError
from schemas.outcome import Change, Outcome

Row = dict[str, Any]
OnStep = Callable[[str, str], None]
_EVER = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass
class Booked:
    """What became of the documents that were due."""

    done: int = 0
    parked: int = 0
    waiting: int = 0  # the ERP was not reached, or nobody knows: the next run looks again


def book_goods(
    store: Store,
    erp: GoodsErp,
    now: Callable[[], datetime],
    retailer: str,
    companies: Sequence[str],
    on_step: OnStep | None = None,
) -> Booked:
    """Give the ERP every replacement order and receipt of the retailer that it takes and does not have yet.

    Raises only what the store raises. ``on_step`` hears each finished step and its reference.
    """
    step = on_step or (lambda name, reference: None)
    for kind, since in _taken(erp.goods):
        _ask(store, kind, store.to_book(retailer, kind, since).to_pylist(), companies, erp.goods)
        step("ask", retailer)
    booked = Booked()
    for row in store.goods_due(retailer).to_pylist():
        ending = _carry(store, erp, now, row, step)
        setattr(booked, ending, getattr(booked, ending) + 1)
    return booked


def _taken(goods: GoodsCapabilities) -> Iterator[tuple[GoodsKind, datetime]]:
    """What this ERP takes, and what moved since when."""
    if goods.replacements:
        yield "replacement", _EVER
    if goods.receipts_since is not None:
        yield "receipt", datetime.combine(goods.receipts_since, time(), UTC)


# --- what is asked of the ERP


def _ask(store: Store, kind: GoodsKind, rows: list[Row], companies: Sequence[str], goods: GoodsCapabilities) -> None:
    """A document for each replacement order, and for what a receipt counted of a retailer and company; one outcome.

    Units of which nobody knows who sold them are the only company's; where there are several they wait for a place.
    """
    known = [row | {"company": row["company"] or (companies[0] if len(companies) == 1 else None)} for row in rows]
    placed = sorted((row for row in known if row["company"]), key=_document_of)
    asked = [_asked(kind, list(group), goods) for _, group in groupby(placed, key=_document_of)]
    if not asked:
        return
    documents = pa.Table.from_pylist([document for document, _ in asked])
    lines = pa.Table.from_pylist([line for _, lines in asked for line in lines])
    with suppress(StaleError):  # another run asked meanwhile
        rows_of = {"goods_document": documents, "goods_document_line": lines}
        store.record(Outcome(f"book {kind}s", placed[0]["retailer"], rows_of))


def _document_of(row: Row) -> tuple[str, str]:
    return str(row["subject"]), str(row["company"])


def _asked(kind: GoodsKind, rows: list[Row], goods: GoodsCapabilities) -> tuple[Row, list[Row]]:
    """The document of these movements, with its lines by item and place."""
    head = rows[0]
    first = min(row["movement"] for row in rows)
    reference = head["subject"] if kind == "replacement" else reference_of("GR", first)
    request = GoodsRequest(
        kind=kind,
        reference=reference,
        company=head["company"],
        retailer=head["retailer"],
        number=head["number"],
        store=head["store"],
        lines=tuple(_lines(rows, goods)),
    )
    names = ("reference", "kind", "retailer")
    document = {name: getattr(request, name) for name in names}
    document |= {"request": request.canonical(), "request_hash": request.digest, "state": "ready"}
    return document, [{"movement": row["movement"], "reference": reference, "units": row["units"]} for row in rows]


def _lines(rows: list[Row], goods: GoodsCapabilities) -> Iterator[GoodsLine]:
    """One line for each item and place; the place by the route, where one was said by then, else by the grade."""
    total: dict[tuple[str, str, str], int] = {}
    for row in rows:
        place = goods.locations.get(row["route"] or "") or goods.locations.get(row["grade"] or "")
        key = (row["gtin"] or row["vendor_item"] or "", row["vendor_item"] or "", place or "")
        total[key] = total.get(key, 0) + row["units"]
    for (item, vendor_item, place), units in sorted(total.items()):
        yield GoodsLine(item=item, vendor_item=vendor_item or None, units=units, location=place or None)


# --- how it gets there


def _carry(store: Store, erp: GoodsErp, now: Callable[[], datetime], row: Row, step: OnStep) -> str:
    """One attempt on one document; what cannot go on now says why."""
    try:
        document = _confirmed(erp, _request(row), step)
        _finish(store, now, row, document)
        step("record", row["reference"])
    except (AccessDenied, TransientError, UncertainError) as unknown:
        _note(store, row, {"problem": str(unknown)})
        return "waiting"
    except PermanentError as refused:
        _note(store, row, {"state": "parked", "problem": str(refused)})
        return "parked"
    except StaleError:
        return "waiting"  # another run carried it on
    return "done"


def _request(row: Row) -> GoodsRequest:
    """The stored request. PermanentError: it is not the one that was asked for."""
    request = GoodsRequest.model_validate_json(row["request"])
    if (request.digest, request.reference, request.retailer) != (
        row["request_hash"],
        row["reference"],
        row["retailer"],
    ):
        raise PermanentError(
            f"The request of {row['reference']} was changed. Next: run `backhaul verify`, and find out who did that."
        )
    return request


def _confirmed(erp: GoodsErp, request: GoodsRequest, step: OnStep) -> GoodsDocument:
    """The protocol. UncertainError: the ERP says it did it, and does not show it yet."""
    document = erp.find_goods(request)
    step("find", request.reference)
    if document is None:
        erp.draft_goods(request)
        step("create", request.reference)
        document = _found(erp, request)
        step("read", request.reference)
    ensure_same(document, request)
    if document.state == "done":
        return document
    refusal = None
    try:
        erp.confirm_goods(request, document.document_id)
    except PermanentError as refused:
        refusal = refused  # also when another run has confirmed it meanwhile
    step("confirm", request.reference)
    document = _found(erp, request)
    step("read confirmed", request.reference)
    if document.state != "done":
        raise refusal or UncertainError(f"The ERP did not confirm {request.reference}. Next: the next run looks again.")
    ensure_same(document, request)
    return document


def _found(erp: GoodsErp, request: GoodsRequest) -> GoodsDocument:
    document = erp.find_goods(request)
    if document is None:
        raise UncertainError(f"The ERP does not show {request.reference} yet. Next: the next run looks again.")
    return document


def _finish(store: Store, now: Callable[[], datetime], row: Row, document: GoodsDocument) -> None:
    """The end of the document, and that its order was sent, in one outcome."""
    end = {
        "state": "done",
        "document_id": document.document_id,
        "number": document.number,
        "document_digest": document.digest,
        "problem": None,
        "done_at": now(),
    }
    changes = [Change("goods_document", {"reference": row["reference"]}, end, {"state": row["state"]})]
    if row["kind"] == "replacement":
        order = {"reference": row["reference"]}
        changes.append(Change("replacement_order", order, {"state": "sent"}, {"state": "ready"}))
    store.record(Outcome("book goods", row["reference"], changes=tuple(changes)))


def _note(store: Store, row: Row, values: Row) -> None:
    """Keep why it waits, if that is new."""
    if all(row[name] == value for name, value in values.items()):
        return
    change = Change("goods_document", {"reference": row["reference"]}, values, {"state": row["state"]})
    with suppress(StaleError):
        store.record(Outcome("book goods", row["reference"], changes=(change,)))
