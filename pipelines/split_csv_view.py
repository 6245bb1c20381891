"""Open this when what ``backhaul split-csv`` says is hard to read: units with a sale, units without, rows left out."""

from collections import Counter
from collections.abc import Iterator

import pyarrow as pa
import pyarrow.compute as pc
from rich.text import Text

from pipelines.map_view import counted
from pipelines.plain_sales import PlainTable
from schemas.findings import CATALOGUE


def split_view(sold: PlainTable, returned: PlainTable, placed: pa.Table, limit: int) -> Iterator[Text]:
    """How many units found a sale, why others did not, and what was left out of the files."""
    units = pc.sum(placed["units"]).as_py() or 0
    missing = Counter[str]()
    for why, count in zip(placed["unplaced"].to_pylist(), placed["units"].to_pylist(), strict=True):
        missing.update({why: count} if why else {})
    yield Text(f"{units - missing.total():,} of {units:,} returned units stand on a sale", "bold")
    for why, count in sorted(missing.items()):
        yield Text.assemble((f"{count:>12,} ", "yellow"), f"{CATALOGUE[why].meaning}. Next: {CATALOGUE[why].next_step}")
    for table in (sold, returned):
        yield from _left_out_view(table, limit)


def _left_out_view(table: PlainTable, limit: int) -> Iterator[Text]:
    if table.left_out:
        yield Text(f"{table.name}: {counted(table.left_out, 'row')} left out", "bold red")
    found = table.findings.slice(0, limit or None).to_pylist()
    for one in found:
        entry = CATALOGUE[one["code"]]
        yield Text(f"  {one['path']}: {entry.meaning} ({one['detail']}). Next: {entry.next_step}")
    if len(found) < table.findings.num_rows:
        yield Text(f"  … {table.findings.num_rows - len(found):,} more. Next: --limit 0 shows all", "dim")
