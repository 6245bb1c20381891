"""Open this when a column's cells are judged wrongly: what the cells of a column say, without its header."""

import re
from collections import Counter
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field
from functools import cache
from itertools import pairwise

from mappings.code_lists import SHIPPED, lists_of
from mappings.functions.identifiers import check_digit_is_right, is_sscc
from mappings.propose.header_words import folded, word_list
from mappings.propose.reason_words import means_a_reason
from mappings.propose.written import Days, days_of, short_years

_JUDGED_MAX = 2000
_GTIN = re.compile(r"\d{8}|\d{12,14}")
_NUMBER = re.compile(r"[-+]?(?:[A-Z]{3} ?|[€£$] ?)?\d[\d.,'\u00a0 ]*-?(?: ?(?:[A-Z]{3}|[€£$%]|kr\.?|zł))?")
_FRACTION = re.compile(r".*[.,]\d*[1-9]\d*[^\d]*|.*[.,]\d{1,2}[^\d]*|.*[.,]\d{4,}[^\d]*")
_SCIENTIFIC = re.compile(r"\d[.,]?\d*[eE]\+?\d{1,2}")


@dataclass(frozen=True)
class Look:
    """A column's cells, counted: shares are of the cells that hold something."""

    rows: int
    filled: int
    cells: Counter[str] = field(repr=False)
    gtin: float
    sscc: float
    number: float
    fraction: float
    negative: float
    small: float
    currency: float
    units: float
    prose: float
    digits: float
    letters: float
    reasons: float
    yes_no: bool
    counts_up: bool
    scientific: float
    days: Days
    short_years: bool

    @property
    def distinct(self) -> int:
        """How many different cells there are."""
        return len(self.cells)

    @property
    def repeats(self) -> bool:
        """Whether the same few texts come again and again."""
        return self.filled > 2 and self.distinct <= max(1, self.filled * 0.7)

    @property
    def is_day(self) -> bool:
        """Whether nearly all cells are days."""
        return self.days.share >= 0.9

    @property
    def is_number(self) -> bool:
        """Whether nearly all cells are numbers, and no days."""
        return self.number >= 0.9 and not self.is_day

    @property
    def some(self) -> str:
        """Two or three of the cells, for a person."""
        return ", ".join(list(self.cells)[:3])

    def some_but(self, usual: Callable[[str], bool]) -> str:
        """Two or three of the cells that are not as they should be; any of them when all are."""
        return ", ".join([cell for cell in self.cells if not usual(cell)][:3]) or self.some


def look_at(column: Sequence[str]) -> Look:
    """What the cells of a column say."""
    cells = Counter(filter(None, column))
    filled = cells.total()
    judged = dict(list(cells.items())[:: max(1, len(cells) // _JUDGED_MAX)])
    weight = sum(judged.values()) or 1

    def share(fits: Collection[str]) -> float:
        return sum(judged[one] for one in fits) / weight

    return Look(
        len(column),
        filled,
        cells,
        gtin=share([one for one in judged if is_gtin(one)]),
        sscc=share([one for one in judged if is_sscc(re.sub(r"[\s()]|^\(?00\)?(?=\d{18}$)", "", one))]),
        number=share([one for one in judged if _NUMBER.fullmatch(one)]),
        fraction=share([one for one in judged if _NUMBER.fullmatch(one) and _FRACTION.fullmatch(one)]),
        negative=share([one for one in judged if re.fullmatch(r"-\s?\d.*|\d[\d.,]*-", one)]),
        small=share([one for one in judged if _is_small(one)]),
        currency=share([one for one in judged if one.upper() in word_list("currencies")]),
        units=share([one for one in judged if _is_unit(one)]),
        prose=share([one for one in judged if len(re.findall(r"[^\W\d_]{2,}", one)) >= 2]),
        digits=share([one for one in judged if any(letter.isdigit() for letter in one)]),
        letters=share([one for one in judged if any(letter.isalpha() for letter in one)]),
        reasons=share([one for one in judged if means_a_reason(one)]),
        yes_no=0 < len(cells) <= 2 and all(folded(one) in word_list("yes") | word_list("no") for one in cells),
        counts_up=_counts_up(column),
        scientific=share([one for one in judged if _SCIENTIFIC.fullmatch(one)]),
        days=_days(cells, judged),
        short_years=short_years(judged),
    )


def _days(cells: Collection[str], judged: Collection[str]) -> Days:
    """The days of all cells when some of them are days: one cell alone may settle their order."""
    days = days_of(judged)
    return days_of(cells) if days.share and len(judged) < len(cells) else days


def is_gtin(cell: str) -> bool:
    """Whether this is a GTIN: 8, 12, 13 or 14 digits with a right check digit."""
    return bool(_GTIN.fullmatch(cell)) and check_digit_is_right(cell) and int(cell) > 0


def as_number(cell: str, decimal: str) -> float | None:
    """The number a cell means, for comparing columns; None for no number."""
    plain = re.sub(r"[^\d.,-]", "", cell)
    if not any(letter.isdigit() for letter in plain):
        return None
    plain = plain.replace("." if decimal == "," else ",", "").replace(",", ".")
    sign = -1 if plain.startswith("-") or plain.endswith("-") else 1
    try:
        return sign * float(plain.strip("-"))
    except ValueError:
        return None


def _is_small(cell: str) -> bool:
    found = re.fullmatch(r"[-+]?(\d{1,5})(?:[.,]0+)?-?", cell)
    return found is not None and 0 < int(found[1]) <= 20_000


def _counts_up(column: Sequence[str]) -> bool:
    """Whether the cells are 1, 2, 3 … or 10, 20, 30 … down the rows, beginning again here and there."""
    if len(column) < 3 or column[0] not in ("1", "10") or not all(cell.isdigit() for cell in column):
        return False
    numbers = [int(cell) for cell in column]
    step = numbers[0]
    pairs = list(pairwise(numbers))
    up = sum(1 for one, following in pairs if following == one + step)
    return all(following in (one + step, step) for one, following in pairs) and up * 2 >= len(pairs)


def _is_unit(cell: str) -> bool:
    return folded(cell).rstrip(".") in word_list("pieces") | word_list("packs") or cell.upper() in _known_units()


@cache
def _known_units() -> frozenset[str]:
    lists = lists_of(SHIPPED)
    return frozenset(code for name in lists if name.startswith("units/") for code in lists[name])
