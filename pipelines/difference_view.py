"""Open this when a list of differences is hard to read: what differs, what holds of it, and who acts."""

from collections.abc import Iterator
from typing import Any

from rich.console import RenderableType
from rich.text import Text

from pipelines.show import money, table_of
from pipelines.wiring import Hub
from pipelines.work.differences import held, resolutions
from schemas.differences import KINDS, WAITING
from schemas.resolutions import Question

Row = dict[str, Any]
_KEY = ("return_line", "kind", "receipt_document", "receipt_line_no")


def differences_view(hub: Hub, retailer: str | None, waiting: bool = False) -> Iterator[RenderableType]:
    """What differs now of one retailer or of all, or only what waits for an answer or a person."""
    differing = differences_with_resolutions(hub, retailer)
    shown = [row for row in differing if row["action"] in WAITING] if waiting else differing
    rows = [
        (
            row["return_line"], f"{row['kind'].replace('_', ' ')}: {_what(row)}", row["units"],
            money(row["net_minor"], row["currency"] or ""), _holds(row),
        )
        for row in shown
    ]  # fmt: skip
    columns = ("Line", "what differs", "units", "net", "what holds")
    yield table_of("Announced, received and sold", columns, rows, "llnnl")
    for kind in sorted({row["kind"] for row in shown}):
        yield Text(f"{kind.replace('_', ' ')}: {KINDS[kind].meaning}. Acts: {KINDS[kind].acts}.", "dim")
    if any(row["action"] in WAITING for row in shown):
        yield Text("Next: `backhaul resolve LINE ACTION --reason TEXT --by NAME` says what holds.", "dim")
    if not shown:
        yield Text("Nothing waits." if waiting else "Nothing differs.")


def differences_with_resolutions(hub: Hub, retailer: str | None = None) -> list[Row]:
    """The rows of ``HELD_DIFFERENCES`` with the resolution in force: action, because, answer_by; empty before it."""
    differing: list[Row] = held(hub, retailer).to_pylist()
    last = {}
    for name in sorted({row["retailer"] for row in differing}):
        for row in resolutions(hub, name).sort_by("turn").to_pylist():
            last[tuple(row[key] for key in _KEY)] = row
    until = {row["question"]: row["answer_by"] for row in hub.store.table(Question).to_pylist()}
    found = []
    for row in differing:
        said = last.get(tuple(row[key] for key in _KEY), {})
        holds = {name: said.get(name) for name in ("action", "because", "rule")}
        found.append(row | holds | {"answer_by": until.get(said.get("question"))})
    return found


def _what(row: Row) -> str:
    item = row["description"] or row["gtin"] or "an unknown item"
    return f"{item} → {row['other_description'] or row['other_gtin']}" if row["other_line"] else item


def _holds(row: Row) -> Text:
    if row["action"] == "ask":
        return Text(f"asked, answer by {row['answer_by']}", "yellow")
    if row["action"] == "hold":
        return Text("a person decides", "yellow")
    return Text((row["action"] or "not looked at yet").replace("_", " "))
