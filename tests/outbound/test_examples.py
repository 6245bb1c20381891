"""The examples in docstrings of outbound maps hold."""

import doctest
from types import ModuleType

import pytest

from mappings import code_lists
from mappings.outbound import credits, files, refusals


@pytest.mark.parametrize("module", [code_lists, credits, files, refusals], ids=lambda module: module.__name__)
def test_the_examples_in_the_docstrings_hold(module: ModuleType) -> None:
    result = doctest.testmod(module)
    assert result.attempted > 0
    assert result.failed == 0
