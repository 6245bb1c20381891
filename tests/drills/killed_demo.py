"""Runs the demonstration in forked children, and kills chosen ones with SIGKILL at a chosen call of a port.

Every call that reaches the outside is counted: store, vault, mailbox and ERP, before and after it took effect. Run as
a program of its own, because a process must be single-threaded when it forks; it answers in JSON on its last line.
"""

import io
import json
import os
import shutil
import signal
import sys
import traceback
from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import Any

# Imported once, before the forks: what a demonstration imports late takes seconds.
import asyncssh  # noqa: F401
from rich.console import Console

import pipelines.definitions
import pipelines.defs.expectations  # noqa: F401
from connectors.erp.file_out import FileOutErp
from connectors.mailbox.folder import FolderMailbox
from connectors.mailbox.sftp import SftpMailbox
from connectors.store import Store
from connectors.vault import Vault
from pipelines.dagster_home import use_dagster_home
from pipelines.simulate.demo import run_demo

EFFECTS: tuple[tuple[type, tuple[str, ...]], ...] = (
    (Store, ("record",)),
    (Vault, ("put",)),
    (FolderMailbox, ("fetch", "archive", "put")),
    (SftpMailbox, ("fetch", "archive", "put")),
    (FileOutErp, ("create_draft", "post", "discard")),
)
STORES = 1


def rig(kill_at: int | None, told: Callable[[int, str], None]) -> None:
    """Count every effect, before and after it; die at the chosen one."""
    count = 0

    def moment(name: str) -> None:
        nonlocal count
        count += 1
        told(count, name)
        if count == kill_at:
            os.kill(os.getpid(), signal.SIGKILL)

    def rigged(owner: str, name: str, method: Callable[..., Any]) -> Callable[..., Any]:
        @wraps(method)
        def call(*args: Any, **kwargs: Any) -> Any:
            moment(f"before {owner}.{name}")
            result = method(*args, **kwargs)
            moment(f"after {owner}.{name}")
            return result

        return call

    for port, names in EFFECTS:
        for name in names:
            setattr(port, name, rigged(port.__name__, name, getattr(port, name)))


def demonstrate(folder: Path, kill_at: int | None = None, said: Path | None = None) -> tuple[int, list[str]]:
    """One demonstration in a child; answers its wait status and the effects that it reached."""
    reached = folder.parent / f"{folder.name}.effects"
    reached.unlink(missing_ok=True)
    child = os.fork()
    if child == 0:
        code = 1
        try:
            with reached.open("a", buffering=1) as told:
                rig(kill_at, lambda number, name: told.write(f"{number} {name}\n") and None)
                out = io.StringIO()
                run_demo(folder, STORES, Console(file=out, width=120))
                if said:
                    said.write_text(out.getvalue())
            code = 0
        except BaseException:
            traceback.print_exc()
        finally:
            os._exit(code)
    _, status = os.waitpid(child, 0)
    return status, reached.read_text().splitlines() if reached.exists() else []


def drill(scratch: Path, at: int) -> dict[str, Any]:
    """One run that is killed, and one that heals."""
    folder = scratch / f"killed-{at}"
    killed, reached = demonstrate(folder, at)
    healed, _ = demonstrate(folder)
    shutil.rmtree(folder / "dagster", ignore_errors=True)
    return {
        "at": at,
        "effect": reached[-1] if reached else "",
        "killed_by": os.WTERMSIG(killed) if os.WIFSIGNALED(killed) else 0,
        "healed": healed,
        "folder": str(folder),
    }


def drill_in_child(scratch: Path, at: int) -> int:
    """The drill in a child of its own, which leaves its result in a file; answers the child's id."""
    child = os.fork()
    if child == 0:
        code = 1
        try:
            (scratch / f"killed-{at}.json").write_text(json.dumps(drill(scratch, at)))
            code = 0
        except BaseException:
            traceback.print_exc()
        finally:
            os._exit(code)
    return child


def main(scratch: Path, points: int, at_once: int = 2) -> None:
    """The undisturbed run, then one killed and one healing run for each of ``points`` kill points."""
    use_dagster_home(scratch)
    status, effects = demonstrate(scratch / "whole", said=scratch / "first.txt")
    again, _ = demonstrate(scratch / "whole", said=scratch / "second.txt")
    chosen = [1 + len(effects) * (2 * number + 1) // (2 * points) for number in range(points)]
    running: set[int] = set()
    for at in chosen:
        if len(running) == at_once:
            running.discard(os.wait()[0])
        running.add(drill_in_child(scratch, at))
    while running:
        running.discard(os.wait()[0])
    drills = [json.loads((scratch / f"killed-{at}.json").read_text()) for at in chosen]
    print(json.dumps({"undisturbed": status, "again": again, "effects": len(effects), "drills": drills}))


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))
