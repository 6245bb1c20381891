"""The two ways of the split, plain functions over lists and machine code over arrays, each for whatever size."""

import pytest

from mappings.formats import at_hand
from pipelines.steps.split import machine, repairs

PLAIN, COMPILED = 2**62, 0


def go(way: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """From here on every batch goes this way."""
    monkeypatch.setattr(at_hand, "_at_hand", set())
    for module in (machine, repairs):
        monkeypatch.setattr(module, "COMPILED_FROM_PAIRS", way)
