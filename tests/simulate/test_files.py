"""The simulated partners' files are well-formed and say what the truth says, read here by the plainest of readers."""

import csv
import io
from collections import Counter, defaultdict
from collections.abc import Iterator

import pytest

from pipelines.simulate.truth import TrueLine
from pipelines.simulate.world import World

Message = list[list[str]]


def x12_messages(data: bytes) -> Iterator[Message]:
    """Messages of a one-group interchange, its counts and control numbers checked on the way."""
    text = data.decode("ascii")
    assert (text[3], text[104], text[105]) == ("*", ">", "~")
    segments = [segment.split("*") for segment in text.replace("\n", "").split("~")[:-1]]
    isa, gs, *inside, ge, iea = segments
    assert [one[0] for one in (isa, gs, ge, iea)] == ["ISA", "GS", "GE", "IEA"]
    assert (iea[1], iea[2], ge[2]) == ("1", isa[13], gs[6])
    starts = [at for at, segment in enumerate(inside) if segment[0] == "ST"]
    assert int(ge[1]) == len(starts)
    for start, end in zip(starts, [*starts[1:], len(inside)], strict=True):
        message = inside[start:end]
        assert message[-1] == ["SE", str(len(message)), message[0][2]]
        yield message


def edifact_messages(data: bytes) -> Iterator[Message]:
    """Messages of an interchange with default separators, its counts and references checked on the way."""
    una, _, text = data.decode("latin-1").replace("\n", "").partition("'")
    assert una == "UNA:+.? "
    unb, *inside, unz = [segment.split("+") for segment in text.split("'")[:-1]]
    assert "?" not in text
    starts = [at for at, segment in enumerate(inside) if segment[0] == "UNH"]
    assert unz == ["UNZ", str(len(starts)), unb[5]]
    for start, end in zip(starts, [*starts[1:], len(inside)], strict=True):
        message = inside[start:end]
        assert message[-1] == ["UNT", str(len(message)), message[0][1]]
        yield message


def first(message: Message, *start: str) -> list[str]:
    return next(segment for segment in message if segment[: len(start)] == list(start))


def groups(message: Message, tag: str) -> list[Message]:
    """The segments of each line, from its first segment up to the next line."""
    lines: list[Message] = []
    for segment in message:
        if segment[0] == tag:
            lines.append([])
        if lines and segment[0] not in ("SE", "UNS", "UNT", "CNT"):
            lines[-1].append(segment)
    return lines


def files(world: World, partner: str) -> list[bytes]:
    return [path.read_bytes() for path in sorted(world.inbox(partner).iterdir())]


def announced(world: World, retailer: str) -> list[TrueLine]:
    return [line for line in world.truth() if line.retailer == retailer and line.fate != "unannounced"]


def test_nordstads_notices_say_the_truth(world: World):
    said = []
    for message in (message for data in files(world, "nordstad") for message in x12_messages(data)):
        number, day = first(message, "BGN")[2:4]
        for line_no, line in enumerate(groups(message, "BLI"), 1):
            bli, rdr = line[0] + [""] * 10, line[1]
            prf = ([*line[2], "", "", "", "", ""])[:6] if len(line) > 2 else [""] * 6
            price = bli[6] if bli[5] == "UCP" else ""
            said.append((number, line_no, day, first(message, "N1", "SF")[4], first(message, "N9", "CN")[2],
                         f"0{bli[2]}", int(bli[3]), price, bli[9], rdr[1], rdr[2], prf[1], prf[5]))  # fmt: skip
    codes = {"return": "RN", "dispose": "DI", "keep": "KA"}
    assert sorted(said) == [
        (t.return_number, t.line_no, t.sent_on.replace("-", ""), t.store, t.carton, t.gtin, t.units, t.stated_price,
         t.stated_vendor_item, codes[t.disposition], t.reason, t.stated_po, t.stated_po_line)
        for t in announced(world, "nordstad")
    ]  # fmt: skip


def test_brightwells_announcements_say_the_truth(world: World):
    said = []
    for message in (message for data in files(world, "brightwell") for message in edifact_messages(data)):
        number, day = first(message, "BGM")[2], first(message, "DTM")[1].split(":")[1]
        lines = groups(message, "LIN")
        assert first(message, "CNT") == ["CNT", f"2:{len(lines)}"]
        for line in lines:
            values = {segment[0]: segment for segment in line}
            reason = next((segment[2] for segment in line if segment[:2] == ["CDI", "1"]), "")
            kind, order, po_line = [*values.get("RFF", ["", "::"])[1].split(":"), ""][:3]
            price = values.get("PRI", ["", ":"])[1].split(":")[1]
            vendor_item = values["PIA"][2].split(":")[0] if "PIA" in values else ""
            said.append((number, int(values["LIN"][1]), day, first(message, "NAD", "SN")[2].split(":")[0],
                         values["GIN"][2], "0" + values["LIN"][3].split(":")[0], int(values["QTY"][1][3:]), price,
                         vendor_item, reason, order if kind == "ON" else "", po_line,
                         order if kind == "IV" else ""))  # fmt: skip
    assert sorted(said) == [
        (t.return_number, t.line_no, t.sent_on.replace("-", ""), t.store, t.carton, t.gtin, t.units, t.stated_price,
         t.stated_vendor_item, t.reason, t.stated_po, t.stated_po_line, t.stated_invoice)
        for t in announced(world, "brightwell")
    ]  # fmt: skip


def test_lindhaus_tables_say_the_truth(world: World):
    said, seen = [], Counter[str]()
    for data in files(world, "lindhaus"):
        for row in csv.DictReader(io.StringIO(data.decode("cp1252"), newline=""), delimiter=";"):
            seen[row["Retoure"]] += 1
            said.append((row["Retoure"], seen[row["Retoure"]], "-".join(reversed(row["Datum"].split("."))),
                         row["Filiale"], row["Karton"], f"0{row['EAN']}", int(row["Menge"]),
                         row["EK-Preis"].replace(",", "."), row["Lieferantenartikel"], row["Grund"],
                         row["Bestellung"]))  # fmt: skip
    assert sorted(said) == [
        (t.return_number, t.line_no, t.sent_on, t.store, t.carton, t.gtin, t.units, t.stated_price,
         t.stated_vendor_item, t.reason, t.stated_po)
        for t in announced(world, "lindhaus")
    ]  # fmt: skip


def counts_of(world: World, retailer: str) -> dict[tuple[str, str, str], tuple[int, int]]:
    """What the truth says each dock counted: (receipt, return, item) → units, damaged units of them."""
    counts: dict[tuple[str, str, str], tuple[int, int]] = defaultdict(lambda: (0, 0))
    for line in world.truth():
        if line.retailer == retailer and line.received:
            number = "" if line.return_number.startswith("DOCK-") else line.return_number
            units, damaged = counts[line.receipt, number, line.gtin]
            counts[line.receipt, number, line.gtin] = units + line.received, damaged + line.damaged
    return dict(counts)


def test_harwich_counts_the_truth(world: World):
    counted = {}
    for message in (message for data in files(world, "harwich") for message in x12_messages(data)):
        receipt, number = [*first(message, "W17"), ""][3:5]
        assert first(message, "N1", "BY") == ["N1", "BY", "NORDSTAD"]
        total = 0
        for line in groups(message, "W07"):
            damaged = next((int(segment[1]) for segment in line if segment[0] == "W13"), 0)
            counted[receipt, number, f"0{line[0][5]}"] = int(line[0][1]), damaged
            total += int(line[0][1])
        assert first(message, "W14")[1] == str(total)
    assert counted == counts_of(world, "nordstad")


def test_venlo_counts_the_truth(world: World):
    counted = {}
    for message in (message for data in files(world, "venlo") for message in edifact_messages(data)):
        number = next((segment[1][4:] for segment in message if segment[1].startswith("AAK:")), "")
        lines = groups(message, "LIN")
        assert first(message, "CNT") == ["CNT", f"2:{len(lines)}"]
        for line in lines:
            units = {segment[1][:3]: int(segment[1][4:]) for segment in line if segment[0] == "QTY"}
            key = first(message, "BGM")[2], number, "0" + line[0][3].split(":")[0]
            counted[key] = sum(units.values()), units.get("124", 0)
    assert counted == counts_of(world, "brightwell")


def test_essen_counts_the_truth(world: World):
    counted: dict[tuple[str, str, str], tuple[int, int]] = defaultdict(lambda: (0, 0))
    for data in files(world, "essen"):
        for row in csv.DictReader(io.StringIO(data.decode("utf-8"), newline=""), delimiter=";"):
            key = row["Eingang"], row["Retoure"], f"0{row['EAN']}"
            units, damaged = counted[key]
            now = int(row["Menge"])
            counted[key] = units + now, damaged + (now if row["Zustand"] == "BESCHAEDIGT" else 0)
            assert row["Haendler"] == "LINDHAUS"
    assert counted == counts_of(world, "lindhaus")


@pytest.mark.parametrize("partner", ["nordstad", "brightwell", "lindhaus"])
def test_unannounced_boxes_are_on_no_notice(world: World, partner: str):
    silent = {line.carton for line in world.truth() if line.retailer == partner and line.fate == "unannounced"}
    assert silent
    everything = b"".join(files(world, partner))
    assert not any(carton.encode() in everything for carton in silent)
