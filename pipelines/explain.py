"""Open this when somebody asks "why this credit?": the story of a return line, as it happened."""

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

from rich import box
from rich.console import Group, RenderableType
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from connectors.store.story import Story
from pipelines.explain_bytes import line_in_file
from pipelines.explain_deciding import decided, parts_in
from pipelines.explain_placing import history, placed
from pipelines.explain_stated import identified, packed, stated
from pipelines.show import money
from pipelines.wiring import Hub
from schemas.errors import PermanentError
from schemas.findings import CATALOGUE
from schemas.ledger import EXPECTED
from schemas.records import ReturnLine

Row = dict[str, Any]
# What the states of an intent mean to a reader.
_STATES = {
    "ready": "is ready to be posted",
    "needs_approval": "waits for approval",
    "sent": "is on its way to the ERP",
    "drafted": "is a draft in the ERP",
    "uncertain": "will be looked up in the ERP",
    "parked": "waits for a person",
    "withdrawn": "was taken back before it went out",
}


def story_view(hub: Hub, line: str) -> Iterator[RenderableType]:
    """The story of a return line, or of each line of a return or of a carton. PermanentError: there is none of them."""
    lines = _lines_of(hub, line)
    for return_line in lines:
        yield _told(hub, hub.store.story(return_line))


def _lines_of(hub: Hub, line: str) -> list[str]:
    if hub.store.table(ReturnLine, return_line=line).num_rows:
        return [line]
    of_return = hub.store.table(ReturnLine, return_id=line)["return_line"].to_pylist()
    of_carton = hub.store.table(ReturnLine, carton=line)["return_line"].to_pylist()
    if not (of_return or of_carton):
        raise PermanentError(
            f"There is no return line, return or carton {line!r}. Next: `backhaul report` lists them; a line is "
            "written retailer/return/line, for example nordstad/NS100001/1."
        )
    return sorted(of_return or of_carton, key=lambda name: (len(name), name))


def _told(hub: Hub, story: Story) -> Panel:
    """All chapters of one line, without those that have not happened."""
    chapters = (
        ("What was said", _said(hub, story)),
        ("Where it was sold", placed(story)),
        ("How it came there", history(story)),
        ("What was counted", _counted(hub, story)),
        ("What was decided", decided(story)),
        ("What was credited", _credited(hub, story)),
        ("Where units and money went", _moved(story)),
        ("Findings", _findings(story)),
        ("What is awaited", _awaited(story)),
    )
    parts: list[RenderableType] = []
    for title, told in chapters:
        paragraphs = list(told)
        if paragraphs:
            parts += [Text(title, "bold cyan"), *paragraphs, Text("")]
    return Panel(
        Group(*parts[:-1]), title=_first(story.return_line)["return_line"], title_align="left", box=box.ROUNDED
    )


def _said(hub: Hub, story: Story) -> Iterator[RenderableType]:
    """The line as it was announced or found, with the file it came in and its bytes there."""
    line, of = _first(story.return_line), _first(story.returns)
    item = _first(story.items)
    name = f" {item['vendor_item']} {item['description']}" if item else ""
    who = hub.catalog.partner(line["retailer"]).partner.name
    how = "announced by" if line["origin"] == "notice" else "found at the dock, sent by"
    gtin = line["gtin"] or "an unknown item"
    yield Text(f"{_units(line['units'])} of {gtin}{name}, {how} {who}, store {of['store']}, on {of['returned_on']}.")
    yield from identified(story)
    yield from stated(story)
    yield from packed(hub, story)
    rows = story.notice_lines.to_pylist() or story.receipt_lines.to_pylist()[:1]
    for row in rows:
        yield from line_in_file(hub, story, row)


def _counted(hub: Hub, story: Story) -> Iterator[RenderableType]:
    receipts = {row["document"]: row for row in story.documents.to_pylist() if row["kind"] == "receipt"}
    counts = Counter[tuple[str, str]]()
    for row in story.inspections.to_pylist():
        if not row["replaces"]:  # else the same units, placed anew
            counts[row["condition"], row["receipt_document"]] += row["units"]
    for (condition, document), units in counts.items():
        receipt = receipts.get(document, {})
        yield Text(f"{_units(units)} counted, {condition}, on receipt {receipt.get('number')} of "
                   f"{receipt.get('issued_on')}.")  # fmt: skip
    for row in story.differences.to_pylist():
        yield Text(f"Difference: {row['kind'].replace('_', ' ')}, {_units(row['units'])}.", "yellow")
    for row in hub.store.resolutions_of(_first(story.return_line)["return_line"]).to_pylist():
        yield Text(f"{row['kind'].replace('_', ' ').capitalize()}: {row['because']}")


def _credited(hub: Hub, story: Story) -> Iterator[RenderableType]:
    notes = {row["reference"]: row for row in story.credit_notes.to_pylist()}
    intents = {row["reference"]: row for row in story.intents.to_pylist()}
    for row in (*story.intent_lines.to_pylist(), *story.reversal_lines.to_pylist()):
        note, intent = notes.get(row["reference"]), intents[row["reference"]]
        amount = f"{_units(row['units'])}, {money(row['net_minor'], intent['currency'])} {intent['currency']} net"
        if intent["kind"]:
            yield Text(f"{amount}: {_taken_back(intent, note, notes)}.{parts_in(story, row['reference'])}", "yellow")
        elif note:
            yield Text(f"{amount}: on credit note {note['number']} of {note['posted_on']}, reference "
                       f"{row['reference']}.{parts_in(story, row['reference'])}", "green")  # fmt: skip
        else:
            why = f": {intent['problem']}" if intent["problem"] else ""
            yield Text(f"{amount}: on credit {row['reference']}, which {_STATES[intent['state']]}{why}."
                       f"{parts_in(story, row['reference'])}", "yellow")  # fmt: skip


def _taken_back(intent: Row, note: Row | None, notes: Mapping[str, Row]) -> str:
    """What became of the counter-document of a credit note."""
    of = notes[intent["reverses"]]["number"] if intent["reverses"] in notes else intent["reverses"]
    if note:
        return f"taken back from {of} by {note['number']} of {note['posted_on']}, reference {intent['reference']}"
    why = f": {intent['problem']}" if intent["problem"] else ""
    return f"{intent['kind']} of {of}, {intent['reference']}, which {_STATES[intent['state']]}{why}"


def _moved(story: Story) -> Iterator[RenderableType]:
    table = Table(box=box.SIMPLE, pad_edge=False, show_edge=False)
    for title in ("", "from", "to", "units", "net", "tax", "cause"):
        table.add_column(title, justify="right" if title in ("units", "net", "tax") else "left", overflow="fold")
    for row in story.movements.to_pylist():
        amounts = (money(row[key], row["currency"]) for key in ("net_minor", "tax_minor"))
        mark = "#" + row["portion"].rpartition("#")[2]
        table.add_row(mark, row["from_bucket"], row["to_bucket"], str(row["units"]), *amounts, row["cause"])
    yield table


def _findings(story: Story) -> Iterator[RenderableType]:
    for row in story.findings.to_pylist():
        code = CATALOGUE[row["code"]]
        yield Text(f"{row['code']} ({row['severity']}) at byte {row['offset']}: {code.meaning}: {row['detail']}. "
                   f"Next: {code.next_step}.", "yellow" if row["severity"] != "info" else "dim")  # fmt: skip


def _awaited(story: Story) -> Iterator[RenderableType]:
    balance: dict[str, int] = {}
    for row in story.movements.to_pylist():
        balance[row["to_bucket"]] = balance.get(row["to_bucket"], 0) + row["units"]
        balance[row["from_bucket"]] = balance.get(row["from_bucket"], 0) - row["units"]
    if expected := sum(balance.get(bucket, 0) for bucket in EXPECTED):
        for row in story.due.to_pylist():
            yield Text(f"{row['event']} of {_units(expected)}, due on {row['due_on']}.")


def _units(count: int) -> str:
    return "1 unit" if count == 1 else f"{count:,} units"


def _first(table: Any) -> Row:
    rows = table.slice(0, 1).to_pylist()
    return rows[0] if rows else {}
