"""Open this when rows of an export file are missing or cut wrongly: CSV and Parquet as batches of text columns.

Files are streamed, so that the size of an export does not matter. Every cell stays text; what it means, and whether it
can be used, says the mapping of the supply's partner.
"""

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import pyarrow as pa
import pyarrow.csv as pacsv
import pyarrow.parquet as pq

from connectors.disk import disk_faults
from connectors.erp.exports.settings import ExportsSettings
from schemas.supply import SUPPLY_COLUMNS, SUPPLY_PAGES, SupplyKind

PARQUET = (".parquet", ".pq")
ENDINGS = (".csv", ".csv.gz", ".txt", ".tsv", *PARQUET)
_BLOCK = 8 << 20


class UnreadableExport(Exception):
    """The file cannot be read as an export of its kind; says why."""


@dataclass(slots=True)
class Ragged:
    """Rows of a file with too many or too few fields, as they are written."""

    rows: list[str] = field(default_factory=list)

    def taken(self) -> tuple[str, ...]:
        """Those that were met since the last time."""
        found, self.rows = tuple(self.rows), []
        return found


def digest_of(path: Path) -> str:
    """The sha256 of the file's bytes."""
    with disk_faults(f"Reading {path}", missing="see who moved it"), path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def batches(path: Path, kind: SupplyKind, settings: ExportsSettings, ragged: Ragged) -> Iterator[pa.Table]:
    """The rows of a file, some at a time, as pages of this kind have them; columns that it does not have are null.

    UnreadableExport: another encoding, no table at all, or without a column that rows of this kind need.
    """
    with disk_faults(f"Reading {path}", missing="see who moved it"):
        try:
            if path.name.lower().endswith(PARQUET):
                yield from _parquet(path, kind, settings)
            else:
                yield from _csv(path, kind, settings, ragged)
        except (pa.ArrowInvalid, pa.ArrowNotImplementedError, UnicodeDecodeError) as why:
            raise UnreadableExport(str(why).splitlines()[0]) from why


def _parquet(path: Path, kind: SupplyKind, settings: ExportsSettings) -> Iterator[pa.Table]:
    with pq.ParquetFile(path) as file:
        chosen = _chosen(kind, file.schema_arrow.names, settings)
        for batch in file.iter_batches(batch_size=settings.page_rows, columns=list(chosen.values())):
            yield _page(pa.table(batch), kind, chosen)


def _csv(path: Path, kind: SupplyKind, settings: ExportsSettings, ragged: Ragged) -> Iterator[pa.Table]:
    parse = pacsv.ParseOptions(
        delimiter="\t" if settings.separator == "tab" else settings.separator,
        newlines_in_values=True,
        invalid_row_handler=lambda row: _kept(row, ragged),
    )
    if not path.stat().st_size:
        raise UnreadableExport("it is empty")
    read = pacsv.ReadOptions(block_size=_BLOCK, encoding=settings.encoding)
    with pa.input_stream(str(path), compression="detect") as stream:
        header = pacsv.open_csv(stream, read, parse).schema.names
    ragged.taken()  # those of the first look, which come again
    chosen = _chosen(kind, header, settings)
    convert = pacsv.ConvertOptions(
        column_types=dict.fromkeys(chosen.values(), pa.string()),
        include_columns=list(chosen.values()),
        strings_can_be_null=True,
        null_values=[""],
    )
    with (
        pa.input_stream(str(path), compression="detect") as stream,
        pacsv.open_csv(stream, read, parse, convert) as reader,
    ):
        for batch in reader:
            yield _page(pa.table(batch), kind, chosen)


def _kept(row: pacsv.InvalidRow, ragged: Ragged) -> str:
    ragged.rows.append(row.text)
    return "skip"


def _chosen(kind: SupplyKind, header: list[str], settings: ExportsSettings) -> Mapping[str, str]:
    """For each of our columns that is there the header it has. UnreadableExport: one that is needed is not."""
    there = {name.strip().casefold(): name for name in header}
    named = settings.columns.get(kind, {})
    wanted = {one.name: named.get(one.name, one.name) for one in SUPPLY_COLUMNS[kind]}
    chosen = {ours: there[theirs.casefold()] for ours, theirs in wanted.items() if theirs.casefold() in there}
    missing = [wanted[one.name] for one in SUPPLY_COLUMNS[kind] if one.needed and one.name not in chosen]
    if missing:
        raise UnreadableExport(f"it has no column {', '.join(missing)}; it has {', '.join(header)}")
    return chosen


def _page(table: pa.Table, kind: SupplyKind, chosen: Mapping[str, str]) -> pa.Table:
    schema = SUPPLY_PAGES[kind]
    nothing = pa.nulls(table.num_rows, pa.string())
    columns = [table[chosen[name]].cast(pa.string()) if name in chosen else nothing for name in schema.names]
    return pa.table(columns, schema=schema)
