"""``backhaul edi``: what a person sees of a file, and what a script learns from its exit code."""

from collections.abc import Callable
from pathlib import Path

import pytest
from rich.console import Console
from typer.testing import CliRunner, Result

from mappings.formats import x12
from mappings.formats.segments import Segments
from mappings.formats.sniff import sniff
from pipelines.cli import app
from pipelines.edi_file import findings_of, read_edi
from pipelines.edi_view import file_view
from tests.formats import files

ROOT = Path(__file__).resolve().parent.parent.parent
SAMPLES = ROOT / "tests" / "data" / "edi_samples"
PARTNERS = ROOT / "mappings" / "partners"
ALL_SAMPLES = sorted(
    path
    for path in [*SAMPLES.glob("*/**/*"), *PARTNERS.glob("*/samples/*.x12"), *PARTNERS.glob("*/samples/*.edi")]
    if path.is_file() and sniff(path.read_bytes()) in ("x12", "edifact")
)
WRONG_COUNT = files.x12(files.isa(files.gs(files.st(se01="9"), files.st(control="0002"))))
WORDS_OF_BGN = {"BGN": "bold", "header": "cyan", "purpose": "dim", "original": "green", "R-1001": "none"}

Invoke = Callable[..., Result]


@pytest.fixture
def edi(monkeypatch: pytest.MonkeyPatch) -> Invoke:
    """Run ``backhaul edi`` with these words, in a terminal of a hundred columns without colours."""
    monkeypatch.setenv("COLUMNS", "100")
    return lambda *words: CliRunner().invoke(app, ["edi", *map(str, words)])


@pytest.fixture
def file(tmp_path: Path) -> Callable[[bytes], Path]:
    """A file of these bytes."""

    def write(data: bytes) -> Path:
        path = tmp_path / "file.edi"
        path.write_bytes(data)
        return path

    return write


def text_of(segments: Segments, width: int = 100, limit: int = 0) -> str:
    """The view as text without colours."""
    return "\n".join(part.plain for part in file_view(segments, Path("file.edi"), width, limit))


def read(data: bytes) -> Segments:
    """The segments of an X12 file."""
    return x12.read([files.raw(data)])


# --- show


def test_a_180_is_told_in_words(edi: Invoke) -> None:
    result = edi("show", PARTNERS / "nordstad" / "samples" / "returns.x12")
    assert result.exit_code == 0
    lines = [" ".join(line.split()) for line in result.stdout.splitlines()]
    assert "ISA interchange 000000017 from: NORDSTAD (ZZ agreed) to: WICKHAMROWE (ZZ agreed)" in lines
    assert "180 return notice or authorisation  version: 004010" in result.stdout
    assert "01 disposition: RA (return, authorised)" in result.stdout
    assert "02 reason: DM (defective, found by store)" in result.stdout
    assert "05 price kind: UCP (unit cost)  06 price: 2.55" in result.stdout
    assert "1 interchange, 3 messages, 24 segments" in result.stdout
    assert "✓ nothing is wrong" in result.stdout


def test_a_retann_is_told_in_words_and_indented_by_its_loops(edi: Invoke) -> None:
    result = edi("show", PARTNERS / "brightwell" / "samples" / "returns.edi")
    assert result.exit_code == 0
    assert "RETANN announcement of returns" in result.stdout
    starts = [line[:16].rstrip() for line in result.stdout.splitlines()]
    assert "    LIN line" in starts
    assert "      QTY quanti" in starts
    assert "        CDI cond" in starts
    assert "01 kind: 61 (returned)  01.2 quantity: 8" in result.stdout
    assert "01 kind: ON (order)  01.2 reference: BW-300110  01.3 line: 2" in result.stdout
    assert "02 id: P+Q 1" in result.stdout  # the release character is not part of the text


def test_a_finding_stands_below_its_segment_with_the_next_step() -> None:
    lines = text_of(read(WRONG_COUNT)).splitlines()
    at = next(n for n, line in enumerate(lines) if "MSG-COUNT-WRONG" in line)
    assert lines[at - 1].split()[:3] == ["SE", "message", "end"]
    assert "▲ fatal" in lines[at]
    assert "the trailer says 9, there are 6 segments" in " ".join(line.strip() for line in lines[at : at + 2])
    told = " ".join(line.strip() for line in lines[at + 2 : at + 4])
    assert told.startswith("next: ask the partner to send the message again")
    assert "ST  message 0002" in "\n".join(lines[at:])
    assert lines[-1] == "1 finding: 1 fatal"


def test_findings_around_interchanges_stand_where_they_are() -> None:
    lines = text_of(read(b"Subject: returns\n" + files.x12() + b"kind regards")).splitlines()
    before, behind = (n for n, line in enumerate(lines) if "ENV-TRAILING-TEXT" in line)
    isa, iea = (next(n for n, line in enumerate(lines) if line.startswith(tag)) for tag in ("ISA", "IEA"))
    assert before < isa < iea < behind
    assert lines[-1] == "2 findings: 2 warning"


def test_a_limit_says_how_much_more_there_is() -> None:
    messages = [files.st(control=f"{n:04d}", se01="9" if n == 4 else "") for n in range(1, 6)]
    text = text_of(read(files.x12(files.isa(files.gs(*messages)))), limit=3)
    assert text.count("ST  message") == 3
    assert "… 2 more messages with 1 finding. `--limit 0` shows everything." in text
    assert "MSG-COUNT-WRONG" not in text
    assert text.endswith("1 finding: 1 fatal")


def test_as_many_messages_as_the_limit_are_everything() -> None:
    data = files.x12(files.isa(files.gs(files.st(), files.st(control="0002"))))
    assert text_of(read(data), limit=2) == text_of(read(data))


def test_twenty_messages_are_shown_unless_asked_otherwise(edi: Invoke, file: Callable[[bytes], Path]) -> None:
    path = file(files.x12(files.isa(files.gs(*(files.st(control=f"{n:04d}") for n in range(1, 23))))))
    assert "… 2 more messages. " in edi("show", path).stdout
    assert edi("show", path, "--limit", 0).stdout.count("ST  message") == 22


def test_a_message_without_names_shows_its_values() -> None:
    body = ("W05*N*538686", "ZZQ*A**C")
    text = text_of(read(files.x12(files.isa(files.gs(files.st(body, kind="940"), code="OW")))))
    assert "01 N  02 538686" in text
    assert "01 A  03 C" in text


def test_what_a_file_holds_cannot_steer_the_terminal() -> None:
    steering = "\x1b[31mred\x07\u202e"
    text = text_of(read(files.x12(files.isa(files.gs(files.st((f"BGN*00*{steering}",)))))))
    assert "02 number: <1B>[31mred<07><202E>" in text


def test_names_stand_back_and_values_do_not() -> None:
    (part,) = (part for part in file_view(read(files.x12()), Path("file.edi"), 100) if "R-1001" in part.plain)
    style = {word: str(part.get_style_at_offset(Console(), part.plain.index(word))) for word in WORDS_OF_BGN}
    assert style == WORDS_OF_BGN


def test_a_very_long_value_is_cut() -> None:
    text = text_of(read(files.x12(files.isa(files.gs(files.st(("BGN*00*" + "9" * 5000,)))))))
    assert "(5,000 characters)" in text
    assert "9" * 300 not in text.replace("\n", "").replace(" ", "")


@pytest.mark.parametrize("width", [80, 100])
@pytest.mark.parametrize("path", ALL_SAMPLES, ids=lambda path: path.name)
def test_every_sample_fits_its_terminal(path: Path, width: int) -> None:
    segments = read_edi(path)
    *shown, summary = text_of(segments, width).split("\nfile.edi: ")
    assert [line for line in "".join(shown).splitlines() if len(line) > width] == []
    assert f"{segments.segments.num_rows:,} segment" in summary
    assert all(one.code in "".join(shown) for one in findings_of(segments))


def test_a_tag_and_a_control_number_of_any_length_leave_room() -> None:
    text = text_of(read(files.x12(files.isa(files.gs(files.st(("Q" * 900,), control="7" * 900))))), 80)
    assert [line for line in text.splitlines()[:-2] if len(line) > 80] == []
    assert "QQQQ…" in text


def test_the_view_of_a_file_is_always_the_same() -> None:
    assert text_of(read(WRONG_COUNT)) == text_of(read(WRONG_COUNT))


# --- check


def test_a_clean_file_leaves_with_zero(edi: Invoke) -> None:
    result = edi("check", PARTNERS / "harwich" / "samples" / "receipts.x12")
    assert result.exit_code == 0
    assert "nothing is wrong in" in result.stdout
    assert len(result.stdout.splitlines()) == 1


def test_each_finding_is_one_line(edi: Invoke, file: Callable[[bytes], Path]) -> None:
    result = edi("check", file(WRONG_COUNT + b"kind regards"))
    assert result.exit_code == 1
    fatal, warning = result.stdout.splitlines()
    place = WRONG_COUNT.index(b"SE*9")
    assert fatal.startswith(f"fatal    MSG-COUNT-WRONG  ISA 000000101/GS 1/ST 0001/SE  byte {place}  ")
    assert "the trailer says 9, there are 6 segments  next: ask the partner" in fatal
    assert warning.startswith(f"warning  ENV-TRAILING-TEXT  -  byte {len(WRONG_COUNT)}  ")


def test_a_warning_alone_leaves_with_one(edi: Invoke, file: Callable[[bytes], Path]) -> None:
    result = edi("check", file(files.x12(files.isa(files.gs(files.st()), iea01="7"))))
    assert result.exit_code == 1
    assert result.stdout.startswith("warning  ENV-COUNT-WRONG")


def test_a_message_without_an_envelope_is_a_finding(edi: Invoke, file: Callable[[bytes], Path]) -> None:
    path = file(files.x12(files.st()))
    assert edi("check", path).exit_code == 1
    assert "ENV-BROKEN" in edi("show", path).stdout


# --- what is no EDI


@pytest.mark.parametrize("word", ["show", "check"])
@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "holds no bytes. Ask its sender to send it again."),
        (b"Retoure;Menge\n1;2\n", "is text, but no X12 or EDIFACT"),
        (bytes(range(256)), "of another standard, packed or encrypted. Convert or unpack it, then try again."),
    ],
)
def test_what_is_no_edi_is_told_plainly(
    edi: Invoke, file: Callable[[bytes], Path], word: str, data: bytes, said: str
) -> None:
    result = edi(word, file(data))
    assert result.exit_code == 2
    assert said in result.stderr
    assert result.stdout == ""


@pytest.mark.parametrize("word", ["show", "check"])
def test_a_file_that_cannot_be_opened_is_told_plainly(edi: Invoke, tmp_path: Path, word: str) -> None:
    missing, folder = edi(word, tmp_path / "missing.edi"), edi(word, tmp_path)
    assert (missing.exit_code, folder.exit_code) == (2, 2)
    assert "no such file or directory. Check the path" in missing.stderr
    assert "is a directory. Check the path" in folder.stderr
