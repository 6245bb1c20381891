"""Files to canonical lines through whole mappings, and the plain way beside it; one JSON object on the last line.

    python -m benchmarks.mapping [LINES]

Everything runs on one core. Ours is ``translate``: reading, all checks, mapping, findings, places. The plain way is in
``plain_mapping``: a reader's objects and Python functions for each row. Both give the same lines, which is looked at
before anything is measured; ours and theirs take turns, and a ratio is of theirs and of ours on its both sides, the
one in the middle of all rounds. The plain way of workbooks is calamine alone, which gives rows of Python values and no
more: there the ratio is of reading speeds.

x12 edifact csv xlsx xml         canonical lines a second of processor time
ratio_x12 … ratio_xml            ours over the plain way
ten_lines_ms                     the slowest single file of ten lines, in milliseconds on the clock, warm
"""

import json
import sys
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryDirectory

import pyarrow as pa
from rich.console import Console

from benchmarks.deliveries import HEADER, MADE
from benchmarks.interchanges import Made
from benchmarks.measured import best, in_turns, mean, timed
from benchmarks.one_core import on_one_core
from benchmarks.plain_mapping import PLAIN, Line
from mappings.catalog import Catalog, PartnerFolder
from mappings.engine import translate
from mappings.formats.segments import RawFile
from mappings.translation import Translation
from pipelines.show import table_of

LINES, PLAIN_LINES, TEN = 200_000, 5_000, 10
ROUNDS, ROUND_SECONDS, TEN_ROUNDS = 6, 0.3, 100
FEWER = {"xlsx": 5, "xml": 5}  # a line of these is large
COLUMNS = ("store", "gtin", "vendor_item", "units", "po_number", "reason", "carton", "unit_price")
SUFFIX = {"x12": "x12", "edifact": "edi", "csv": "csv", "xlsx": "xlsx", "xml": "xml"}

_TABLE = """
kind: notice
standard: {standard}
claims: {{columns: [{columns}]}}
reads: {{{reads}decimal: ",", thousands: "."}}
document:
  number: {{from: Retoure}}
  issued_on: {{from: Datum, as: date, form: DD.MM.YYYY}}
  group_by: Retoure
lines:
  each: row
  require: [quantity, [gtin, vendor_item]]
  store: {{from: Filiale}}
  gtin: {{from: EAN, as: gtin}}
  vendor_item: {{from: Lieferantenartikel, clean: [strip, upper]}}
  quantity: {{from: Menge, as: units}}
  unit_price: {{from: EK-Preis, as: decimal}}
  po_number: {{from: Bestellung}}
  reason: {{from: Grund, lookup: reasons/grund}}
  disposition: {{const: return}}
  carton: {{from: Karton, as: sscc}}
"""
_MAPS = {
    "x12": "extends: x12/180\n",
    "edifact": "extends: edifact/retann\nlines:\n  store: {from: '^NAD[SN].2'}\n",
    "csv": _TABLE.format(standard="delimited", columns=", ".join(HEADER), reads="encoding: cp1252, separator: ';', "),
    "xlsx": _TABLE.format(standard="workbook", columns=", ".join(HEADER), reads=""),
    "xml": "extends: ubl/despatch_advice\n",
}
_PARTNER = """
id: bench
name: Bench
role: retailer
identities:
  - {scheme: x12, qualifier: ZZ, id: NORDSTAD}
  - {scheme: edifact, qualifier: "14", id: "9520000010003"}
"""
_GRUND = "code,means\nUEB,overstock\nDEF,defective\nFAL,wrong_goods\nBES,damaged\n"


def catalog(root: Path) -> Catalog:
    """One partner that sends every format."""
    folder = root / "bench"
    (folder / "maps").mkdir(parents=True)
    (folder / "codes" / "reasons").mkdir(parents=True)
    (folder / "partner.yaml").write_text(_PARTNER)
    (folder / "codes" / "reasons" / "grund.csv").write_text(_GRUND)
    for name, text in _MAPS.items():
        (folder / "maps" / f"{name}.yaml").write_text(text)
    return Catalog.load(root)


def raw(name: str, made: Made) -> RawFile:
    """A file as the vault gives it."""
    return RawFile(sha256(made.data).hexdigest(), f"returns.{SUFFIX[name]}", made.data)


def reasons_of(folder: PartnerFolder, name: str) -> dict[str, str]:
    """What the codes of the mapping's reasons mean."""
    one = next(one for one in folder.maps if one.name == name)
    return {code: means for list_, codes in one.codes.items() if "reasons" in list_ for code, means in codes.items()}


def lines_of(translation: Translation) -> list[Line]:
    """Our lines as the plain way gives them."""
    rows = translation.notice_lines.select(list(COLUMNS)).to_pylist()
    return [tuple(None if row[name] is None else str(row[name]) for name in COLUMNS) for row in rows]


@dataclass(frozen=True, slots=True)
class Measured:
    """Lines a second of ours and of the plain way, how many times as fast we are, and one file of ten lines."""

    name: str
    made: Made
    ours: float
    theirs: float
    ratio: float
    ten_ms: float

    def cells(self) -> tuple[str, ...]:
        """What the table shows."""
        size = len(self.made.data) / self.made.lines
        speeds = f"{self.ours:,.0f}", f"{self.theirs:,.0f}", f"{self.ratio:,.1f}"
        return self.name, f"{self.made.lines:,}", f"{size:,.0f}", *speeds, f"{self.ten_ms:.1f}"


class Format:
    """One format: its files, and ours and the plain way of reading them."""

    def __init__(self, name: str, known: Catalog, lines: int) -> None:
        self.name, self.known, self.folder = name, known, known.partner("bench")
        self.made, self.few, self.ten = (MADE[name](number) for number in (lines, min(lines, PLAIN_LINES), TEN))

    def ours(self, made: Made) -> Callable[[], Translation]:
        """The whole engine."""
        return partial(translate, [raw(self.name, made)], self.folder, self.known)

    def plain(self) -> Callable[[Made], object]:
        """The plain way."""
        if self.name == "xlsx":
            return _calamine
        reasons = reasons_of(self.folder, self.name)
        return lambda made: PLAIN[self.name](made.data, reasons)

    def check(self) -> None:
        """Both give the same lines, and there are no findings."""
        translation = self.ours(self.few)()
        if translation.findings.num_rows or translation.notice_lines.num_rows != self.few.lines:
            told = translation.findings.slice(0, 2).to_pylist()
            raise SystemExit(f"{self.name}: {translation.notice_lines.num_rows} of {self.few.lines} lines; {told}")
        if self.name in PLAIN:
            ours, theirs = lines_of(translation), self.plain()(self.few)
            differing = [pair for pair in zip(ours, theirs, strict=True) if pair[0] != pair[1]]  # type: ignore[arg-type]
            if differing:
                raise SystemExit(f"{self.name}: ours and the plain way differ: {differing[0]}")

    def measure(self) -> Measured:
        """Ours and theirs, taking turns."""
        plain, compared = self.plain(), self.few if self.name in PLAIN else self.made
        ours, theirs = partial(mean, self.ours(self.made), ROUND_SECONDS), partial(timed, partial(plain, compared))
        turns = in_turns(ours, theirs, ROUNDS)
        speed, beside = self.made.lines / best(turns.ours).cpu, compared.lines / best(turns.theirs).cpu
        ratio = turns.ratio * self.made.lines / compared.lines
        ten = self.ours(self.ten)
        ten_ms = best([timed(ten) for _ in range(TEN_ROUNDS)]).wall * 1e3
        return Measured(self.name, self.made, speed, beside, ratio, ten_ms)


def _calamine(made: Made) -> object:
    from io import BytesIO

    from python_calamine import CalamineWorkbook

    return CalamineWorkbook.from_filelike(BytesIO(made.data)).get_sheet_by_index(0).to_python()


def main() -> None:
    """Measure every format once and print it."""
    lines = int(sys.argv[1]) if len(sys.argv) > 1 else LINES
    on_one_core()
    pa.set_io_thread_count(1)
    measured = []
    with TemporaryDirectory() as scratch:
        known = catalog(Path(scratch))
        for name in MADE:
            one = Format(name, known, lines // FEWER.get(name, 1))
            one.check()
            one.ours(one.made)()  # whatever is compiled or imported at first use
            measured.append(one.measure())
    show(measured)
    told = {one.name: round(one.ours) for one in measured}
    told |= {f"ratio_{one.name}": round(one.ratio, 2) for one in measured}
    print(json.dumps({**told, "ten_lines_ms": round(max(one.ten_ms for one in measured), 2), "lines": lines}))


def show(measured: list[Measured]) -> None:
    """The table for people."""
    header = ("", "lines", "bytes a line", "ours, lines/s", "plain way, lines/s", "times as fast", "ten lines, ms")
    console = Console(width=None if sys.stdout.isatty() else 120)
    console.print(table_of("Files to canonical lines", header, (one.cells() for one in measured), "lnnnnnn"))


if __name__ == "__main__":
    main()
