"""The file ERP beyond the contract: its folder, its numbers, its journal, and what it refuses."""

import csv
import fcntl
import hashlib
import os
from concurrent.futures import ThreadPoolExecutor
from datetime import date

import pytest

from connectors.erp.file_out import FileOutErp, notes
from schemas.errors import PermanentError, TransientError
from tests.erp.credit_requests import credit_line, credit_request

ON = date(2026, 3, 14)


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "erp"


@pytest.fixture
def erp(folder):
    return FileOutErp(folder)


def _post(erp, reference="BH-1", on=ON, **changed):
    draft_id = erp.create_draft(credit_request(reference, **changed))
    erp.post(draft_id, on)
    return draft_id


def _journal(folder, on=ON):
    with (folder / "journal" / f"{on}.csv").open(newline="") as lines:
        return list(csv.DictReader(lines))


def _names(folder, shelf):
    return sorted(path.name for path in (folder / shelf).iterdir())


def test_notes_lie_under_number_day_and_draft_id(erp, folder):
    draft_id = erp.create_draft(credit_request("BH-1"))
    assert _names(folder, "drafts") == ["BH-1_1.xml"]
    erp.post(draft_id, ON)
    assert _names(folder, "drafts") == []
    assert _names(folder, "posted") == ["CN-000001_2026-03-14_BH-1_1.xml"]


def test_the_journal_has_a_row_for_each_note_of_the_day(erp, folder):
    _post(erp, "BH-1")
    _post(erp, "BH-2", on=date(2026, 3, 15))
    _post(erp, "BH-3", lines=(credit_line(),))
    note = (folder / "posted" / "CN-000003_2026-03-14_BH-3_1.xml").read_bytes()
    assert [row["number"] for row in _journal(folder)] == ["CN-000001", "CN-000003"]
    assert _journal(folder)[1] == {
        "number": "CN-000003", "reference": "BH-3", "posted_on": "2026-03-14", "retailer": "nordstad",
        "currency": "GBP", "net": "100.00", "tax": "20.00", "gross": "120.00", "draft_id": "BH-3_1",
        "kind": "credit note",
        "sha256": hashlib.sha256(note).hexdigest(),
    }  # fmt: skip
    assert [row["reference"] for row in _journal(folder, date(2026, 3, 15))] == ["BH-2"]


@pytest.mark.parametrize("harm", ["gone", "empty", "torn", "a row too few", "another header", "bytes"])
def test_a_journal_that_does_not_match_is_written_anew_from_the_notes(erp, folder, harm):
    for n in range(3):
        _post(erp, f"BH-{n}")
    journal = folder / "journal" / f"{ON}.csv"
    whole = journal.read_bytes()
    harmed = {
        "empty": b"",
        "torn": whole[:-40],
        "a row too few": b"".join(whole.splitlines(keepends=True)[:-1]),
        "another header": whole.replace(b"sha256", b"SHA256"),
        "bytes": b"\x00\xff\xfe" * 9,
    }
    journal.unlink()
    if harm in harmed:
        journal.write_bytes(harmed[harm])
    FileOutErp(folder).find("BH-0")
    assert journal.read_bytes() == whole


def test_no_cell_of_the_journal_is_a_formula(erp, folder):
    _post(erp, retailer="=HYPERLINK(1)")
    _post(erp, "BH-2")
    assert [row["retailer"] for row in _journal(folder)] == ["'=HYPERLINK(1)", "nordstad"]


def test_a_note_that_was_taken_away_stops_everything_before_a_number_is_given_again(erp, folder):
    _post(erp, "BH-1")
    draft_id = erp.create_draft(credit_request("BH-2"))
    (folder / "posted" / "CN-000001_2026-03-14_BH-1_1.xml").unlink()
    with pytest.raises(PermanentError, match="BH-1_1, which is not in posted"):
        erp.post(draft_id, ON)
    with pytest.raises(PermanentError, match="put the note back"):
        FileOutErp(folder).find("BH-2")
    assert _names(folder, "drafts") == ["BH-2_1.xml"]


def test_numbers_go_on_where_another_process_stopped(erp, folder):
    _post(erp, "BH-1", on=date(2026, 4, 1))
    _post(FileOutErp(folder), "BH-2")
    assert [name[:9] for name in _names(folder, "posted")] == ["CN-000001", "CN-000002"]


def test_issuers_at_once_draw_different_numbers(folder):
    def issue(n):
        return _post(FileOutErp(folder), f"BH-{n:02}")

    with ThreadPoolExecutor(6) as issuers:
        assert len(set(issuers.map(issue, range(24)))) == 24
    assert [row["number"] for row in _journal(folder)] == [f"CN-{n:06}" for n in range(1, 25)]
    assert _names(folder, "drafts") == []


def test_one_draft_posted_by_many_at_once_is_posted_once(erp, folder):
    draft_id = erp.create_draft(credit_request("BH-1"))

    def issue(_):
        try:
            FileOutErp(folder).post(draft_id, ON)
        except PermanentError:
            return False
        return True

    with ThreadPoolExecutor(6) as issuers:
        assert sum(issuers.map(issue, range(12))) == 1
    assert len(_names(folder, "posted")) == 1


def test_the_same_requests_give_the_same_folder(tmp_path):
    contents = []
    for name in ("one", "other"):
        erp = FileOutErp(tmp_path / name)
        for n in range(3):
            _post(erp, f"BH-{n}")
        files = sorted(path for path in (tmp_path / name).rglob("*") if path.is_file())
        contents.append([(path.relative_to(tmp_path / name), path.read_bytes()) for path in files])
    assert contents[0] == contents[1]


def test_a_folder_that_stays_locked_is_transient(erp, folder, monkeypatch):
    erp.find("BH-1")
    monkeypatch.setattr(notes, "LOCK_WAIT_SECONDS_MAX", 0.05)
    lock = os.open(folder / ".lock", os.O_RDWR)
    fcntl.flock(lock, fcntl.LOCK_EX)
    with pytest.raises(TransientError, match="Next:"):
        erp.find("BH-1")
    os.close(lock)
    assert list(erp.find("BH-1")) == []


def test_a_folder_that_cannot_be_made_is_transient(tmp_path):
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(TransientError, match="Next:"):
        FileOutErp(tmp_path / "file" / "erp").find("BH-1")


@pytest.mark.parametrize("reference", ["", "../x", "a/b", "A_1", "-x", "x" * 61, "é"])
def test_a_reference_that_cannot_be_a_file_name_is_refused(erp, folder, reference):
    with pytest.raises(PermanentError, match="cannot be a file name"):
        erp.create_draft(credit_request(reference))
    assert list(erp.find(reference)) == []
    assert erp.read(f"{reference}_1") is None


@pytest.mark.parametrize("content", [b"", b"<x/>", b"<CreditNote", b"\x00"])
def test_a_draft_that_somebody_spoiled_is_named(erp, folder, content):
    draft_id = erp.create_draft(credit_request("BH-1"))
    (folder / "drafts" / f"{draft_id}.xml").write_bytes(content)
    with pytest.raises(PermanentError, match=r"BH-1_1\.xml is not the credit note"):
        erp.read(draft_id)
    with pytest.raises(PermanentError):
        erp.post(draft_id, ON)
    assert _names(folder, "posted") == []


def test_a_note_under_the_name_of_another_is_not_posted(erp, folder):
    one, other = (erp.create_draft(credit_request(reference)) for reference in ("BH-1", "BH-2"))
    (folder / "drafts" / f"{one}.xml").replace(folder / "drafts" / f"{other}.xml")
    with pytest.raises(PermanentError, match="holds the note of draft BH-1_1"):
        erp.post(other, ON)


def test_foreign_files_in_the_folder_are_not_notes(erp, folder):
    _post(erp, "BH-1")
    for name in ("Thumbs.db", "CN-000009.xml", "CN-7_2026-03-14_BH-1_2.xml", "copy of CN-000001_2026-03-14_BH-1_1.xml"):
        (folder / "posted" / name).write_bytes(b"?")
    assert len(erp.find("BH-1")) == 1
    _post(erp, "BH-2")
    assert len(_journal(folder)) == 2


def test_an_orphan_is_kept_aside(erp, folder):
    erp.discard(erp.create_draft(credit_request("BH-1")))
    assert _names(folder, "discarded") == ["BH-1_1.xml"]
    assert erp.create_draft(credit_request("BH-1")) == "BH-1_2"
