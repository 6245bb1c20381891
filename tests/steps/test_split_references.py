"""Repairs: a stated reference that does not exist leads to the one that was meant, or to none."""

import ast
from collections.abc import Callable
from importlib.resources import files
from random import Random

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from pipelines.steps.split import repairs, resemblance
from pipelines.steps.split.repairs import KINDS, in_words, repair

KNOWN = ["4500123", "4571890", "WR-77001", "0012345678", "AB12CD34", "66000-0042", "66000-0043"]
LONG = "4500123-WAREHOUSE-NORTH-7"

# What is stated, with its store; what exists; what was meant; the kind of error.
ONE_ERROR = [
    ("WR-77001", None, KNOWN, "WR-77001", "same"),  # an invoice number where an order belongs
    ("wr77001", None, KNOWN, "WR-77001", "form"),
    (" WR 77001 ", None, KNOWN, "WR-77001", "form"),
    ("45 00 123", None, KNOWN, "4500123", "form"),
    ("4500.123", None, KNOWN, "4500123", "form"),
    ("4-2", None, ["42"], "42", "form"),  # short, but the same
    ("0004500123", None, KNOWN, "4500123", "zeros"),
    ("12345678", None, KNOWN, "0012345678", "zeros"),
    ("WR-077001", None, KNOWN, "WR-77001", "zeros"),
    ("66000-42", None, KNOWN, "66000-0042", "zeros"),
    ("45O0I23", None, KNOWN, "4500123", "looks"),
    ("45oo123", None, KNOWN, "4500123", "looks"),
    ("45OOl23", None, KNOWN, "4500123", "looks"),
    ("AB12C034", None, ["AB12CO34"], "AB12CO34", "looks"),
    ("4S7I890", None, KNOWN, "4571890", "looks"),
    ("457189O", None, KNOWN, "4571890", "looks"),
    ("45718B01", None, ["4571880L"], "4571880L", "looks"),
    ("OO45OO123", None, KNOWN, "4500123", "looks"),
    ("4500123-0042", "42", KNOWN, "4500123", "store_added"),
    ("45001230042", "0042", KNOWN, "4500123", "store_added"),
    ("4500123 / 42", "0042", KNOWN, "4500123", "store_added"),
    ("0042/4500123", "42", KNOWN, "4500123", "store_added"),
    ("4500123-NYC1", "nyc1", KNOWN, "4500123", "store_added"),
    ("66000", "42", KNOWN, "66000-0042", "store_missing"),
    ("66000", "0043", KNOWN, "66000-0043", "store_missing"),
    ("66000", "43", ["66000-42", "66000-43"], "66000-43", "store_missing"),  # before any suffix
    ("66000", "42", ["0042-66000"], "0042-66000", "store_missing"),
    ("PO4500123", None, KNOWN, "4500123", "words_added"),
    ("PO# 4500123", None, KNOWN, "4500123", "words_added"),
    ("PO 0004500123", None, KNOWN, "4500123", "words_added"),
    ("EKB-4500123", None, KNOWN, "4500123", "words_added"),
    ("Best.-Nr. 4500123", None, KNOWN, "4500123", "words_added"),
    ("our order no. WR 77001", None, KNOWN, "WR-77001", "words_added"),
    ("4500123/1", None, KNOWN, "4500123", "words_added"),
    ("4500123A", None, KNOWN, "4500123", "words_added"),
    ("PO-4500123 REV 2", None, KNOWN, "4500123", "words_added"),
    ("PO 66000-1", None, ["66000", "66000-1"], "66000-1", "words_added"),  # not 66000 with a revision
    ("PO 4512", None, ["4512"], "4512", "words_added"),
    ("77001", None, KNOWN, "WR-77001", "words_missing"),
    ("order 77001", None, KNOWN, "WR-77001", "words_missing"),
    ("4500123", None, ["4500123-A"], "4500123-A", "words_missing"),
    ("4500123", None, ["PO4500123/1"], "PO4500123/1", "words_missing"),
    ("our order 4500123 of Nov. 3, see note", None, KNOWN, "4500123", "text"),
    ("4500123-0042", None, KNOWN, "4500123", "text"),  # no revision has four digits
    ("4500123 as agreed with you", None, KNOWN, "4500123", "text"),
    ("12 of 45001 as seen", None, ["45001"], "45001", "text"),
    ("3.11.2025 wr-77001 12 pcs", None, KNOWN, "WR-77001", "text"),
    ("PO4500123 dated 3.11.", None, KNOWN, "4500123", "text"),
    ("order 66000-0042 of 3.11.", None, ["66000", "66000-0042"], "66000-0042", "text"),  # the longer one
    (LONG[:22], None, [LONG], LONG, "cut"),
    ("PURCHASE ORDER 4500123", None, ["45001234567"], "45001234567", "cut"),
    (LONG, None, [LONG[:22]], LONG[:22], "cut"),
    ("450012", None, ["45001234567"], "45001234567", "truncated"),
    ("234567", None, ["45001234567"], "45001234567", "truncated"),
    ("4501023", None, KNOWN, "4500123", "swapped"),
    ("PO 4501023", None, KNOWN, "4500123", "swapped"),
    ("0004501023", None, KNOWN, "4500123", "swapped"),
    ("4500128", None, KNOWN, "4500123", "wrong"),
    ("9500123", None, KNOWN, "4500123", "wrong"),
    ("0500123", None, KNOWN, "4500123", "wrong"),
    ("AB12CD3", None, KNOWN, "AB12CD34", "length"),
    ("450123", None, KNOWN, "4500123", "length"),
    ("500123", None, KNOWN, "4500123", "length"),
    ("45001233", None, KNOWN, "4500123", "length"),
    ("45500123", None, KNOWN, "4500123", "length"),
    ("４５００１２３", None, KNOWN, "4500123", "same"),  # the wide digits of East Asian keyboards
    ("№ 4500123", None, KNOWN, "4500123", "words_added"),
    ("4500–123", None, KNOWN, "4500123", "form"),
    ("köln-7001", None, ["KÖLN 7001"], "KÖLN 7001", "form"),
    ("KÜLN-7001", None, ["KÖLN-7001"], "KÖLN-7001", "wrong"),
    ("KOLN-7001", None, ["KÖLN-7001"], "KÖLN-7001", "wrong"),
    ("ÖKLN-7001", None, ["KÖLN-7001"], "KÖLN-7001", "swapped"),
    ("KLN-7001", None, ["KÖLN-7001"], "KÖLN-7001", "length"),
    ("KÖÖLN-7001", None, ["KÖLN-7001"], "KÖLN-7001", "length"),
]

NOTHING = [
    ("123", None, KNOWN),
    ("", None, KNOWN),
    ("--", None, ["--"]),
    ("9999999", None, KNOWN),
    ("0000000", None, ["4000000"]),  # nothing stated, in zeros
    ("4500128X", None, KNOWN),  # two errors at once
    ("455OO123", None, KNOWN),
    ("45001923", None, KNOWN),  # a character too much that is not doubled
    ("4500", None, KNOWN),  # too little of it is left
    ("45001", None, ["45001234567"]),
    ("0042", "42", ["42"]),  # shorter than four: the store may have come into the wrong field
    ("0042", None, ["0012"]),
    ("00124", None, ["124"]),
    ("124", None, ["123"]),
    ("PO 42", None, ["42"]),
    ("Ö12", None, ["Ö124"]),  # three characters, though four bytes
    ("Ö1Ä", None, ["WR-Ö1Ä"]),
    ("12-0034", None, ["1234"]),  # another number, not zeros in front of one
    ("returned Nov 2024", None, ["2024"]),  # four characters in a text are a year
    ("of 3.11.2024, see", None, ["2024"]),
    ("7F45001 AB3", None, ["45001"]),  # not a word of its own
    ("12 of 45001AB3", None, ["45001"]),
    ("4500WR7", None, ["4500WR"]),
    ("SUMMER SALE", None, ["SUMMER"]),  # words are no reference in a text
    ("LINEN", None, ["LINEN SALE"]),
    ("BOSS", None, ["8055"]),  # a word is not taken for digits
    ("OOOO", None, ["OOOOOO"]),
    ("66000", None, KNOWN),  # two stores
    ("66000", "44", KNOWN),
    ("424500123", "42", KNOWN),  # in front only as a word of its own
    ("45001237", "7", ["4500123"]),  # one digit of a store may be any slip
    ("77001", None, []),
    ("RMA-77001", None, ["INV-77001"]),  # other words mean another kind of number
]

SEVERAL = [
    ("WR77001", ["WR-77001", "WR 77001"]),
    ("004500123", ["4500123", "04500123"]),
    ("45OO123", ["4500123", "45O0123"]),
    ("4500123", ["A-4500123", "B-4500123"]),
    ("4500123", ["4500123-A", "PO-4500123"]),
    ("orders 4500123 and 4571890", ["4500123", "4571890"]),
    ("450012", ["45001234", "45001256"]),
    ("4500123", ["4500121", "4500122"]),
    ("4500120", ["4500123", "4500124"]),
    ("4500123", ["4500213", "4500124"]),  # one swapped, one wrong: both are typing errors
    ("4500123", ["45001234", "45001235"]),
    ("4500123", ["450123", "4500128"]),
]


def repaired(stated: str, store: str | None, known: list[str], compiled: bool = False) -> tuple[str, str] | None:
    """What one stated reference was repaired to, and the kind of error."""
    [found] = all_repaired([(stated, store, known)], compiled)
    return found


def all_repaired(
    rows: list[tuple[str, str | None, list[str]]], compiled: bool | None = False
) -> list[tuple[str, str] | None]:
    stated, stores = (pa.array([row[n] for row in rows], pa.string()) for n in (0, 1))
    candidates = [one for row in rows for one in row[2]]
    starts = np.cumsum([0, *(len(row[2]) for row in rows)])
    made = repair(stated, stores, starts, pa.array(candidates, pa.string()), compiled=compiled)
    assert (made.choice.dtype, made.how.dtype) == (np.int64, np.int8)
    assert ((made.choice < 0) == (made.how < 0)).all()
    assert ((made.choice < 0) | ((starts[:-1] <= made.choice) & (made.choice < starts[1:]))).all()
    kinds = list(KINDS)
    found = zip(made.choice.tolist(), made.how.tolist(), strict=True)
    return [None if at < 0 else (candidates[at], kinds[how]) for at, how in found]


@pytest.mark.parametrize(("stated", "store", "known", "meant", "kind"), ONE_ERROR)
def test_one_error_is_repaired(stated: str, store: str | None, known: list[str], meant: str, kind: str) -> None:
    assert repaired(stated, store, known) == (meant, kind)
    assert repaired(stated, store, known[::-1]) == (meant, kind)


@pytest.mark.parametrize(("stated", "store", "known"), NOTHING)
def test_what_resembles_too_little_is_not_repaired(stated: str, store: str | None, known: list[str]) -> None:
    assert repaired(stated, store, known) is None


@pytest.mark.parametrize(("stated", "known"), SEVERAL)
def test_a_repair_that_could_mean_several_is_none(stated: str, known: list[str]) -> None:
    assert repaired(stated, None, known) is None
    assert all(repaired(stated, None, [one]) for one in known)


def test_mere_form_comes_before_typing_errors() -> None:
    assert repaired("004500123", None, ["4500124", "4500123"]) == ("4500123", "zeros")
    assert repaired("PO 45OO123", None, ["4500123", "45OO123"]) == ("45OO123", "words_added")


def test_a_kind_that_finds_several_is_not_followed_by_another() -> None:
    assert repaired("0045OO123", None, ["45-OO123", "45OO-123", "4500123"]) is None


def test_a_large_batch_takes_the_same_way_as_its_rows() -> None:
    rows = [row[:3] for row in ONE_ERROR] + NOTHING + [(stated, None, known) for stated, known in SEVERAL]
    expected = [row[3:] for row in ONE_ERROR] + [None] * (len(NOTHING) + len(SEVERAL))
    assert all_repaired(rows) == expected
    assert all_repaired(rows, compiled=True) == expected
    assert all_repaired([], compiled=True) == []


def test_blocks_and_slices_of_columns_give_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    rows = [row[:3] for row in ONE_ERROR]
    expected = all_repaired(rows)
    monkeypatch.setattr(repairs, "_PAIRS_AT_ONCE", 9)
    assert all_repaired(rows) == expected
    starts = np.array([2, 3, 5])
    known, stated = (
        pa.array(["4500123", "x", "4500123", "4571890", "WR-77001", "y"]),
        pa.array(["-", "PO4500123", "77001"]),
    )
    made = repair(stated.slice(1), pa.nulls(3, pa.string()).slice(1), starts, known, compiled=True)
    assert made.choice.tolist() == [2, 4]


def test_a_person_reads_how() -> None:
    def words(kind: str, stated: str, found: str, store: str | None = None) -> str:
        how = np.array([list(KINDS).index(kind)], np.int8)
        return in_words(how, *(pa.array([one], pa.string()) for one in (stated, found, store)))[0].as_py()

    assert words("zeros", "0004500123", "4500123") == "'0004500123' read as 4500123: zeros in front"
    told = words("store_added", "4500123-42", "4500123", "0042")
    assert told == "'4500123-42' read as 4500123: the number of store 0042 taken off"
    assert words("text", "{our} 4500123", "4500123").startswith("'{our} 4500123' read as 4500123: ")


def test_the_kinds_stand_in_the_order_in_which_they_are_tried() -> None:
    assert [getattr(resemblance, name.upper()) for name in KINDS] == list(range(len(KINDS)))
    assert len(KINDS) == resemblance.NONE


def test_machine_code_is_made_anew_when_any_of_its_files_changes() -> None:
    for name in repairs._FAMILY:
        room, _, path = name.partition("/")
        tree = ast.parse((files(room) / f"{path}.py").read_text("utf-8"))
        taken = {node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom) and node.module}
        ours = {one.replace(".", "/") for one in taken if one.partition(".")[0] in ("schemas", "mappings", "pipelines")}
        assert ours <= set(repairs._FAMILY)


# --- any error


def parts(text: str) -> set[str]:
    return {text[at : at + 4] for at in range(len(text) - 3)}


@st.composite
def well_separated(draw: st.DrawFn) -> list[str]:
    """References without four neighbouring characters in common."""
    numbers = st.integers(100_000_000, 999_999_999).map(str)
    lettered = st.builds("{}-{}".format, st.sampled_from(["WR", "EK", "TN"]), st.integers(1_000_000, 9_999_999))
    kept: list[str] = []
    for one in draw(st.lists(numbers | lettered, min_size=1, max_size=8, unique=True)):
        if "0000" not in one and all(not parts(one) & parts(other) for other in kept):
            kept.append(one)
    assume(kept)
    return kept


def swapped(text: str, at: int) -> str:
    return text[:at] + text[at + 1] + text[at] + text[at + 2 :]


ERRORS: dict[str, Callable[[str, int], str]] = {
    "blanks": lambda text, at: f" {text[:at]} {text[at:].lower()}",
    "no separators": lambda text, at: text.replace("-", ""),
    "zeros": lambda text, at: "0" * (at + 1) + text,
    "looks": lambda text, at: text.replace("0", "O", 2).replace("1", "l", 2),
    "store": lambda text, at: f"{text}{'-' * (at % 2)}0042",
    "prefix": lambda text, at: f"Best.-Nr. {text}",
    "suffix": lambda text, at: f"{text}/{'A' if at % 2 else '1'}",
    "text": lambda text, at: f"12 pcs of {text}, 3.11. see note",
    "end cut off": lambda text, at: text[: max(7, at)],
    "beginning cut off": lambda text, at: text[min(len(text) - 7, at) :],
    "swapped": swapped,
    "wrong": lambda text, at: text[:at] + {"-": " ", "3": "X"}.get(text[at], "3") + text[at + 1 :],
    "missing": lambda text, at: text[:at] + text[at + 1 :],
    "doubled": lambda text, at: text[:at] + text[at] + text[at:],
}


@pytest.mark.parametrize("error", ERRORS)
@given(known=well_separated(), data=st.data())
def test_any_single_error_is_repaired(error: str, known: list[str], data: st.DataObject) -> None:
    meant = data.draw(st.sampled_from(known))
    stated = ERRORS[error](meant, data.draw(st.integers(0, len(meant) - 2)))
    found = repaired(stated, "42", known)
    assert found is not None
    assert found[0] == meant


@given(well_separated(), st.text("0123456789OILSB ABCX-/.é", max_size=40), st.sampled_from([None, "42", "9999"]))
def test_an_unrelated_text_is_never_repaired(known: list[str], stated: str, store: str | None) -> None:
    like = str.maketrans("OILSB", "01158")
    words = "".join(one for one in stated.upper() if one.isalnum()).translate(like)
    assume(not any(parts(words) & parts(one.translate(like).replace("-", "")) for one in known))
    assert repaired(stated, store, known) is None


@given(st.sets(st.integers(4500000, 4500300).map(str), min_size=1, max_size=30), st.data())
def test_a_repair_leads_only_to_what_exists_and_is_unique(names: set[str], data: st.DataObject) -> None:
    """Seven digits with one of them wrong: the repair is the only neighbour, or none where there are two."""
    meant = data.draw(st.sampled_from(sorted(names)))
    at = data.draw(st.integers(1, 6))
    stated = meant[:at] + data.draw(st.sampled_from("0123456789")) + meant[at + 1 :]
    assume(stated not in names)
    near = {name for name in names if sum(a != b for a, b in zip(name, stated, strict=True)) == 1}
    expected = near | {swapped(stated, at) for at in range(6)} & names
    found = repaired(stated, None, sorted(names))
    assert (found and found[0]) == (meant if expected == {meant} else None)


def rows_of_few_signs() -> st.SearchStrategy[list[tuple[str, str | None, list[str]]]]:
    """Texts that resemble each other in every way."""
    text = st.text("00142OAé -/", max_size=12) | st.sampled_from([*KNOWN, *(one[0] for one in ONE_ERROR)])
    plain = text.map(lambda one: one.strip().upper())
    return st.lists(st.tuples(text, st.none() | text, st.lists(plain, max_size=6, unique=True)), max_size=12)


@settings(max_examples=200, deadline=None)
@given(rows_of_few_signs())
def test_the_compiled_way_and_the_plain_one_give_the_same(rows: list[tuple[str, str | None, list[str]]]) -> None:
    assert all_repaired(rows, compiled=True) == all_repaired(rows)


@settings(max_examples=50, deadline=None)
@given(rows_of_few_signs(), st.randoms(use_true_random=False))
def test_the_order_of_rows_and_of_candidates_makes_no_difference(
    rows: list[tuple[str, str | None, list[str]]], random: Random
) -> None:
    one_by_one = [repaired(*row) for row in rows]
    assert all_repaired(rows) == one_by_one
    shuffled = [(*row[:2], random.sample(row[2], len(row[2]))) for row in rows]
    assert all_repaired(shuffled[::-1]) == one_by_one[::-1]
