"""The vault keeps bytes under their digest, gives them back the same or not at all, and can prove all of it."""

import hashlib
import os
import stat
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from connectors.disk import write_whole
from connectors.vault import MemoryVault, Vault, VaultPort, VaultSize
from schemas.errors import PermanentError, TransientError

DATA = b"ISA*00*~IEA*1*1~"
SHA = hashlib.sha256(DATA).hexdigest()
Spoil = Callable[[str, bytes], None]


@pytest.fixture(params=["disk", "memory"])
def kept(request: pytest.FixtureRequest, tmp_path: Path) -> tuple[VaultPort, Spoil]:
    """An empty vault, and a way to put other bytes at a place of it."""
    if request.param == "memory":
        memory = MemoryVault()
        return memory, memory.contents.__setitem__

    def spoil(place: str, data: bytes) -> None:
        path = path_of(tmp_path, place) if len(place) == 64 else tmp_path / place
        path.unlink(missing_ok=True)
        path.write_bytes(data)

    return Vault(tmp_path), spoil


def path_of(folder: Path, sha: str) -> Path:
    return folder / sha[:2] / sha[2:4] / sha


Kept = tuple[VaultPort, Spoil]


@pytest.mark.parametrize("data", [b"", DATA, bytes(range(256)) * 20_000])
def test_bytes_come_back_as_they_were(kept: Kept, data: bytes) -> None:
    vault, _ = kept
    sha = vault.put(data)
    assert sha == hashlib.sha256(data).hexdigest()
    assert vault.get(sha) == data
    assert sha in vault


def test_the_same_bytes_are_kept_once(kept: Kept) -> None:
    vault, _ = kept
    assert vault.put(DATA) == vault.put(DATA)
    vault.put(b"other")
    assert vault.size() == VaultSize(files=2, bytes=len(DATA) + 5)


def test_an_empty_vault_is_whole(kept: Kept) -> None:
    vault, _ = kept
    assert (list(vault.damaged()), vault.size()) == ([], VaultSize(0, 0))


@pytest.mark.parametrize("sha", ["", "../../etc/hostname", SHA.upper(), SHA[:-1], SHA + "\n", 7, None])
def test_only_a_digest_is_looked_for(kept: Kept, sha: object) -> None:
    vault, _ = kept
    vault.put(DATA)
    assert sha not in vault
    if isinstance(sha, str):
        with pytest.raises(PermanentError, match="Next: "):
            vault.get(sha)


def test_a_missing_file_is_named(kept: Kept) -> None:
    vault, _ = kept
    with pytest.raises(PermanentError, match=rf"{SHA}.*Next: restore"):
        vault.get(SHA)


@pytest.mark.parametrize("found", [b"", b"X" * len(DATA), DATA + b"~"])
def test_damaged_bytes_are_never_given_out(kept: Kept, found: bytes) -> None:
    vault, spoil = kept
    vault.put(DATA)
    spoil(SHA, found)
    with pytest.raises(PermanentError, match=rf"{SHA} is damaged.*Next: restore"):
        vault.get(SHA)


def test_a_file_of_another_size_is_noticed_when_its_bytes_come_again(kept: Kept) -> None:
    vault, spoil = kept
    vault.put(DATA)
    spoil(SHA, b"short")
    with pytest.raises(PermanentError, match=rf"{SHA} is damaged: 5 bytes, not {len(DATA)}.*Next: restore"):
        vault.put(DATA)


def test_the_whole_archive_is_hashed_again(kept: Kept) -> None:
    vault, spoil = kept
    shas = sorted(vault.put(b"%d" % number) for number in range(50))
    assert list(vault.damaged()) == []
    spoil(shas[7], b"XX")
    spoil(shas[30], b"Y")
    spoil("notes.txt", b"who put this here")
    steps: list[tuple[int, int]] = []
    found = dict(vault.damaged(lambda files, size: steps.append((files, size))))
    assert sorted(found) == sorted([shas[7], shas[30], "notes.txt"])
    assert "damaged" in found[shas[7]]
    assert "no file of the vault" in found["notes.txt"]
    assert all("Next: " in what for what in found.values())
    assert [files for files, _ in steps] == list(range(1, 52))


# --- on a disk


def test_a_file_on_the_disk_is_read_only_and_under_its_digest(tmp_path: Path) -> None:
    Vault(tmp_path / "new" / "vault").put(DATA)
    path = path_of(tmp_path / "new" / "vault", SHA)
    assert path.read_bytes() == DATA
    assert stat.S_IMODE(path.stat().st_mode) == 0o444


def test_file_and_folders_are_on_the_disk_before_put_answers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    synced: list[str] = []
    real, moved = os.fsync, Path.replace

    def fsync(descriptor: int) -> None:
        synced.append(Path(f"/proc/self/fd/{descriptor}").readlink().name)
        real(descriptor)

    def replace(self: Path, target: Path) -> Path:
        synced.append("renamed")
        return moved(self, target)

    monkeypatch.setattr("connectors.disk.os.fsync", fsync)
    monkeypatch.setattr(Path, "replace", replace)
    Vault(tmp_path / "vault").put(DATA)
    at = synced.index("renamed")
    assert synced[at - 1].startswith(SHA[:12]), "the bytes, before they get their name"
    assert synced[at + 1 :] == [SHA[2:4]], "the name"
    assert {tmp_path.name, "vault", SHA[:2]} <= set(synced[:at]), "each new folder's name"


def test_a_crash_while_writing_leaves_no_file_of_the_vault(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    vault = Vault(tmp_path)
    monkeypatch.setattr(Path, "replace", lambda *_: os._exit(9))
    child = os.fork()
    if child == 0:
        vault.put(DATA)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 9
    monkeypatch.undo()
    assert SHA not in vault
    assert len(list((tmp_path / ".writing").iterdir())) == 1
    assert (list(vault.damaged()), vault.size()) == ([], VaultSize(0, 0))
    assert vault.get(vault.put(DATA)) == DATA


def test_links_and_misplaced_files_are_strange(tmp_path: Path) -> None:
    vault = Vault(tmp_path)
    vault.put(DATA)
    (tmp_path / "ab").mkdir(exist_ok=True)
    (tmp_path / "ab" / SHA).write_bytes(DATA)
    other = hashlib.sha256(b"other").hexdigest()
    path_of(tmp_path, other).parent.mkdir(parents=True)
    path_of(tmp_path, other).symlink_to(path_of(tmp_path, SHA))
    (tmp_path / "folder").symlink_to(tmp_path / "ab")
    assert sorted(where for where, _ in vault.damaged()) == sorted(
        [f"ab/{SHA}", str(path_of(tmp_path, other).relative_to(tmp_path)), "folder"]
    )
    assert vault.size() == VaultSize(1, len(DATA))


def test_an_unreadable_folder_is_a_fault_of_the_archive(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    vault = Vault(tmp_path)
    vault.put(DATA)
    real = os.scandir

    def scandir(path: str) -> object:
        if str(path).endswith(SHA[:2]):
            raise PermissionError(13, "Permission denied", str(path))
        return real(path)

    monkeypatch.setattr("os.scandir", scandir)
    assert [where for where, _ in vault.damaged()] == [str(tmp_path / SHA[:2])]
    with pytest.raises(PermanentError, match="access is denied"):
        vault.size()


def test_many_writers_of_the_same_bytes_do_not_meet(tmp_path: Path) -> None:
    vault = Vault(tmp_path)
    data = [b"%d" % (number % 10) * 10_000 for number in range(200)]
    with ThreadPoolExecutor(8) as writers:
        shas = list(writers.map(vault.put, data))
    assert len(set(shas)) == 10
    assert list(vault.damaged()) == []
    assert list((tmp_path / ".writing").iterdir()) == []


def test_a_full_disk_is_transient_and_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fsync(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    vault = Vault(tmp_path)
    vault.put(b"the folders are there")
    (path_of(tmp_path, SHA)).parent.mkdir(parents=True)
    monkeypatch.setattr("connectors.disk.os.fsync", fsync)
    with pytest.raises(TransientError, match=r"no space left.*Next: free space"):
        vault.put(DATA)
    assert list((tmp_path / ".writing").iterdir()) == []
    assert SHA not in vault


def test_a_file_where_the_vault_should_be_is_for_a_person(tmp_path: Path) -> None:
    (tmp_path / "vault").write_bytes(b"")
    with pytest.raises(PermanentError, match=r"vault.*no folder.*Next: "):
        Vault(tmp_path / "vault").put(DATA)


def test_a_write_that_fails_keeps_the_old_file(tmp_path: Path) -> None:
    (tmp_path / "target").write_bytes(b"old")
    with pytest.raises(TypeError):
        write_whole("text", tmp_path / "aside", tmp_path / "target", 0o644)  # type: ignore[arg-type]
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == {"target": b"old"}
