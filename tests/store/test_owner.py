"""A lease falls with its process: at once on the same machine, with its time elsewhere."""

import subprocess
import sys

from connectors.store.owner import is_gone, this_process


def test_this_process_lives() -> None:
    assert not is_gone(this_process())


def test_an_ended_process_of_this_machine_is_gone() -> None:
    said = subprocess.run(
        [sys.executable, "-c", "from connectors.store.owner import this_process; print(this_process())"],
        capture_output=True,
        text=True,
        check=True,
    )
    assert is_gone(said.stdout.strip())


def test_another_process_that_took_over_the_number_is_not_the_owner() -> None:
    machine_and_pid, _, started = this_process().rpartition(":")
    assert is_gone(f"{machine_and_pid}:{int(started) + 1}")


def test_of_another_machine_or_of_a_plain_name_nothing_is_known() -> None:
    assert not is_gone("elsewhere/0:1:1")
    assert not is_gone("backhaul")
