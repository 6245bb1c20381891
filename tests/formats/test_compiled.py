"""What the compiled functions are kept under: a change in any file that they are made of must make them anew."""

import ast
from importlib.resources import files

import pytest

from mappings.formats.compiled import _FAMILIES


@pytest.mark.parametrize("family", _FAMILIES, ids=lambda family: family[0])
def test_every_file_that_compiled_functions_take_from_has_a_part_in_their_name(family: tuple[str, ...]) -> None:
    for name in family:
        tree = ast.parse((files("mappings") / f"{name}.py").read_text("utf-8"))
        taken = {node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom) and node.module}
        ours = {
            module.removeprefix("mappings.").replace(".", "/") for module in taken if module.startswith("mappings.")
        }
        assert ours <= set(family)
