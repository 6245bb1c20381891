"""What the compiled functions are kept under: a change in any file that they are made of must make them anew."""

import ast
from importlib.resources import files

import numba
import numpy as np
import numpy.typing as npt
import pytest

from mappings.formats import cut_blocks, vectors
from mappings.formats.compiled import _FAMILIES, find_signs


@pytest.mark.parametrize("family", _FAMILIES, ids=lambda family: family[0])
def test_every_file_that_compiled_functions_take_from_has_a_part_in_their_name(family: tuple[str, ...]) -> None:
    for name in family:
        tree = ast.parse((files("mappings") / f"{name}.py").read_text("utf-8"))
        taken = {node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom) and node.module}
        ours = {
            module.removeprefix("mappings.").replace(".", "/") for module in taken if module.startswith("mappings.")
        }
        assert ours <= set(family)


@numba.njit
def _of_vectors(data: npt.NDArray[np.uint8], at: int, into: npt.NDArray[np.uint8]) -> tuple[int, int, int]:
    vectors.copy_block(data, at, into, at)
    found = vectors.delimiters_in(data, at, 42, 62, 126, 94, 200)
    return found, vectors.letters_in(data, at, 73, 83, 65), vectors.lowest(found)


@numba.njit
def _of_words(data: npt.NDArray[np.uint8], at: int) -> tuple[int, int, int]:
    return vectors.digits_in(data, at), vectors.word_at(data, at), data[vectors.sure(at)]


def test_wide_registers_find_what_loops_find() -> None:
    data = np.random.default_rng(2026).choice(np.frombuffer(b"ISA*>~^A\n\0\x1f 0\xc8\xff\x80", np.uint8), 400)
    for at in range(0, 330, 3):
        into = np.zeros(400, np.uint8)
        found = cut_blocks.delimiters_in(data, at, 42, 62, 126, 94, 200)
        letters = cut_blocks.letters_in(data, at, 73, 83, 65)
        told = _of_vectors(data, at, into)
        mask = 2**cut_blocks.BLOCK - 1
        assert [one & mask for one in told] == [found, letters, cut_blocks.lowest(found)]
        assert (into[at : at + 64] == data[at : at + 64]).all()
        assert np.count_nonzero(into) == np.count_nonzero(into[at : at + 64])


def test_short_values_are_seen_at_once_as_byte_by_byte() -> None:
    data = np.random.default_rng(2027).choice(np.frombuffer(b"0123456789/:.-A\xff ", np.uint8), 400)
    for at in range(400 - cut_blocks.WORD):
        told = _of_words(data, at)
        assert told[0] == cut_blocks.digits_in(data, at)
        assert told[1] == cut_blocks.word_at(data, at)
        assert told[2] == data[cut_blocks.sure(at)]


def test_signs_are_found_wherever_they_stand() -> None:
    data = np.random.default_rng(7).choice(np.frombuffer(b"ISA", np.uint8), 1000)
    into = np.zeros(5, np.int64)
    for size in (0, 2, 3, 63, 64, 65, 66, 67, 130, 1000):
        text = data[:size].tobytes()
        places = [at for at in range(size) if text.startswith(b"ISA", at)]
        for find in (find_signs, cut_blocks.find_signs):
            assert find(data[:size], *b"ISA", into) == len(places)
            assert into[: len(places)].tolist() == places[:5]
