"""Open this when Dagster keeps its state in the wrong place: where it lies, and how a process is told."""

import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

from pipelines.settings import SETTINGS_VARIABLE

_STOP_SECONDS = 60
INSTANCE_FILE = Path(__file__).resolve().parent.parent / "dagster.yaml"


def use_dagster_home(state_folder: Path) -> Path:
    """Make ``<state>/dagster`` Dagster's home for this process and its children. Call before importing dagster."""
    home = state_folder / "dagster"
    (home / ".nux").mkdir(parents=True, exist_ok=True)
    # Dagster greets every new home with an invitation that needs the internet; this file says it was seen.
    (home / ".nux" / "nux.yaml").write_text("seen: 1\n", encoding="utf-8")
    shutil.copyfile(INSTANCE_FILE, home / "dagster.yaml")
    os.environ["DAGSTER_HOME"] = str(home)
    return home


def serve_dagster(settings_file: Path, state_folder: Path, port: int) -> int:
    """Dagster's page and daemon on these settings, until they are stopped; answers their exit code."""
    os.environ[SETTINGS_VARIABLE] = str(settings_file)
    use_dagster_home(state_folder)
    where = ["-m", "pipelines.definitions", "-h", "127.0.0.1", "-p", str(port)]
    # Started in the background by a shell we would ignore interrupts, and Dagster would inherit that.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    process = subprocess.Popen([sys.executable, "-m", "dagster", "dev", *where])
    try:
        return process.wait()
    except KeyboardInterrupt:
        process.send_signal(signal.SIGINT)
        return process.wait(timeout=_STOP_SECONDS)
    finally:
        process.kill()
