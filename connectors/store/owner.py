"""Open this when a lease outlives its process: who holds one, and whether that process of this machine still lives."""

import os
import socket
from pathlib import Path

_BOOT = Path("/proc/sys/kernel/random/boot_id")


def this_process() -> str:
    """The name under which this process takes leases: machine, process id, and the moment it was started."""
    pid = os.getpid()
    return f"{_machine()}:{pid}:{_started(pid)}"


def is_gone(owner: str) -> bool:
    """Whether the owner was a process of this machine that lives no more. Of other machines nothing is known: False."""
    machine, _, process = owner.rpartition(":")[0].rpartition(":")
    started = owner.rpartition(":")[2]
    if machine != _machine() or not process.isdigit():
        return False
    pid = int(process)
    return not _lives(pid) or _started(pid) != started


def _machine() -> str:
    """This machine since its last start: after a restart none of the processes before it lives."""
    boot = _BOOT.read_text().strip()[:8] if _BOOT.exists() else ""
    return f"{socket.gethostname()}/{boot}"


def _started(pid: int) -> str:
    """When the process was started, in clock ticks since the machine was; empty where the system does not tell."""
    stat = Path(f"/proc/{pid}/stat")
    try:
        # The second field, the program's name, may hold blanks; it ends with the last parenthesis.
        return stat.read_text().rpartition(")")[2].split()[19]
    except (OSError, IndexError):
        return ""


def _lives(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
