"""What the benchmark of reading stands on: right files, known faults, and one idea of a line in all readers."""

from decimal import Decimal
from itertools import islice
from pathlib import Path

import pytest

from benchmarks import peer_reader
from benchmarks.interchanges import STANDARDS, Made, Name, corpus, interchanges, small_files, write_corpus
from benchmarks.measured import Row, Spent, Turns, in_turns
from benchmarks.peers import PEERS_KNOWN
from benchmarks.reading import READERS, Duel, figures, ratio, raw, to_table
from mappings.formats.segments import Segments

NAMES: tuple[Name, ...] = ("x12", "edifact")
PEER = {peer.name: peer for peer in PEERS_KNOWN}


def read(name: Name, *files: Made) -> Segments:
    return READERS[name]([raw(file.data, at) for at, file in enumerate(files)])


@pytest.mark.parametrize("name", NAMES)
def test_nothing_is_wrong_with_the_interchanges_and_every_line_has_every_field(name: Name) -> None:
    made = next(interchanges(name, 300))
    assert read(name, made).findings.to_pylist() == []
    table = to_table(name, [raw(made.data)])
    assert table.num_rows == made.lines
    assert {column: table[column].null_count for column in table.column_names} == dict.fromkeys(table.column_names, 0)


@pytest.mark.parametrize("name", NAMES)
def test_a_message_has_about_thirty_segments(name: Name) -> None:
    reading = read(name, next(interchanges(name, 300)))
    assert 25 < len(reading.cuts.tag) / reading.messages.num_rows < 40


@pytest.mark.parametrize("name", NAMES)
def test_small_files_have_two_kilobytes_and_control_numbers_of_their_own(name: Name) -> None:
    files = small_files(name, 40)
    reading = read(name, *files)
    assert reading.findings.num_rows == 0
    assert len(set(reading.interchanges["control"].to_pylist())) == 40
    assert 1_800 < sum(len(file.data) for file in files) / 40 < 2_600


@pytest.mark.parametrize("name", NAMES)
def test_one_spoilt_message_in_a_hundred_is_found_and_costs_no_line(name: Name) -> None:
    made = next(interchanges(name, 400, spoilt=True))
    reading = read(name, made)
    wrong = {at for at in reading.owners["message"].to_pylist() if at >= 0}
    codes = set(reading.findings["code"].to_pylist())
    assert {49, 149, 249} <= wrong <= {49, 149, 249, 349}  # the last one's segment is in no table
    assert {"MSG-COUNT-WRONG", "MSG-CONTROL-MISMATCH", "MSG-TRUNCATED"} <= codes
    assert to_table(name, [raw(made.data)]).num_rows == made.lines


@pytest.mark.parametrize("name", NAMES)
def test_the_same_arguments_give_the_same_bytes_in_memory_and_in_a_file(name: Name, tmp_path: Path) -> None:
    made = corpus(name, 10_000)
    assert write_corpus(tmp_path / "one.edi", name, 10_000) == made.lines
    assert (tmp_path / "one.edi").read_bytes() == made.data
    first, second = islice(interchanges(name, 2), 2)
    assert first.data != second.data


@pytest.mark.parametrize("name", NAMES)
def test_token_readers_collect_what_our_table_holds(name: Name) -> None:
    made, standard = next(interchanges(name, 60)), STANDARDS[name]
    collect = {"x12": peer_reader.x12_rows, "edifact": peer_reader.edifact_rows}[name]
    pieces = made.data.decode("latin-1").split(standard.terminator)
    theirs = collect(piece.split(standard.separator) for piece in pieces)
    table = to_table(name, [raw(made.data)]).drop_columns(["interchange", "message", "line"])
    assert [_typed(row) for row in theirs] == table.to_pylist()


def _typed(row: peer_reader.Row) -> dict[str, object]:
    return {**row, "units": int(row["units"]), "price": Decimal(row["price"])}


def row(name: str, cpu: float) -> Row:
    return Row(name, 1_000_000, 7, Spent(2 * cpu, cpu))


def duel(name: str, ours: float, *theirs: float) -> Duel:
    spent = tuple(Spent(9.0, cpu) for cpu in theirs)
    return Duel(PEER[name], 1_000_000, Turns((Spent(1.0, ours),) * (len(spent) + 1), spent))


def test_ratios_are_of_processor_seconds_side_by_side_and_the_smallest_counts() -> None:
    duels = [duel("split", 0.5, 2.0, 40.0, 1.0), duel("edison", 0.5, 1.0)]
    assert ratio(duels, "split") == 4.0
    assert ratio(duels, "split", "edison") == 2.0


def test_a_ratio_takes_ours_on_both_sides_of_theirs() -> None:
    ours, theirs = iter([Spent(9.0, cpu) for cpu in (1.0, 3.0, 1.0)]), iter([Spent(9.0, cpu) for cpu in (4.0, 8.0)])
    turns = in_turns(lambda: next(ours), lambda: next(theirs), 2)
    assert turns.ratio == 3.0  # between four and eight over the two seconds that ours takes beside each


def test_an_absent_peer_has_no_ratio_and_takes_none_from_the_others() -> None:
    duels = [Duel(PEER["bots"], absent="not installed"), duel("split", 0.5, 2.0)]
    rows = [row("ours, X12 180, from memory", 0.5), row("ours, RETANN, from memory", 1.0), row("memcpy", 0.01)]
    told = figures({one.name: one for one in rows}, duels, 120.5)
    assert (told["ratio_bots"], told["ratio_pydifact"], told["ratio_best_python"]) == (None, None, 4.0)
    assert (told["mb_per_s"], told["mb_per_s_wall"], told["mb_per_s_edifact"]) == (2.0, 1.0, 1.0)
    assert (told["ratio_memcpy"], told["peak_rss_mb"], told["lines"]) == (0.02, 120.5, 7)
    assert list(told)[:8] == [
        "mb_per_s", "ratio_pydifact", "ratio_bots", "ratio_best_python", "ratio_edison", "ratio_memcpy", "peak_rss_mb",
        "lines",
    ]  # fmt: skip


def test_every_peer_has_a_reader() -> None:
    assert set(PEER) == set(peer_reader.READERS)
