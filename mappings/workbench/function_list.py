"""Open this when a list in mappings/README.md or docs/findings.md is out of date: both are made from what they list.

``python -m mappings.workbench.function_list`` says whether they are current; with ``--write`` it writes them anew. A
function's row is its docstring: the first sentence, and its first example.
"""

import ast
import doctest
import re
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from mappings import code_lists
from mappings.catalog import STANDARDS
from mappings.functions.cleaning import CLEAN, WITH_ARGUMENT
from mappings.functions.values import CONVERT
from mappings.marks import read
from mappings.outbound.catalog import shipped, shipped_names
from schemas.findings import CATALOGUE
from schemas.outbound import OUTBOUND

README = Path(__file__).resolve().parent.parent / "README.md"
FINDINGS = Path(__file__).resolve().parent.parent.parent / "docs" / "findings.md"

Function = Callable[..., Any]

# What the first part of a finding's code says, in the order of the catalogue.
FAMILIES = {
    "FILE": "The file as a whole",
    "CREDIT": "Credit notes for retailers",
    "ENV": "Envelopes",
    "GROUP": "Functional groups",
    "MSG": "Messages",
    "ELEMENT": "Elements of a segment",
    "FIELD": "Fields, as a mapping reads them",
    "TABLE": "Tables",
    "DOC": "Documents",
    "LINE": "Lines",
    "RECEIPT": "The warehouse's word against the retailer's",
    "ACK": "What partners answer to what we sent",
}


def pages() -> dict[Path, str]:
    """The pages as they should be."""
    text = README.read_text(encoding="utf-8")
    made = {
        "functions": functions(), "standards": standards(), "outbound maps": outbound_maps(),
        "outbound rows": outbound_rows(), "code lists": lists(),
    }  # fmt: skip
    for name, rows in made.items():
        text = _between_markers(text, name, "\n".join(rows))
    return {README: text, FINDINGS: "\n".join(findings()) + "\n"}


def functions() -> Iterator[str]:
    """The vocabulary: what is written, what it gives, an example."""
    yield "On text, in `clean:`"
    yield ""
    yield from _table("Function", "Gives", "Example")
    for name, function in CLEAN.items():
        yield _row(f"`{{{name}: …}}`" if name in WITH_ARGUMENT else f"`{name}`", promise(function), example(function))
    yield ""
    yield "To a value, in `as:`"
    yield ""
    yield from _table("Function", "Gives", "Example")
    for name, function in CONVERT.items():
        yield _row(f"`{name}`", promise(function), example(function))


def standards() -> Iterator[str]:
    """The shipped standards, as `extends:` names them, with the first line of each file."""
    yield from _table("Standard", "Gives", "What it reads")
    for path in sorted(STANDARDS.glob("*/*.yaml")):
        first = path.read_text(encoding="utf-8").splitlines()[0].removeprefix("#").strip()
        name = path.relative_to(STANDARDS).with_suffix("").as_posix()
        yield _row(f"`{name}`", _kind(path), first)


def outbound_maps() -> Iterator[str]:
    """The shipped outbound maps, as `extends:` names them."""
    yield from _table("Outbound map", "Of", "What it writes")
    for name in shipped_names():
        one = shipped(name)
        first = one.path.read_text(encoding="utf-8").splitlines()[0].removeprefix("#").strip()
        yield _row(f"`{name}`", one.rules.kind, first)


def outbound_rows() -> Iterator[str]:
    """The columns that the rules of an outbound map name, by kind and section."""
    yield from _table("Kind", "Section", "Its rows", "Columns")
    for kind, sections in OUTBOUND.items():
        for section, rows in sections.items():
            means = (rows.metadata or {})[b"means"].decode()
            columns = ", ".join(f"`{name}`" for name in rows.names if name != "document")
            yield _row(f"`{kind}`", f"`{section}`", means, columns)


def lists() -> Iterator[str]:
    """Our own lists, and the shipped lists that turn others' codes into them."""
    yield from _table("Code list", "Entries", "Turns into")
    for path in sorted(code_lists.SHIPPED.glob("*.csv")):
        codes = sorted(code_lists.canonical(path.stem))
        yield _row(f"`{path.stem}`", str(len(codes)), f"our own words: {', '.join(codes)}")
    for name, entries in code_lists.lists_of(code_lists.SHIPPED).items():
        own = name.split("/")[0]
        into = {"units": "base units in one", "flags": "`true` or `false`"}.get(own, f"`{own}`")
        if code_lists.turned(name, entries) is entries:
            into = f"our words, for what we write, into codes: `{own}`"
        yield _row(f"`{name}`", str(len(entries)), into)


def findings() -> Iterator[str]:
    """The page of all findings."""
    yield "# Findings"
    yield ""
    yield "What can be wrong in a partner's file, or worth knowing. A finding is recorded with its place in the bytes"
    yield "and the value found. *info* and *warning* hold nothing; *error* holds its line, *fatal* its document alone."
    yield "This page is made from `schemas/findings.py` by `python -m mappings.workbench.function_list --write`."
    for family in dict.fromkeys([*FAMILIES, *(code.split("-")[0] for code in CATALOGUE)]):
        yield ""
        yield f"## {FAMILIES.get(family, family.capitalize())}"
        yield ""
        yield from _table("Code", "Severity", "What it means", "Next step")
        for code, entry in CATALOGUE.items():
            if code.split("-")[0] == family:
                yield _row(f"`{code}`", entry.severity.value, entry.meaning, entry.next_step)


def promise(function: Function) -> str:
    """What a function gives: the first sentence of its docstring."""
    return (function.__doc__ or "").strip().split("\n")[0]


def example(function: Function) -> str:
    """The first example of a function's docstring, as text → value for each of its values; ValueError without one."""
    examples = doctest.DocTestParser().get_examples(function.__doc__ or "")
    if not examples:
        raise ValueError(f"{function.__name__} has no example in its docstring. Next: write one with >>>.")
    source, wanted = examples[0].source.strip(), examples[0].want.strip()
    call = ast.parse(source, mode="eval").body
    inputs, argument = _inputs(call), _argument(call)
    outputs = _literal(re.sub(r"datetime\.date\((\d+), (\d+), (\d+)\)", _iso, wanted))
    if not isinstance(inputs, list) or not isinstance(outputs, list) or len(inputs) != len(outputs):
        return f"{_code(source)} gives {_code(wanted)}"
    pairs = "; ".join(
        f"{_code(text)} → {_code(value)}" for text, value in zip(inputs, outputs, strict=True) if text is not None
    )
    return f"with {_code(argument)}: {pairs}" if argument is not None else pairs


def _inputs(call: ast.AST) -> Any:
    """The values of the first column in an example."""
    arrays = (
        node.args[0]
        for node in ast.walk(call)
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "pa.array" and node.args
    )
    return next((_literal(ast.unparse(array)) for array in arrays), None)


def _argument(call: ast.AST) -> str | None:
    """The text that the function is given beside the column."""
    for node in ast.walk(call):
        if isinstance(node, ast.Call) and any(ast.unparse(one).startswith("pa.array") for one in node.args):
            texts = [one.value for one in node.args[1:] if isinstance(one, ast.Constant)]
            return str(texts[0]) if texts else None
    return None


def _literal(text: str) -> Any:
    try:
        return ast.literal_eval(text)
    except (ValueError, SyntaxError):
        return None


def _iso(found: re.Match[str]) -> str:
    return "'{}-{:0>2}-{:0>2}'".format(*found.groups())


def _code(value: Any) -> str:
    """A value as the page shows it: text as it is, blanks at its ends in quotes, nothing as a word."""
    if value is None:
        return "nothing"
    text = {True: "true", False: "false"}[value] if isinstance(value, bool) else str(value)
    text = f'"{text}"' if text != text.strip() or not text else text
    return f"`{text}`"


def _kind(path: Path) -> str:
    """Which lines a standard gives; what it extends says so where it does not."""
    data = read(path).data
    return str(data["kind"]) if "kind" in data else _kind(STANDARDS / f"{data['extends']}.yaml")


def _table(*titles: str) -> tuple[str, str]:
    return _row(*titles), _row(*("---" for _ in titles))


def _row(*cells: str) -> str:
    return f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in cells)} |"


def _between_markers(text: str, name: str, rows: str) -> str:
    begin, end = f"<!-- {name}: made by mappings/workbench/function_list.py -->", f"<!-- end of {name} -->"
    if text.count(begin) != 1 or text.count(end) != 1:
        raise ValueError(f"mappings/README.md needs the lines {begin} and {end} once each. Next: put them in.")
    before, rest = text.split(begin)
    return f"{before}{begin}\n{rows}\n{end}{rest.split(end)[1]}"


def main(arguments: list[str]) -> int:
    """With ``--write`` the pages are written anew; otherwise it says which are not current."""
    stale = {path: text for path, text in pages().items() if not _is(path, text)}
    for path, text in stale.items():
        if "--write" in arguments:
            path.write_text(text, encoding="utf-8")
        print(f"{path.name} is {'written anew' if '--write' in arguments else 'not current'}.")
    return 1 if stale and "--write" not in arguments else 0


def _is(path: Path, text: str) -> bool:
    return path.is_file() and path.read_text(encoding="utf-8") == text


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
