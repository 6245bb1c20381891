"""Open this when `make demo` does not do what it says: the demonstration, from its world to its last table."""

import fcntl
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

import yaml
from rich.console import Console

from pipelines.dagster_home import use_dagster_home
from pipelines.settings import PORT_VARIABLE, SETTINGS_VARIABLE, SHIPPED_PARTNERS, load_settings
from pipelines.show import Standing, demo_view, progress_of, standing
from pipelines.simulate.company import OUR_COMPANIES
from pipelines.simulate.partners_online import partners_online
from pipelines.simulate.world import MAILBOXES, World, build_world
from pipelines.wiring import open_hub
from pipelines.work.run import in_order
from schemas.errors import ConfigError, PermanentError

if TYPE_CHECKING:
    from dagster import DagsterInstance

# Marks the runs of demonstrations; only one demonstration at a time works on a folder, so unfinished ones are dead.
OURS = {"backhaul/started_by": "demonstration"}


def run_demo(folder: Path, stores: int | None, out: Console) -> None:
    """Build the world once, run Dagster's job for each partner, and show what came of it."""
    folder = folder.resolve()
    folder.mkdir(parents=True, exist_ok=True)
    with _alone(folder):
        settings_file = prepare_demo(folder, stores)
        os.environ[SETTINGS_VARIABLE] = str(settings_file)
        settings = load_settings(settings_file)
        use_dagster_home(settings.state_folder)
        before = _standing(settings_file)
        with partners_online(settings):
            run_jobs(settings_file, out)
        with open_hub(settings) as hub:
            for part in demo_view(hub, before):
                out.print(part)


def prepare_demo(folder: Path, stores: int | None = None) -> Path:
    """The world, keys and settings of a demonstration in this folder, made once; answers the settings file."""
    return _write_settings(folder, build_world(folder / "world", stores=stores))


def forget_demo(folder: Path) -> None:
    """Remove the demonstration's state; only a folder that a demonstration made."""
    if folder.exists() and not (folder / "backhaul.yaml").exists():
        raise ConfigError(f"{folder} holds no demonstration, so it was not removed. Next: look what it is.")
    shutil.rmtree(folder, ignore_errors=False) if folder.exists() else None


def run_jobs(settings_file: Path, out: Console) -> None:
    """The partner_chain job for each partner, then the report's, in this process on Dagster's own instance."""
    # Dagster reads its home when it is imported, and takes a second to do so.
    import dagster as dg

    from pipelines.definitions import defs

    with open_hub(settings_file) as hub:
        partners = in_order([one for one in hub.catalog.partners if one.id in MAILBOXES])
    quiet = {"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}}
    chain, report = defs.resolve_job_def("partner_chain"), defs.resolve_job_def("report")
    with dg.DagsterInstance.get() as instance:
        _end_interrupted_runs(instance)
        instance.add_dynamic_partitions("partner", [partner.id for partner in partners])
        for partner in progress_of(out, partners, lambda one: one.name):
            try:
                chain.execute_in_process(
                    partition_key=partner.id, instance=instance, run_config=quiet, raise_on_error=True, tags=OURS
                )
            except dg.DagsterError as fault:
                raise PermanentError(
                    f"The run for {partner.name} did not succeed: {fault} Next: `.venv/bin/backhaul verify` names rows "
                    "that break a law; `make dagster` shows the run and its log."
                ) from fault
        report.execute_in_process(instance=instance, run_config=quiet, raise_on_error=True, tags=OURS)


def _end_interrupted_runs(instance: "DagsterInstance") -> None:
    """Close the runs of a demonstration that was killed: they would keep their places in the pools for ever."""
    import dagster as dg

    unfinished = [dg.DagsterRunStatus.STARTING, dg.DagsterRunStatus.STARTED, dg.DagsterRunStatus.NOT_STARTED]
    for run in instance.get_runs(dg.RunsFilter(statuses=unfinished, tags=OURS)):
        instance.report_run_failed(run, "The demonstration was killed; the next one takes up its work.")
        instance.event_log_storage.free_concurrency_slots_for_run(run.run_id)


def _standing(settings_file: Path) -> Standing:
    with open_hub(settings_file) as hub:
        return standing(hub)


def _write_settings(folder: Path, world: World) -> Path:
    """The demonstration's backhaul.yaml, written once and whole."""
    path = folder / "backhaul.yaml"
    if not path.exists():
        settings = {
            "companies": {name: party.model_dump(mode="json") for name, party in OUR_COMPANIES.items()},
            "state": ".",
            "clock": world.now.isoformat(),
            "partners": _partners(folder).name,
            "connections": _connections(folder, _keys(folder, world)),
            "simulation": {"sftp_root": "world/sftp", "keys": "keys"},
        }
        draft = path.with_suffix(".tmp")
        draft.write_text(yaml.safe_dump(settings, sort_keys=False, allow_unicode=True), encoding="utf-8")
        draft.replace(path)
    return path


def _partners(folder: Path) -> Path:
    """The shipped folders of the world's partners alone, made once and whole: others have no mailbox here."""
    partners = folder / "partners"
    if not partners.exists():
        with TemporaryDirectory(dir=folder, prefix=".partners-") as scratch:
            draft = Path(scratch) / "partners"
            draft.mkdir()
            for name in MAILBOXES:
                (draft / name).symlink_to(SHIPPED_PARTNERS / name, target_is_directory=True)
            draft.rename(partners)
    return partners


def _keys(folder: Path, world: World) -> Path:
    """Key pairs of the SSH server and of us as each partner's user, made once and whole."""
    # asyncssh is only needed where partners are simulated.
    from pipelines.simulate.ssh_server import make_key

    keys = folder / "keys"
    if not keys.exists():
        with TemporaryDirectory(dir=folder, prefix=".keys-") as scratch:
            draft = Path(scratch) / "keys"
            draft.mkdir(mode=0o700)
            for name in ("host", *(one for one, (kind, _) in MAILBOXES.items() if kind == "sftp")):
                make_key(draft / name)
            draft.rename(keys)
    return keys


def _connections(folder: Path, keys: Path) -> dict[str, dict[str, dict[str, Any]]]:
    """Where each partner's mailbox is; the server's key is pinned, its port is known when it runs."""
    from pipelines.simulate.ssh_server import public_key

    address = {"host": "127.0.0.1", "port": f"${{{PORT_VARIABLE}}}", "host_keys": [public_key(keys / "host")]}
    return {
        partner: {"main": {"root": f"world/folders/{partner}"}}
        if kind == "folder"
        else {"main": {**address, "user": partner, "key_file": f"keys/{partner}"}}
        for partner, (kind, _) in MAILBOXES.items()
    }


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Only one demonstration at a time works in a folder; the lock falls with the process."""
    with (folder / ".lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise ConfigError(
                f"Another demonstration is at work in {folder}. Next: wait for it, or name another --folder."
            ) from None
        yield
