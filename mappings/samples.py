"""Open this when you add a mapping: runs every sample of the partners' folders against the rows expected of it.

    python -m mappings.samples [--partners FOLDER] [--regenerate] [PARTNER ...]

A sample is a file in ``<partner>/samples``; beside it lies ``<sample>.expected.json``. Without ``--regenerate`` the
differences are shown and the exit code is 1 if there are any; with it, the expected files are written anew. Samples of
outbound maps, rows beside the file that they give, are run likewise (``mappings/outbound/samples.py``).
"""

import argparse
import difflib
import hashlib
import json
import sys
from pathlib import Path
from typing import Any

import pyarrow as pa

from mappings.catalog import Catalog, PartnerFolder
from mappings.engine import Translation, translate
from mappings.formats.segments import RawFile
from mappings.outbound import samples as outbound
from mappings.workbench.row_changes import RowChange, row_changes

Tables = dict[str, list[dict[str, Any]]]

_EXPECTED = ".expected.json"
_SHIPPED_PARTNERS = Path(__file__).parent / "partners"
_TABLE_OF = {"sales": "sale_lines"}
# Not shown: the file is the sample itself, and the version changes with every edit of the mapping.
_LEFT_OUT = ("file", "partner", "rule_version")


def samples(folder: PartnerFolder) -> list[Path]:
    """The partner's sample files, by name."""
    if not folder.samples.is_dir():
        return []
    return sorted(path for path in folder.samples.iterdir() if not path.name.endswith((_EXPECTED, ".md")))


def expected_path(sample: Path) -> Path:
    """The file of the rows that a sample must give."""
    return sample.with_name(sample.name + _EXPECTED)


def rows_of(sample: Path, folder: PartnerFolder, catalog: Catalog) -> str:
    """The rows that a sample gives, as the JSON text of its expected file."""
    tables = tables_of(translate([raw_file(sample)], folder, catalog))
    return json.dumps(tables, indent=1, ensure_ascii=False) + "\n"


def raw_file(path: Path) -> RawFile:
    """A file of a disk as the engine takes it."""
    data = path.read_bytes()
    return RawFile(hashlib.sha256(data).hexdigest(), path.name, data)


def tables_of(translation: Translation) -> Tables:
    """The rows of a translation as plain values, by the names that expected files use; tables without rows left out."""
    lines = {_TABLE_OF.get(kind, f"{kind}_lines"): table for kind, table in translation.lines.items()}
    named = {"documents": translation.documents, **lines, "findings": translation.findings}
    tables = {name: _plain(table) for name, table in named.items()}
    return {name: rows for name, rows in tables.items() if rows}


def _plain(table: pa.Table) -> list[dict[str, Any]]:
    """Rows without nulls and without what is the same in all of them."""
    return [
        {name: value if isinstance(value, int | str | bool) else str(value) for name, value in row.items()}
        for row in (
            {name: value for name, value in row.items() if value is not None and name not in _LEFT_OUT}
            for row in table.to_pylist()
        )
    ]


def differences(sample: Path, folder: PartnerFolder, catalog: Catalog) -> str:
    """What differs between the rows expected and the rows given, as lines with - and +; empty when nothing does."""
    beside = expected_path(sample)
    expected = beside.read_text(encoding="utf-8") if beside.is_file() else ""
    given = rows_of(sample, folder, catalog)
    lines = difflib.unified_diff(expected.splitlines(), given.splitlines(), beside.name, "given", lineterm="", n=1)
    return "\n".join(lines)


def changed_rows(sample: Path, folder: PartnerFolder, catalog: Catalog) -> list[RowChange]:
    """The rows that differ between those expected and those given; every given row where nothing is expected yet."""
    beside = expected_path(sample)
    expected = json.loads(beside.read_text(encoding="utf-8")) if beside.is_file() else {}
    return row_changes(expected, json.loads(rows_of(sample, folder, catalog)))


def main(arguments: list[str]) -> int:
    """The command line above; answers the exit code."""
    parser = argparse.ArgumentParser(prog="python -m mappings.samples", description=(__doc__ or "").split("\n")[0])
    parser.add_argument("partner", nargs="*", help="partners to run; none: all")
    parser.add_argument("--partners", type=Path, default=_SHIPPED_PARTNERS, help="the partners' folder")
    parser.add_argument("--regenerate", action="store_true", help="write the expected files anew")
    given = parser.parse_args(arguments)
    catalog = Catalog.load(given.partners)
    folders = [catalog.partner(name) for name in given.partner] or list(catalog.partners)
    wrong = 0
    for folder in folders:
        for sample in samples(folder):
            if given.regenerate:
                expected_path(sample).write_text(rows_of(sample, folder, catalog), encoding="utf-8")
            elif shown := differences(sample, folder, catalog):
                wrong += 1
                print(shown)
        wrong += _outbound(folder, regenerate=given.regenerate)
    return 1 if wrong else 0


def _outbound(folder: PartnerFolder, *, regenerate: bool) -> int:
    """The samples of the partner's outbound maps likewise; answers how many differ."""
    wrong = 0
    for one in folder.outbound:
        for sample in outbound.samples_of(one):
            if regenerate:
                outbound.expected_path(one, sample).write_bytes(outbound.written(one, folder.partner, sample))
            elif shown := outbound.difference(one, folder.partner, sample):
                wrong += 1
                print(shown)
    return wrong


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
