"""Every exception of the outside has a remedy of its own."""

import errno
import importlib
import inspect
import pkgutil
import socket

import paramiko
import pytest

from connectors.disk import disk_fault
from connectors.mailbox.faults import REMEDIES, in_our_words, remedy_of
from schemas.errors import BackhaulError, PermanentError, TransientError

WINDOWS_ONLY = {"_winapi", "win_openssh", "win_pageant"}

# Raised and caught inside the library, or by parts of it that we do not use (its own files of known hosts).
INTERNAL = {
    "paramiko.ber.BERException",
    "paramiko.buffered_pipe.PipeTimeout",
    "paramiko.hostkeys.InvalidHostKey",
    "paramiko.packet.NeedRekeyException",
}


def exceptions_of_paramiko() -> set[type[BaseException]]:
    names = {module.name for module in pkgutil.iter_modules(paramiko.__path__)} - WINDOWS_ONLY
    modules = [importlib.import_module(f"paramiko.{name}") for name in sorted(names)]
    classes = {kind for module in modules for _, kind in inspect.getmembers(module, inspect.isclass)}
    return {kind for kind in classes if issubclass(kind, BaseException) and kind.__module__.startswith("paramiko")}


def test_each_exception_of_the_ssh_library_has_a_row() -> None:
    found = exceptions_of_paramiko()
    assert len(found) >= 15
    unmapped = {f"{kind.__module__}.{kind.__name__}" for kind in found - set(REMEDIES)}
    assert unmapped == INTERNAL


@pytest.mark.parametrize("kind", REMEDIES, ids=lambda kind: kind.__name__)
def test_each_row_says_who_must_act_and_what(kind: type[BaseException]) -> None:
    error = kind.__new__(kind)
    error.args = ("what the server said\nin two lines",)
    if isinstance(error, UnicodeError):
        error = UnicodeDecodeError("utf-8", b"\xfc", 0, 1, "invalid")
    told = in_our_words(error, "Listing returns") if str_works(error) else None
    assert issubclass(REMEDIES[kind].raises, BackhaulError)
    assert REMEDIES[kind].next_step
    if told:
        assert type(told) is REMEDIES[kind].raises
        assert str(told).startswith("Listing returns: ")
        assert f"Next: {REMEDIES[kind].next_step}." in str(told)
        assert "\n" not in str(told)


def str_works(error: BaseException) -> bool:
    """Some exceptions of the library can only be told once they are really raised."""
    try:
        str(error)
    except AttributeError:
        return False
    return True


def test_a_class_without_a_row_takes_that_of_the_class_it_comes_from() -> None:
    class Newer(paramiko.AuthenticationException):
        pass

    assert remedy_of(Newer()) is REMEDIES[paramiko.AuthenticationException]
    assert remedy_of(socket.gaierror(8, "unknown")).next_step.endswith("look at `host`")
    assert remedy_of(ConnectionResetError()) is REMEDIES[ConnectionError]


def test_what_nobody_has_thought_of_is_for_a_person() -> None:
    told = in_our_words(ZeroDivisionError("odd"), "Connecting")
    assert type(told) is PermanentError
    assert "ZeroDivisionError: odd" in str(told)
    assert "Next: report it" in str(told)


@pytest.mark.parametrize(
    ("number", "kind"),
    [
        (errno.ENOENT, PermanentError),
        (errno.EACCES, PermanentError),
        (errno.EROFS, PermanentError),
        (errno.EXDEV, PermanentError),
        (errno.ENOSPC, TransientError),
        (errno.EIO, TransientError),
    ],
)
def test_faults_of_a_disk_say_who_must_act(number: int, kind: type[BackhaulError]) -> None:
    told = disk_fault(OSError(number, "what the system says"), "Writing a")
    assert type(told) is kind
    assert str(told).startswith("Writing a: ")
    assert "Next: " in str(told)
