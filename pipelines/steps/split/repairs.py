"""Open this when a stated reference does not exist: which one was meant, if one error in writing explains it."""

from collections.abc import Callable, Iterator
from functools import cache
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from mappings.formats.at_hand import goes_compiled
from pipelines.steps.split import resemblance, squeezed
from pipelines.steps.split.squeezed import Texts

# What may have gone wrong between a reference and what is stated, from mere form to typing errors. The first that leads
# anywhere decides, so what is sure stands before what is likely: a stated store tells apart what words beside a
# reference do not.
KINDS: dict[str, str] = {
    "same": "stated where another kind of reference belongs",
    "form": "other separators, blanks or capitals",
    "zeros": "zeros in front",
    "looks": "letters taken for digits that look alike",
    "store_added": "the number of store {store} taken off",
    "store_missing": "the number of store {store} added",
    "words_added": "words or a revision beside it taken off",
    "words_missing": "words or a revision that belong to it added",
    "text": "found in a text",
    "cut": "cut to the 22 characters of a field",
    "truncated": "its beginning or its end is missing",
    "swapped": "two neighbouring characters swapped",
    "wrong": "one wrong character",
    "length": "one character missing or written twice",
}
_WORDS = tuple(KINDS.values())

# Words that merely name what follows, in English, German, French, Spanish, Italian and Dutch.
_NAMES = (
    "PO", "ORDER", "ORD", "PURCHASE", "PURCH", "OUR", "YOUR", "CUST", "CUSTOMER", "NO", "NR", "NUM", "NUMBER", "NUMMER",
    "REF", "REFERENCE", "INV", "INVOICE", "DELIVERY", "NOTE", "DN", "BEST", "BESTELL", "BESTELLUNG", "BESTELLNR",
    "BESTELLNUMMER", "EKB", "UNSERE", "IHRE", "RECHNUNG", "RECHNUNGSNR", "LIEFERSCHEIN", "LIEFERSCHEINNR", "LS",
    "COMMANDE", "CDE", "FACTURE", "PEDIDO", "FACTURA", "ORDINE", "FATTURA", "FACTUUR",
)  # fmt: skip

COMPILED_FROM_PAIRS = 30_000  # below this the plain way is done before machine code is loaded
_PAIRS_AT_ONCE = 2**18


class Repairs(NamedTuple):
    """For each stated reference the candidate that was meant, and the index of its kind in ``KINDS``; -1: none."""

    choice: npt.NDArray[np.int64]
    how: npt.NDArray[np.int8]


class _Machine(NamedTuple):
    """The functions that go through all bytes: as they are, or compiled."""

    squeeze: Callable[..., int]
    skip_names: Callable[..., None]
    choose: Callable[..., None]


_PLAIN = _Machine(squeezed.squeeze, squeezed.skip_names, resemblance.choose)
_FAMILY = ("pipelines/steps/split/resemblance", "pipelines/steps/split/squeezed")


def repair(
    stated: pa.Array, stores: pa.Array, starts: npt.NDArray[np.int64], candidates: pa.Array, *,
    compiled: bool | None = None,
) -> Repairs:  # fmt: skip
    """Which candidate each stated reference means, where one error in writing explains it; -1 for none or several.

    ``stated`` is as the retailer wrote it, without nulls; its row i may mean one of ``candidates`` from ``starts[i]`` up
    to ``starts[i + 1]``: distinct, in capitals, without blanks at their ends. ``stores`` are the numbers of the shops
    that state them, or null. By itself the number of pairs decides whether this goes the compiled way or the plain one.
    """
    found = Repairs(np.full(len(stated), -1, np.int64), np.full(len(stated), -1, np.int8))
    if compiled is None:
        compiled = goes_compiled("repairs", len(candidates), COMPILED_FROM_PAIRS)
    names = _squeezed(pa.array(_NAMES), compiled)
    for start, end in _blocks(starts):
        first, last = int(starts[start]), int(starts[end])
        rows = (_plain_form(one.slice(start, end - start)) for one in (stated, stores))
        texts = [_squeezed(one, compiled) for one in (*rows, _plain_form(candidates.slice(first, last - first)))]
        _choose(*texts, names, starts[start : end + 1] - first, found.choice[start:end], found.how[start:end], compiled)
        found.choice[start:end] += np.where(found.choice[start:end] < 0, 0, first)
    return found


def in_words(how: int, stated: str, found: str, store: str | None) -> str:
    """A repair for a person: what was stated, what was meant, and what went wrong between the two."""
    return f"'{stated}' read as {found}: {_WORDS[how].format(store=store)}"


def _blocks(starts: npt.NDArray[np.int64]) -> Iterator[tuple[int, int]]:
    """Rows that are compared at once: few enough for the memory, one at least."""
    start, rows = 0, len(starts) - 1
    while start < rows:
        end = int(np.searchsorted(starts, starts[start] + _PAIRS_AT_ONCE, side="right")) - 1
        end = min(max(end, start + 1), rows)
        yield start, end
        start = end


def _choose(
    stated: Texts, stores: Texts, candidates: Texts, names: Texts, starts: npt.NDArray[np.int64],
    choice: npt.NDArray[np.int64], how: npt.NDArray[np.int8], compiled: bool,
) -> None:  # fmt: skip
    machine = _compiled() if compiled else _PLAIN
    bodies = np.zeros(len(choice), np.int64)
    machine.skip_names(stated, names, bodies)
    firsts = starts if compiled else starts.tolist()
    machine.choose(stated, bodies if compiled else bodies.tolist(), stores, candidates, firsts, choice, how)


# --- texts


def _plain_form(texts: pa.Array) -> pa.Array:
    """Texts in capitals, without blanks at their ends; further signs that are neither letters nor digits as blanks."""
    texts = pc.fill_null(texts.cast(pa.string()), "")
    if not pc.all(pc.string_is_ascii(texts)).as_py():
        texts = pc.utf8_upper(pc.utf8_normalize(texts, "NFKC"))
        texts = pc.replace_substring_regex(texts, r"[^\pL\pM\pN\x00-\x7F]", " ")
    return pc.ascii_trim_whitespace(pc.ascii_upper(texts))


def _squeezed(texts: pa.Array, compiled: bool) -> Texts:
    """Letters and digits alone, and where they begin; bytes and lists for the plain way, arrays for the compiled one."""
    raw, starts = _bytes_of(texts)
    size, rows = len(raw), len(texts)
    into = np.zeros(size, np.uint8), np.zeros(size, np.uint8), np.zeros(rows + 1, np.int64), np.zeros(rows, np.int64)
    if compiled:
        made = Texts(raw, starts, *into)
        _compiled().squeeze(made)
        return made
    plain = Texts(
        raw.tobytes(), starts.tolist(), *(bytearray(one) for one in into[:2]), *(one.tolist() for one in into[2:])
    )
    _PLAIN.squeeze(plain)
    return plain


def _bytes_of(texts: pa.Array) -> tuple[npt.NDArray[np.uint8], npt.NDArray[np.int64]]:
    """The bytes of a column one after the other, and where each text begins in them."""
    _, offsets, data = texts.buffers()
    starts = np.frombuffer(offsets or bytes(4), np.int32)[texts.offset : texts.offset + len(texts) + 1].astype(np.int64)
    raw = np.frombuffer(data or b"", np.uint8)[starts[0] : starts[-1]]
    # One type of array for compiled functions, whoever made the bytes.
    raw.flags.writeable = False
    return raw, starts - starts[0]


# --- machine code


@cache
def _compiled() -> _Machine:
    from mappings.formats.compiled import compiled  # numba takes half a second to import

    return _Machine(*(compiled(one, _FAMILY) for one in _PLAIN))
