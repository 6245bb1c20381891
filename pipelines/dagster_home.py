"""Open this when Dagster keeps its state in the wrong place: where it lies, and how a process is told."""

import os
import shutil
from pathlib import Path

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
