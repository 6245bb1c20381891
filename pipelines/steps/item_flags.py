"""Open this when an item is not treated as its flag says: which of the policy's patterns names which item."""

from collections.abc import Mapping
from fnmatch import fnmatchcase
from typing import Any

from schemas.authorisation import ItemFlag

Row = Mapping[str, Any]


def flag_of(row: Row, flags: tuple[ItemFlag, ...]) -> ItemFlag | None:
    """The first flag that names the row's ``gtin`` or ``vendor_item``."""
    return next((flag for flag in flags if names_one_of(row, flag.items)), None)


def names_one_of(row: Row, patterns: tuple[str, ...], columns: tuple[str, ...] = ("gtin", "vendor_item")) -> bool:
    """Whether a pattern fits one of these columns of the row; `*` stands for any characters."""
    names = [row[name] for name in columns if row[name]]
    return any(fnmatchcase(name, pattern) for name in names for pattern in patterns)
