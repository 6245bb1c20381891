"""What the compiled functions are kept under: a change in any file that they are made of must make them anew."""

import ast
from importlib.resources import files

from mappings.formats.compiled import _SOURCES


def test_every_file_that_compiled_functions_take_from_has_a_part_in_their_name() -> None:
    for name in _SOURCES:
        tree = ast.parse((files("mappings.formats") / f"{name}.py").read_text("utf-8"))
        taken = {node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom) and node.module}
        ours = {module.removeprefix("mappings.formats.") for module in taken if module.startswith("mappings.")}
        assert ours <= set(_SOURCES)
