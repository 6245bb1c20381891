"""Open this when a run cannot open the hub: the Dagster resource that builds it, once for each run."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

import dagster as dg
from pydantic import PrivateAttr

from pipelines.settings import find_settings
from pipelines.wiring import Hub, open_hub


class HubResource(dg.ConfigurableResource["HubResource"]):
    """Opens the hub of a settings file; an empty path means the file that ``backhaul`` itself would use."""

    settings: str = ""
    _hub: Hub = PrivateAttr()
    _batch: tuple[str, ...] | None = PrivateAttr(None)

    @contextmanager
    def yield_for_execution(self, context: dg.InitResourceContext) -> Iterator["HubResource"]:
        """One hub for the whole run."""
        with self.opened("dagster") as hub:
            self._hub = hub
            yield self

    @contextmanager
    def opened(self, actor: str) -> Iterator[Hub]:
        """A hub outside a run, for sensors."""
        with open_hub(find_settings(Path(self.settings) if self.settings else None), actor) as hub:
            yield hub

    @property
    def hub(self) -> Hub:
        """The run's hub."""
        return self._hub

    @property
    def batch(self) -> tuple[str, ...] | None:
        """The files that this run found pending, by sha256; None when this run read no files."""
        return self._batch

    def begin_batch(self, files: Iterable[str]) -> None:
        """Keep which files this run is about to read."""
        self._batch = tuple(files)
