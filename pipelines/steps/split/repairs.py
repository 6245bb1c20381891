"""Open this when a stated reference does not exist: which one was meant, if one error in writing explains it."""

from collections.abc import Callable, Iterator
from functools import cache
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from mappings.formats.at_hand import goes_compiled
from pipelines.steps.split import candidates, resemblance, squeezed
from pipelines.steps.split.slots import bytes_of
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
    "text": "it stands among other words and numbers",
    "cut": "cut to the 22 characters of a field",
    "truncated": "its beginning or its end is missing",
    "swapped": "two neighbouring characters swapped",
    "wrong": "one wrong character",
    "length": "one character missing or written twice",
}
_STORE = "{store}"
_WORDS = pa.array([words.partition(_STORE)[0] for words in KINDS.values()])
_WORDS_BEHIND_STORE = pa.array([words.partition(_STORE)[2] for words in KINDS.values()])
_WITH_STORE = pa.array([_STORE in words for words in KINDS.values()])

# Words that merely name what follows, in English, German, French, Spanish, Italian and Dutch.
_NAMES = pa.array([
    "PO", "ORDER", "ORD", "PURCHASE", "PURCH", "OUR", "YOUR", "CUST", "CUSTOMER", "NO", "NR", "NUM", "NUMBER", "NUMMER",
    "REF", "REFERENCE", "INV", "INVOICE", "DELIVERY", "NOTE", "DN", "BEST", "BESTELL", "BESTELLUNG", "BESTELLNR",
    "BESTELLNUMMER", "EKB", "UNSERE", "IHRE", "RECHNUNG", "RECHNUNGSNR", "LIEFERSCHEIN", "LIEFERSCHEINNR", "LS",
    "COMMANDE", "CDE", "FACTURE", "PEDIDO", "FACTURA", "ORDINE", "FATTURA", "FACTUUR",
])  # fmt: skip

COMPILED_FROM_PAIRS = 4_000  # below this the plain way is done before machine code is loaded
_PAIRS_AT_ONCE = 2**18


class Repairs(NamedTuple):
    """For each stated reference the candidate that was meant, and the index of its kind in ``KINDS``; -1: none."""

    choice: npt.NDArray[np.int64]
    how: npt.NDArray[np.int8]


class Machine(NamedTuple):
    """The functions that go through all bytes: as they are, or compiled."""

    arrays: bool
    squeeze: Callable[..., None]
    count_signs: Callable[..., None]
    tell_signs: Callable[..., None]
    gather: Callable[..., tuple[int, int]]
    choose: Callable[..., None]


_PLAIN = Machine(
    False, squeezed.squeeze, squeezed.count_signs, squeezed.tell_signs, candidates.gather, resemblance.choose
)
_FAMILY = tuple(f"pipelines/steps/split/{one}" for one in ("candidates", "resemblance", "squeezed"))


def machine_for(pairs: int) -> Machine:
    """Machine code where so many pairs of what is stated and what may be meant are worth it, or where it is at hand."""
    return _compiled() if goes_compiled("repairs", pairs, COMPILED_FROM_PAIRS) else _PLAIN


def repair(
    stated: pa.Array, stores: pa.Array, starts: npt.NDArray[np.int64], meant: pa.Array, *,
    compiled: bool | None = None,
) -> Repairs:  # fmt: skip
    """Which candidate each stated reference means, where one error in writing explains it; -1 for none or several.

    ``stated`` is as the retailer wrote it, without nulls; its row i may mean one of ``meant`` from ``starts[i]``
    up to ``starts[i + 1]``: distinct, in capitals, without blanks at their ends. ``stores`` are the numbers of the
    shops that state them, or null. Both ways, plain and compiled, give the same; by itself the number of pairs decides.
    """
    found = Repairs(np.full(len(stated), -1, np.int64), np.full(len(stated), -1, np.int8))
    machine = machine_for(len(meant)) if compiled is None else _compiled() if compiled else _PLAIN
    for start, end in _blocks(starts):
        first, last = int(starts[start]), int(starts[end])
        rows = stated.slice(start, end - start), stores.slice(start, end - start)
        texts = pa.concat_arrays([_NAMES, *map(_plain_form, (*rows, meant.slice(first, last - first)))])
        choice, how = found.choice[start:end], found.how[start:end]
        _choose(texts, starts[start : end + 1] - first, choice, how, machine)
        choice[choice >= 0] += first
    return found


def in_words(how: npt.NDArray[np.int8], stated: pa.Array, found: pa.Array, stores: pa.Array) -> pa.Array:
    """Repairs for a person: what was stated, what was meant, and what went wrong between the two."""
    kinds = pa.array(how)
    told = pc.if_else(_WITH_STORE.take(kinds), stores, "")
    wrong = (_WORDS.take(kinds), told, _WORDS_BEHIND_STORE.take(kinds))
    return pc.binary_join_element_wise("'", stated, "' read as ", found, ": ", *wrong, "")


def _blocks(starts: npt.NDArray[np.int64]) -> Iterator[tuple[int, int]]:
    """Rows that are compared at once: few enough for the memory, one at least."""
    start, rows = 0, len(starts) - 1
    while start < rows:
        end = int(np.searchsorted(starts, starts[start] + _PAIRS_AT_ONCE, side="right")) - 1
        end = min(max(end, start + 1), rows)
        yield start, end
        start = end


def signs_of(stated: pa.Array, machine: Machine) -> tuple[Any, Any]:
    """The signs of what is stated, and those behind words that merely name it (``squeezed.signs_in``)."""
    forms = _squeezed(pa.concat_arrays([_NAMES, _plain_form(stated)]), machine)
    named = np.zeros(len(stated), np.int64) if machine.arrays else [0] * len(stated)
    machine.tell_signs(forms, len(_NAMES), named)
    return forms.signs[len(_NAMES) :], named


def signs_of_all(texts: pa.Array) -> npt.NDArray[np.int64]:
    """The signs of very many references, as they stand."""
    signs = np.empty(len(texts), np.int64)
    _compiled().count_signs(*bytes_of(texts), signs)
    return signs


def _choose(
    texts: pa.Array, firsts: npt.NDArray[np.int64], choice: npt.NDArray[np.int64], how: npt.NDArray[np.int8],
    machine: Machine,
) -> None:  # fmt: skip
    forms = _squeezed(texts, machine)
    machine.choose(forms, len(_NAMES), firsts if machine.arrays else firsts.tolist(), choice, how)


def _squeezed(texts: pa.Array, machine: Machine) -> Texts:
    forms = _forms(texts) if machine.arrays else _as_lists(_forms(texts))
    machine.squeeze(forms)
    return forms


# --- texts


def _plain_form(texts: pa.Array) -> pa.Array:
    """Texts in capitals, without blanks at their ends; further signs that are neither letters nor digits as blanks."""
    texts = pc.fill_null(texts.cast(pa.string()), "")
    if not pc.all(pc.string_is_ascii(texts)).as_py():
        texts = pc.utf8_upper(pc.utf8_normalize(texts, "NFKC"))
        texts = pc.replace_substring_regex(texts, r"[^\pL\pM\pN\x00-\x7F]", " ")
    return pc.ascii_trim_whitespace(pc.ascii_upper(texts))


def _forms(texts: pa.Array) -> Texts:
    """The texts as they are written, and room for what is left of them to compare."""
    raw, starts = _bytes_of(texts)
    rows, size = len(texts), len(raw)
    text, marks = np.zeros(size, np.uint8), np.zeros(size, np.uint8)
    return Texts(raw, starts, text, marks, *(np.zeros(rows + more, np.int64) for more in (1, 0, 0)))


def _as_lists(forms: Texts) -> Texts:
    """The same as bytes and lists, which the plain way goes through faster."""
    return Texts(*(bytearray(one) if one.dtype == np.uint8 else one.tolist() for one in forms))


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
def _compiled() -> Machine:
    from mappings.formats.compiled import compiled  # numba takes half a second to import

    return Machine(True, *(compiled(one, _FAMILY) for one in _PLAIN[1:]))
