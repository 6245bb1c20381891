"""The header sets, and how a proposal fares on each: columns right, asked, or wrong."""

from collections import Counter
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from mappings.propose.grid import grid_of
from mappings.propose.tables import TableProposal, proposed_table

_KINDS = {"retailer": "notice", "warehouse": "receipt", "erp": "sales"}
_HERE = Path(__file__).parent


def with_check_digit(digits: str) -> str:
    """The digits with their GS1 check digit behind them."""
    weighted = sum(int(digit) * (1 if place % 2 else 3) for place, digit in enumerate(reversed(digits)))
    return digits + str(-weighted % 10)


_NUMBERS = {
    **{f"g{n}": with_check_digit(f"95212340{n:04d}") for n in range(1, 13)},
    **{f"c{n}": with_check_digit(f"09520000000{n:06d}") for n in range(1, 10)},
    **{f"l{n}": with_check_digit(f"9520000{n:05d}") for n in range(1, 10)},
    **{f"u{n}": with_check_digit(f"0952000{n:04d}") for n in range(1, 10)},
}


@dataclass(frozen=True)
class HeaderSet:
    """A table with what each of its columns truly is."""

    name: str
    role: str
    truth: tuple[str, ...]
    text: str
    encoding: str

    @property
    def data(self) -> bytes:
        return self.text.encode(self.encoding)

    def proposal(self, **answers: str) -> TableProposal:
        return proposed_table(_KINDS[self.role], grid_of(f"{self.name}.csv", self.data), answers)


@cache
def header_sets(*files: str) -> tuple[HeaderSet, ...]:
    """The sets of these files beside this one."""
    found: dict[str, Any] = {}
    for name in files:
        found |= yaml.safe_load((_HERE / name).read_text("utf-8"))
    return tuple(
        HeaderSet(name, one["role"], tuple(one["truth"]), _filled(one["text"]), one.get("encoding", "utf-8"))
        for name, one in found.items()
    )


def _filled(text: str) -> str:
    for key, number in _NUMBERS.items():
        text = text.replace(f"{{{key}}}", number)
    return text


def graded(one: HeaderSet) -> list[tuple[str, str, str]]:
    """For each column its name, `right`, `asked` or `wrong`, and what was proposed."""
    columns = one.proposal().columns
    assert len(columns) == len(one.truth), [column.name for column in columns]
    return [
        (column.name, _grade(truth, column.field, column.verdict), f"{column.field} {column.verdict}: {column.why}")
        for column, truth in zip(columns, one.truth, strict=True)
    ]


def _grade(truth: str, field: str | None, verdict: str) -> str:
    if verdict == "asked":
        return "right" if truth.startswith("!") else "asked"
    return "right" if (field or "-") == truth else "wrong"


def counts(sets: tuple[HeaderSet, ...]) -> Counter[str]:
    """How many columns of all sets are right, asked and wrong."""
    return Counter(grade for one in sets for _, grade, _ in graded(one))


if __name__ == "__main__":
    import sys

    for header_set in header_sets(*sys.argv[1:]):
        for column_name, grade, told in graded(header_set):
            if grade != "right":
                print(f"{header_set.name:20} {grade:6} {column_name:24} {told}")
    print(counts(header_sets(*sys.argv[1:])))
