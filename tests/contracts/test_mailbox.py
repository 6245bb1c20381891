"""What every mailbox promises: in memory, in a folder, and over SFTP on two servers, one of them OpenSSH's own."""

import os
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from connectors.mailbox import wire
from connectors.mailbox.port import Listed
from connectors.mailbox.settled import settled
from schemas.errors import ConfigError, PermanentError, TransientError
from schemas.partners import Arrival
from tests.contracts.conftest import SftpWorld, World, Worlds, refused

# --- the list


def test_files_are_listed_with_size_and_time(world: World) -> None:
    world.deliver("a.edi", b"ISA", modified=1234.0)
    assert world.mailbox().list() == [Listed("a.edi", 3, 1234.0)]


def test_an_empty_inbox_lists_nothing(world: World) -> None:
    assert list(world.mailbox().list()) == []


def test_the_oldest_comes_first_then_by_name(world: World) -> None:
    for name, modified in [("b", 30.0), ("c", 10.0), ("a", 30.0), ("d", 20.0)]:
        world.deliver(name, b"x", modified)
    assert [file.name for file in world.mailbox().list()] == ["c", "d", "a", "b"]


@pytest.mark.parametrize("name", [".hidden", "a.tmp", "A.TMP", "a.part", "a.filepart", "a.writing", "a.swp", "a.edi~"])
def test_temporary_names_never_count(worlds: Worlds, name: str) -> None:
    for kind in ("memory", "folder", "asyncssh"):
        world = worlds(kind)
        world.deliver(name, b"half")
        mailbox = world.mailbox()
        assert (list(mailbox.list()), list(mailbox.unsafe())) == ([], [])


def test_a_partner_may_have_other_temporary_names(world: World) -> None:
    mailbox = world.mailbox(ignore=("*.upload",))
    world.deliver("a.upload", b"half")
    world.deliver("a.tmp", b"whole")
    assert [file.name for file in mailbox.list()] == ["a.tmp"]


def test_a_half_written_file_is_not_ready_until_it_stands_still(world: World) -> None:
    mailbox, rule, noon = (
        world.mailbox(),
        Arrival(rule="stable", settle_seconds=60),
        datetime(2026, 3, 2, 12, tzinfo=UTC),
    )
    ready: list[list[str]] = []
    seen: dict[str, tuple[int, float, datetime]] = {}
    for minute, data in enumerate([b"ISA*", b"ISA*half", b"ISA*whole~", b"ISA*whole~"]):
        world.deliver("a.edi", data, modified=1000.0 + min(minute, 2))
        now_ready, waiting = settled(mailbox.list(), seen, rule, noon + timedelta(minutes=minute))
        seen = {one.name: (one.size, one.modified, one.unchanged_since) for one in waiting}
        ready.append([file.name for file in now_ready])
    assert ready == [[], [], [], ["a.edi"]]
    assert mailbox.fetch("a.edi") == b"ISA*whole~"


@pytest.mark.parametrize("kind", ["folder", "asyncssh", "openssh"])
def test_folders_are_passed_over_and_links_are_shown_to_a_person(worlds: Worlds, kind: str) -> None:
    world = worlds(kind)
    world.deliver("a.edi", b"x")
    (world.root / "returns" / "old").mkdir()
    (world.root / "returns" / "link.edi").symlink_to(world.root / "returns" / "a.edi")
    os.mkfifo(world.root / "returns" / "pipe")
    mailbox = world.mailbox()
    assert [file.name for file in mailbox.list()] == ["a.edi"]
    assert [one.name for one in mailbox.unsafe()] == ["link.edi", "pipe"]


UNSAFE = {
    b"line\nbreak": "line\\nbreak",
    b"back\\slash": "back\\\\slash",
    "right\u202eleft".encode(): "right\\u202eleft",
    "Retoure_Müller".encode("cp1252"): "Retoure_M\\udcfcller",
    b"n" * 201: "n" * 201,
}


def test_unsafe_names_are_left_and_reported_while_the_others_go_on(disk_world: World) -> None:
    disk_world.deliver("good.edi", b"x")
    for name in UNSAFE:
        Path(os.fsdecode(os.fsencode(disk_world.root / "returns") + b"/" + name)).write_bytes(b"x")
    mailbox = disk_world.mailbox()
    assert [file.name for file in mailbox.list()] == ["good.edi"]
    assert sorted(one.name for one in mailbox.unsafe()) == sorted(UNSAFE.values())
    assert all(one.name.isprintable() and one.reason for one in mailbox.unsafe())
    assert len(disk_world.waiting()) == 1 + len(UNSAFE)


@pytest.mark.parametrize("name", ["../answers/a", "/etc/hostname", "..", "", "a\x00b"])
def test_no_call_takes_a_name_that_leads_elsewhere(world: World, name: str) -> None:
    mailbox = world.mailbox()
    world.deliver("a", b"x")
    for call in (
        lambda: mailbox.fetch(name),
        lambda: mailbox.put(name, b"x"),
        lambda: mailbox.archive(name, "a"),
        lambda: mailbox.archive("a", name),
    ):
        with refused(PermanentError, "left alone"):
            call()
    assert world.waiting() == {"a"}


# --- reading


@pytest.mark.parametrize("name", ["Retoure Nr 7.csv", "Rückläufer Größe.csv", "返品 1.edi", "it's $HOME;#.edi", "-rf"])
def test_any_ordinary_name_goes_all_the_way(world: World, name: str) -> None:
    world.deliver(name, b"data")
    mailbox = world.mailbox()
    assert [file.name for file in mailbox.list()] == [name]
    assert mailbox.fetch(name) == b"data"
    mailbox.archive(name, f"12ab-{name}")
    mailbox.put(name, b"answer")
    assert (world.waiting(), world.archived(), world.answers()) == (set(), {f"12ab-{name}": b"data"}, {name: b"answer"})


@pytest.mark.parametrize("size", [0, 1, 32 * 1024, 32 * 1024 + 1, 5_000_000])
def test_a_file_comes_whole(world: World, size: int) -> None:
    data = (bytes(range(256)) * (size // 256 + 1))[:size]
    world.deliver("a.edi", data)
    assert world.mailbox().fetch("a.edi") == data


def test_a_file_that_is_not_there_is_refused_by_name(world: World) -> None:
    with refused(PermanentError, "gone.edi"):
        world.mailbox().fetch("gone.edi")


def test_a_file_that_is_too_large_is_left(world: World) -> None:
    mailbox = world.mailbox(file_bytes_max=10)
    world.deliver("large.edi", b"x" * 11)
    world.deliver("fits.edi", b"x" * 10)
    assert mailbox.fetch("fits.edi") == b"x" * 10
    with refused(PermanentError, "large.edi", "file_bytes_max"):
        mailbox.fetch("large.edi")
    assert "large.edi" in world.waiting()


def test_a_file_that_grows_while_it_is_read_is_read_later(disk_world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    disk_world.deliver("a.edi", b"ISA*half")
    mailbox = disk_world.mailbox()
    mailbox.list()
    looks = iter([b"*more", b""])
    real_stat, real_blocks = os.fstat, wire._blocks

    def grow() -> None:
        with (disk_world.root / "returns" / "a.edi").open("ab") as file:
            file.write(next(looks, b""))

    def fstat(descriptor: int) -> os.stat_result:
        status = real_stat(descriptor)
        grow()
        return status

    def blocks(*args: Any) -> Iterator[bytes]:
        yield from real_blocks(*args)
        grow()

    if isinstance(disk_world, SftpWorld):
        monkeypatch.setattr(wire, "_blocks", blocks)
    else:
        monkeypatch.setattr("connectors.mailbox.folder.os.fstat", fstat)
    with refused(TransientError, "a.edi", "changed"):
        mailbox.fetch("a.edi")
    monkeypatch.undo()
    assert mailbox.fetch("a.edi") == b"ISA*half*more"


# --- the archive


def test_archiving_twice_is_no_error(world: World) -> None:
    world.deliver("a.edi", b"x")
    mailbox = world.mailbox()
    mailbox.fetch("a.edi")
    mailbox.archive("a.edi", "12ab-a.edi")
    mailbox.archive("a.edi", "12ab-a.edi")
    assert (world.waiting(), world.archived()) == (set(), {"12ab-a.edi": b"x"})


def test_the_same_file_again_replaces_its_copy_in_the_archive(world: World) -> None:
    mailbox = world.mailbox()
    for _ in range(2):
        world.deliver("a.edi", b"x")
        mailbox.archive("a.edi", "12ab-a.edi")
    assert (world.waiting(), world.archived()) == (set(), {"12ab-a.edi": b"x"})


def test_a_file_that_is_nowhere_cannot_be_archived(world: World) -> None:
    with refused(PermanentError, "neither in the inbox nor"):
        world.mailbox().archive("a.edi", "12ab-a.edi")


def test_a_file_that_was_written_again_after_reading_stays(world: World) -> None:
    mailbox = world.mailbox()
    world.deliver("a.edi", b"first")
    mailbox.fetch("a.edi")
    world.deliver("a.edi", b"second", modified=2000.0)
    with refused(TransientError, "changed"):
        mailbox.archive("a.edi", "1-a.edi")
    assert (world.waiting(), world.archived()) == ({"a.edi"}, {})
    assert mailbox.fetch("a.edi") == b"second"
    mailbox.archive("a.edi", "2-a.edi")
    assert world.archived() == {"2-a.edi": b"second"}


# --- answers


def test_an_answer_of_the_same_name_is_replaced(world: World) -> None:
    mailbox = world.mailbox()
    mailbox.put("a.997", b"a long first answer")
    mailbox.put("a.997", b"short")
    assert world.answers() == {"a.997": b"short"}


def test_a_reader_never_sees_part_of_an_answer(disk_world: World) -> None:
    mailbox, path, whole = disk_world.mailbox(), disk_world.root / "answers" / "a.csv", [b"1" * 500_000, b"2" * 500_000]
    mailbox.put("a.csv", whole[0])
    seen: set[bytes] = set()
    done = threading.Event()

    def poll() -> None:
        while not done.is_set():
            seen.add(path.read_bytes())

    reader = threading.Thread(target=poll)
    reader.start()
    # A busy machine may hardly let the reader have a turn: both answers are written until it has seen both.
    turns = 0
    while turns < 6 or (seen != set(whole) and turns < 2000):
        turns += 1
        mailbox.put("a.csv", whole[turns % 2])
    done.set()
    reader.join()
    assert seen == set(whole)
    assert disk_world.answers() == {"a.csv": whole[turns % 2]}


def test_what_an_earlier_try_left_is_overwritten(disk_world: World) -> None:
    (disk_world.root / "answers" / ".a.997.writing").write_bytes(b"half of an answer that was longer than this one")
    disk_world.mailbox().put("a.997", b"whole")
    assert disk_world.answers() == {"a.997": b"whole"}


def test_a_channel_without_outbox_takes_no_answers(disk_world: World) -> None:
    with refused(ConfigError, "outbox"):
        disk_world.mailbox(outbox=None).put("a.997", b"x")


# --- folders


def test_a_missing_inbox_is_named(disk_world: World) -> None:
    with refused(PermanentError, "nowhere"):
        disk_world.mailbox(inbox="nowhere").list()


def test_a_missing_outbox_is_named_and_not_made(disk_world: World) -> None:
    with refused(PermanentError, "nowhere"):
        disk_world.mailbox(outbox="nowhere").put("a.997", b"x")
    assert not (disk_world.root / "nowhere").exists()


def test_a_closed_mailbox_opens_again(world: World) -> None:
    world.deliver("a.edi", b"x")
    mailbox = world.mailbox()
    mailbox.close()
    mailbox.close()
    assert mailbox.fetch("a.edi") == b"x"
    mailbox.close()
    assert mailbox.fetch("a.edi") == b"x"
