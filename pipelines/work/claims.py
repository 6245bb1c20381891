"""Open this when a claim waits, or its replacement or recourse is missing: evidence, orders, and papers for suppliers.

A claim without its evidence is not decided until that came or its time is over. What was replaced is ordered once, and
what a supplier answers for is asked of it once; both are written as files below the ERP's folder.
"""

import csv
import hashlib
import io
import json
from base64 import b32encode
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from itertools import groupby
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from connectors.disk import disk_faults
from connectors.erp.file_out.papers import RECOURSE, REPLACEMENTS, write_paper
from connectors.erp.file_out.settings import FileOutSettings
from pipelines.steps.movements import move
from pipelines.steps.warranty import awaits_evidence, is_claim, supplier_of, with_evidence
from pipelines.wiring import Hub
from pipelines.work.authorise import local_day
from schemas.errors import PermanentError
from schemas.goods_documents import GoodsDocumentRow
from schemas.handling import ClaimEvidence, Recourse, ReplacementOrder
from schemas.ledger import Bucket
from schemas.marks import Kind
from schemas.money import to_decimal
from schemas.outcome import Change, Outcome
from schemas.partners import Partner
from schemas.records import ReturnLine

EVENT = "evidence"
REPLACE_VERSION = "claim-1"
Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Stated:
    """What somebody states of a claim beside a file."""

    note: str = ""
    serial: str | None = None
    lot: str | None = None
    purchased_on: date | None = None
    delivered_on: date | None = None
    consumer_on: date | None = None


# --- evidence


def attach(hub: Hub, line: str, path: Path | None, stated: Stated, by: str) -> str:
    """Evidence for the claim of a return line: a file, whose bytes go to the vault first, or what is stated.

    Answers its id; the same evidence twice is one. PermanentError: no such line, or nothing to attach.
    """
    claim_of(hub, line)
    digest = None
    if path is not None:
        with disk_faults(f"reading {path}"):
            digest = hub.vault.put(path.read_bytes())
    said: Row = {"file": digest, "note": stated.note, "serial": stated.serial, "lot": stated.lot,
                 "purchased_on": stated.purchased_on, "delivered_on": stated.delivered_on,
                 "consumer_on": stated.consumer_on}  # fmt: skip
    if not any(said.values()):
        raise PermanentError(f"There is nothing to attach to {line}. Next: name a file, or state what is known.")
    known = hub.store.table(ClaimEvidence, return_line=line).to_pylist()
    for row in known:
        if all(row[name] == value for name, value in said.items()):
            return str(row["evidence"])
    name = f"{line}&{len(known) + 1}"
    row = said | {"evidence": name, "return_line": line, "name": path.name if path else None, "by": by}
    shape = pa.schema([
        (column, pa.date32() if column.endswith("_on") else pa.string()) for column in row
    ])  # fmt: skip
    hub.store.record(Outcome("attach", line, {"claim_evidence": pa.Table.from_pylist([row], shape)}), actor=by)
    return name


def claim_of(hub: Hub, line: str) -> Row:
    """The return line that a claim is about. PermanentError: there is none."""
    found: list[Row] = hub.store.table(ReturnLine, return_line=line).to_pylist()
    if not found:
        raise PermanentError(f"There is no return line {line}. Next: `backhaul explain` takes a return, or a carton.")
    return found[0]


def ready(hub: Hub, retailer: Partner, undecided: pa.Table) -> pa.Table:
    """``UNDECIDED`` with what supports its claims, without those whose evidence may still come."""
    claims = retailer.policy.goods.claims
    if not (claims.reasons or claims.requested):
        return undecided
    undecided = with_evidence(undecided, hub.store.evidence_of(pc.unique(undecided["return_line"]).to_pylist()))
    if not (claims.files or claims.identified):
        return undecided
    lacks = awaits_evidence(undecided, claims)
    clocks = _clocks(hub, retailer, undecided)
    today = local_day(hub, retailer)
    lines = set(undecided.filter(lacks)["return_line"].to_pylist())
    _set_clocks(hub, retailer, clocks, lines, today + timedelta(days=claims.evidence_days))
    over = [name for name, row in clocks.items() if row["due_on"] < today]
    waits = pc.and_(lacks, pc.invert(pc.is_in(undecided["return_line"], pa.array(over, pa.string()))))
    return undecided.filter(pc.invert(waits))


def _clocks(hub: Hub, retailer: Partner, undecided: pa.Table) -> dict[str, Row]:
    """The clocks of these lines, and those that still run."""
    running = hub.store.table("due_event", partner=retailer.id, event=EVENT, met=False).to_pylist()
    own = hub.store.clocks(EVENT, undecided["return_line"].to_pylist()).to_pylist()
    return {row["subject"]: row for row in (*running, *own)}


def _set_clocks(hub: Hub, retailer: Partner, clocks: dict[str, Row], lines: set[str], due_on: date) -> None:
    clock = {"event": EVENT, "partner": retailer.id, "due_on": due_on}
    new = [{"subject": line} | clock for line in sorted(lines - set(clocks))]
    met = tuple(
        Change("due_event", {"subject": line, "event": EVENT}, {"met": True}, {"met": False})
        for line, row in sorted(clocks.items())
        if not row["met"] and line not in lines
    )
    rows = {"due_event": pa.Table.from_pylist(new)} if new else {}
    hub.store.record(Outcome("claim evidence", retailer.id, rows, met))


# --- what a claim leads to


def follow_up(hub: Hub, retailer: Partner) -> None:
    """Replacement orders for what was replaced, recourse for what suppliers answer for, and the files of both."""
    _order(hub, retailer)
    _recourse(hub, retailer)
    _write_orders(hub, retailer)
    _write_recourse(hub, retailer)


def replace(hub: Hub, line: str, by: str, reason: str) -> int:
    """Replace goods of a return line whose credit was reversed; answers how many units.

    PermanentError: the line is credited and its credit was not reversed, or nothing of it was.
    """
    claim_of(hub, line)
    units = hub.store.in_bucket(line, Bucket.REVERSED)
    if not units.num_rows:
        raise PermanentError(_not_reversed(hub, line))
    moved = move(units, Bucket.REVERSED, Bucket.REPLACED, f"{line}>replace", REPLACE_VERSION)
    hub.store.record(Outcome(f"replace: {reason}", line, {"movement": moved}), actor=by)
    return int(pc.sum(units["units"]).as_py())


def _not_reversed(hub: Hub, line: str) -> str:
    credited = hub.store.in_bucket(line, Bucket.CREDITED)
    if credited.num_rows:
        return (
            f"{line} is credited; a replacement on top would make it good twice. "
            "Next: reverse its credit note in the ERP first, then replace it."
        )
    return (
        f"Nothing of {line} has a credit that was reversed. Next: what waits for a decision gets its remedy by "
        f"the policy; `backhaul explain {line}` tells where it stands."
    )


def _order(hub: Hub, retailer: Partner) -> None:
    replaced = hub.store.unordered(retailer.id).to_pylist()
    rows = [{**row, "reference": reference_of("RO", row["movement"])} for row in replaced]
    if rows:
        hub.store.record(Outcome("replacement order", retailer.id, {"replacement_order": _table(rows)}))


def reference_of(kind: str, subject: str) -> str:
    """A short printable reference, the same whenever it is made.

    >>> reference_of("RO", "shop/R1/1#1>replaced@a")
    'RO-OFYZ6PCZJZEK7'
    """
    return f"{kind}-{b32encode(hashlib.sha256(subject.encode()).digest()).decode()[:13]}"


def _write_orders(hub: Hub, retailer: Partner) -> None:
    """Each order as a file, then marked as sent; a crash between writes the same file again.

    Not where the ERP takes orders itself, and never one that it was asked for (pipelines.work.goods_documents).
    """
    if hub.goods is not None and hub.goods.goods.replacements:
        return
    names = ("reference", "retailer", "store", "number", "return_line", "gtin", "units", "reason")
    for order in hub.store.table(ReplacementOrder, retailer=retailer.id, state="ready").to_pylist():
        if hub.store.table(GoodsDocumentRow, reference=order["reference"]).num_rows:
            continue
        said = {name: order[name] for name in names} | {"unit_price": "0"}
        data = json.dumps(said, indent=1, ensure_ascii=False).encode() + b"\n"
        write_paper(_folder(hub), REPLACEMENTS, f"{order['reference']}.json", data)
        sent = Change("replacement_order", {"reference": order["reference"]}, {"state": "sent"}, {"state": "ready"})
        hub.store.record(Outcome("send replacement order", order["reference"], changes=(sent,)))


def _recourse(hub: Hub, retailer: Partner) -> None:
    claims = retailer.policy.goods.claims
    if not claims.suppliers:
        return
    marks = hub.store.marks(Kind.UNCLAIMED, retailer.id)
    found = hub.store.unclaimed(retailer.id, claims.reasons, claims.requested)
    rows = []
    for row in found.filter(is_claim(found, claims)).to_pylist():
        supplier = supplier_of(row, claims)
        if supplier is not None:
            net = _percent_of(row["net_minor"], supplier.percent)
            names = ("decision", "return_line", "gtin", "units", "currency", "reason", "outcome")
            said = {name: row[name] for name in names} | {"supplier": supplier.id, "net_minor": net}
            rows.append(said | {"recourse": reference_of("RC", row["decision"])})
    asked = {"recourse": _table(rows)} if rows else {}
    hub.store.record(Outcome("recourse", retailer.id, asked, seen={Kind.UNCLAIMED: marks}))


def _percent_of(net: int, percent: Decimal) -> int:
    return int((net * percent / 100).quantize(Decimal(1), rounding=ROUND_HALF_UP))


def _write_recourse(hub: Hub, retailer: Partner) -> None:
    """A table for each supplier of what is asked of it now; a crash behind it writes it again, with what has come."""
    rows = hub.store.table(Recourse, state="ready").to_pylist()
    own = [row for row in rows if row["return_line"].startswith(f"{retailer.id}/")]
    for supplier, group in groupby(sorted(own, key=_by_supplier), key=_supplier):
        asked = list(group)
        name = f"{supplier}_{asked[0]['recourse']}.csv"
        write_paper(_folder(hub), RECOURSE, name, _recourse_table(asked))
        sent = tuple(
            Change("recourse", {"recourse": row["recourse"]}, {"state": "sent"}, {"state": "ready"}) for row in asked
        )
        hub.store.record(Outcome("send recourse", supplier, changes=sent))


def _supplier(row: Row) -> str:
    return str(row["supplier"])


def _by_supplier(row: Row) -> tuple[str, str]:
    return str(row["supplier"]), str(row["recourse"])


def _recourse_table(rows: Sequence[Row]) -> bytes:
    text = io.StringIO()
    table = csv.writer(text, delimiter=";", lineterminator="\r\n")
    table.writerow(["recourse", "return line", "item", "units", "reason", "outcome", "net", "currency"])
    table.writerows(_recourse_cells(rows))
    return text.getvalue().encode("utf-8-sig")


def _recourse_cells(rows: Sequence[Row]) -> Iterator[list[Any]]:
    for row in rows:
        net = to_decimal(row["net_minor"], row["currency"])
        yield [row["recourse"], row["return_line"], row["gtin"], row["units"], row["reason"], row["outcome"], net,
               row["currency"]]  # fmt: skip


def _folder(hub: Hub) -> Path:
    """The folder of files for the ERP; other ERPs have one beside them for what they do not take themselves."""
    erp = hub.settings.erp
    return hub.settings.path(
        hub.settings.state / (erp if isinstance(erp, FileOutSettings) else FileOutSettings()).folder
    )


def _table(rows: Sequence[Row]) -> pa.Table:
    return pa.Table.from_pylist(list(rows))
