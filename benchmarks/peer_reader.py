"""One other reader, run by an interpreter of its own: reads a file whenever it is told to, and says how long it took.

    PYTHON peer_reader.py READER FILE

Answers one JSON object a line of its input, the first when it has been imported. None of these readers gives a table.
Those that know messages collect, line by line, the fields of our flat table as text; token readers give the elements of
each segment and do so too only with ``fields`` behind their name.
"""

import json
import logging
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

Reader = Callable[[Path], int]  # gives the number of return lines
Segments = Iterator[list[str]]
Row = dict[str, str]


def pydifact() -> Reader:
    """Messages and segments of EDIFACT; of one interchange only, and no counts are checked."""
    from pydifact.segmentcollection import Interchange

    def read(path: Path) -> int:
        interchange, rows = Interchange.from_str(path.read_text("latin-1")), []
        for message in interchange.get_messages():
            for segment in message.segments:
                if segment.tag == "LIN":
                    rows.append({"message": message.reference_number, "gtin": segment.elements[2][0]})
                elif segment.tag in EDIFACT_FIELDS and rows:
                    _collect_composite(rows[-1], segment.tag, segment.elements)
        return len(rows)

    return read


def bots() -> Reader:
    """A tree of X12, checked by grammars and with all control counts."""
    import edi_parser

    logging.disable(logging.CRITICAL)

    def read(path: Path) -> int:
        done = edi_parser.parse_edi(path.read_bytes(), editype="x12", messagetype="x12")
        if not done["success"]:
            raise ValueError(str(done["errors"][:1]))
        return len(_rows_of_tree(done["data"]))

    return read


def _rows_of_tree(tree: dict) -> list[Row]:
    nodes, rows = list(tree["children"]), []
    while nodes:
        node = nodes.pop()
        below = node.get("_children", ())
        rows += [_row_of_loop(one) for one in below if one["BOTSID"] == "BLI"]
        nodes += [one for one in below if one["BOTSID"] in ("GS", "ST")]
    return rows


def _row_of_loop(loop: dict) -> Row:
    row = {name: loop.get(f"BLI{at:02}", "") for at, name in X12_LINE.items()}
    for one in loop.get("_children", ()):
        if one["BOTSID"] in X12_FIELDS:
            at, name = X12_FIELDS[one["BOTSID"]]
            row[name] = one.get(f"{one['BOTSID']}{at:02}", "")
    return row


def pyx12() -> Reader:
    """Segments of X12 with all control counts checked; of the first interchange only."""
    from pyx12.x12file import X12Reader

    def read(path: Path) -> int:
        rows: list[Row] = []
        for segment in X12Reader(str(path)):
            tag = segment.get_seg_id()
            if tag == "BLI":
                rows.append({name: segment.get_value(f"BLI{at:02}") for at, name in X12_LINE.items()})
            elif tag in X12_FIELDS and rows:
                at, name = X12_FIELDS[tag]
                rows[-1][name] = segment.get_value(f"{tag}{at:02}")
        return len(rows)

    return read


def linuxforhealth() -> Callable[[Path], Segments]:
    """Elements of X12 segments; nothing is checked."""
    from linuxforhealth.x12.io import X12SegmentReader

    def segments(path: Path) -> Segments:
        with X12SegmentReader(str(path)) as reader:
            for _, elements in reader.segments():
                yield elements

    return segments


def split() -> Callable[[Path], Segments]:
    """The plainest that Python can do for X12: split at the terminator, then at the separator; nothing is checked."""

    def segments(path: Path) -> Segments:
        return (segment.split("*") for segment in path.read_text("latin-1").split("~"))

    return segments


def edison() -> Callable[[Path], Segments]:
    """Segments of EDIFACT, split into elements here; release characters and UNA are not understood."""
    from edison import tokenize_segments

    def segments(path: Path) -> Segments:
        return (segment.split("+") for segment in tokenize_segments(path.read_text("latin-1")))

    return segments


# Of a BLI by position; of what follows it by tag.
X12_LINE = {2: "gtin", 3: "units", 4: "unit", 6: "price"}
X12_FIELDS = {"PRF": (1, "po"), "RDR": (2, "reason")}
# By tag: the qualifier, the component behind it and its name. CDI has its code in an element of its own.
EDIFACT_FIELDS = {"QTY": ("61", "units"), "PRI": ("AAA", "price"), "RFF": ("ON", "po"), "CDI": ("", "reason")}


def x12_rows(segments: Segments) -> list[Row]:
    """The fields of every line of X12."""
    rows: list[Row] = []
    for elements in segments:
        tag = elements[0]
        if tag == "BLI":
            rows.append({"gtin": elements[2], "units": elements[3], "unit": elements[4], "price": elements[6]})
        elif tag in X12_FIELDS and rows:
            at, name = X12_FIELDS[tag]
            rows[-1][name] = elements[at]
    return rows


def edifact_rows(segments: Segments) -> list[Row]:
    """The fields of every line of EDIFACT."""
    rows: list[Row] = []
    for elements in segments:
        tag = elements[0]
        if tag == "LIN":
            rows.append({"gtin": elements[3].split(":")[0]})
        elif tag in EDIFACT_FIELDS and rows:
            _collect_composite(rows[-1], tag, [element.split(":") for element in elements[1:]])
    return rows


def _collect_composite(row: Row, tag: str, elements: list) -> None:
    qualifier, name = EDIFACT_FIELDS[tag]
    if not qualifier:
        row[name] = elements[1][0]
    elif elements[0][0] == qualifier:
        row[name] = elements[0][1]
        if tag == "QTY" and len(elements[0]) > 2:
            row["unit"] = elements[0][2]


def _counted(segments: Callable[[Path], Segments], tag: str) -> Reader:
    return lambda path: sum(elements[0] == tag for elements in segments(path))


READERS: dict[str, Callable[[], Reader]] = {
    "pydifact": pydifact,
    "bots": bots,
    "pyx12": pyx12,
    "linuxforhealth": lambda: _counted(linuxforhealth(), "BLI"),
    "linuxforhealth fields": lambda: _of_rows(linuxforhealth(), x12_rows),
    "split": lambda: lambda path: sum(elements[0] == "BLI" for elements in list(split()(path))),
    "split unkept": lambda: _counted(split(), "BLI"),
    "split fields": lambda: _of_rows(split(), x12_rows),
    "edison": lambda: _counted(edison(), "LIN"),
    "edison fields": lambda: _of_rows(edison(), edifact_rows),
}


def _of_rows(segments: Callable[[Path], Segments], rows: Callable[[Segments], list[Row]]) -> Reader:
    return lambda path: len(rows(segments(path)))


def main() -> None:
    """Read as often as told."""
    reader, path = READERS[sys.argv[1]](), Path(sys.argv[2])
    answers, sys.stdout = sys.stdout, sys.stderr  # whatever a reader prints is no answer
    print(json.dumps({"ready": True}), file=answers, flush=True)
    for _ in sys.stdin:
        wall, cpu = time.perf_counter(), time.process_time()
        lines = reader(path)
        spent = {"wall": time.perf_counter() - wall, "cpu": time.process_time() - cpu}
        print(json.dumps({**spent, "lines": lines}), file=answers, flush=True)


if __name__ == "__main__":
    main()
