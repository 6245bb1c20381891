"""Open this when ``backhaul partner new`` is hard to read: a proposal as tables and sentences for the terminal."""

import json
from collections.abc import Iterator, Sequence
from pathlib import Path

from rich import box
from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from mappings.propose.columns import Column
from mappings.propose.edi import Interchange, word_of
from mappings.propose.edi_map import EdiMap
from mappings.propose.folder import Proposal
from mappings.propose.grid import SEPARATORS
from mappings.propose.header_words import LANGUAGES, languages_of
from mappings.propose.questions import Question
from mappings.propose.tables import TableProposal

_COLOURS = {"sure": "green", "likely": "yellow", "asked": "bold red", "aside": "dim", "yours": "green"}
_WORDS = {"aside": "not read"}
_NAMES, _CELLS, _QUALIFIERS = 24, 18, 6


def proposal_view(proposal: Proposal) -> Iterator[RenderableType]:
    """What each sample is, column by column or qualifier by qualifier, with how sure that is and why."""
    for sample, table in proposal.tables:
        yield from _table_view(sample.name, table)
    for sample, sent, maps in proposal.interchanges:
        yield from _edi_view(sample.name, sent, maps)


def open_view(proposal: Proposal, folder: Path) -> Iterator[RenderableType]:
    """What is open, what was written, and what comes next."""
    for note in proposal.notes:
        yield Text.assemble(("! ", "yellow"), note)
    if proposal.questions:
        yield Text("\nStill open; until it is answered it is left out of the mapping:", style="bold")
        yield from _questions(proposal.questions)
    for sample, rows in proposal.rows.items():
        yield Text(f"\n{sample}: {_counted(rows)}")
    yield Text(f"Written to {folder}: {', '.join(sorted(proposal.files))}")
    if proposal.questions:
        yield Text("Next: answer in the mapping itself; or remove the folder, and run this again with --answer.")
    else:
        yield Text("Next: read maps/ and samples/*.expected.json: what stands there the mapping is held to.")


def _questions(questions: Sequence[Question]) -> Iterator[Text]:
    """Each question with how it is answered by script; codes of one column stand together."""
    groups: dict[tuple[str, tuple[str, ...]], list[Question]] = {}
    for question in questions:
        about, mark, _ = question.key.partition(":")
        groups.setdefault((about if mark else question.text, question.choices), []).append(question)
    for (about, choices), many in groups.items():
        first = many[0]
        text = Text.assemble(("? ", "bold red"), first.text)
        if len(many) > 1:
            text.append(f" Asked likewise: {', '.join(one.key.removeprefix(about + ':') for one in many[1:])}.")
        value = choices[0] if len(choices) == 1 else "..."
        answer = f'"{first.key}={value}"' if " " in first.key else f"{first.key}={value}"
        text.append(f"\n    --answer {answer}", style="cyan")
        text.append(f"  one of: {', '.join(choices)}" if len(choices) > 1 else "", style="dim")
        yield text


def _counted(rows: str) -> str:
    """How many rows a sample gives, by their tables."""
    found = json.loads(rows)
    counts = [f"{len(many)} {name.replace('_', ' ')}" for name, many in found.items() if name != "findings"]
    findings = sorted({row["code"] for row in found.get("findings", [])})
    told = ", ".join(counts) or "no rows"
    return f"{told}; findings: {', '.join(findings)}" if findings else told


def _table_view(name: str, table: TableProposal) -> Iterator[RenderableType]:
    grid = table.grid
    language = languages_of(grid.names) if grid.header_row else ()
    written = [f"a {'workbook' if grid.standard == 'workbook' else 'table'}"]
    if grid.standard == "workbook":
        written.append(f"sheet {grid.sheet}")
    else:
        written.append(f"{grid.charset.encoding} ({grid.charset.why})")
        written.append(f"cells parted by {SEPARATORS[grid.separator]}")
    written.append(f"header in row {grid.header_row}" if grid.header_row else "no header")
    written += [f"in {LANGUAGES[language[0]]}"] if language else []
    written += [table.numbers.why] if table.numbers.why else []
    yield Text.assemble((name, "bold"), f": {', '.join(written)}; {len(grid.rows)} rows, read as a {table.kind}")
    yield _columns(table.columns)


def _columns(columns: Sequence[Column]) -> Table:
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, padding=(0, 1, 0, 0))
    longest = max(len(" ".join(one.name.split())) for one in columns)
    table.add_column("column", overflow="fold", min_width=min(longest, _NAMES), max_width=_NAMES)
    table.add_column("cells", overflow="fold", max_width=_CELLS)
    table.add_column("field", no_wrap=True)
    table.add_column("sure?", no_wrap=True)
    table.add_column("why", overflow="fold", ratio=1)
    for one in columns:
        cells = one.look.some if len(one.look.some) <= _CELLS else next(iter(one.look.cells))[:_CELLS]
        why = one.why.removeprefix(f"header `{' '.join(one.name.split())}` is ")
        verdict = Text(_WORDS.get(one.verdict, one.verdict), style=_COLOURS[one.verdict])
        table.add_row(Text(" ".join(one.name.split())), Text(cells), one.field or "", verdict, Text(why))
    return table


def _edi_view(name: str, sent: Interchange, maps: Sequence[EdiMap]) -> Iterator[RenderableType]:
    yield Text.assemble((name, "bold"), f": {sent.standard}, from {':'.join(sent.sender)} to {':'.join(sent.receiver)}")
    yield Text(f"  delimiters: {sent.delimiters}")
    for message in sent.messages:
        standards = " or ".join(filter(None, (message.extends, message.notice)))
        extends = f"read by {standards}" if standards else "no shipped standard yet"
        yield Text(f"  {message.count} × {message.type} {', '.join(message.versions)} {message.about}: {extends}")
    for tag, values in sent.qualifiers.items():
        shown = [f"{qualifier} {word_of(sent.standard, tag, qualifier)}".strip() for qualifier in values]
        more = f" and {len(shown) - _QUALIFIERS} more" if len(shown) > _QUALIFIERS else ""
        yield Text(f"  {tag}: {', '.join(shown[:_QUALIFIERS])}{more}", style="dim")
    for one in maps:
        for field, why in one.told:
            yield Text.assemble("  ", (field, "green"), f": {why}")
