"""Open this when an item is not treated as its flag says: which of the policy's patterns names which item."""

from collections.abc import Mapping
from fnmatch import fnmatchcase
from typing import Any

from schemas.authorisation import ItemFlag

Row = Mapping[str, Any]
_GTIN, _SHORTER = 14, (8, 12, 13)


def flag_of(row: Row, flags: tuple[ItemFlag, ...]) -> ItemFlag | None:
    """The first flag that names the row's ``gtin`` or ``vendor_item``."""
    return next((flag for flag in flags if names_one_of(row, flag.items)), None)


def names_one_of(row: Row, patterns: tuple[str, ...], columns: tuple[str, ...] = ("gtin", "vendor_item")) -> bool:
    """Whether a pattern fits one of these columns of the row; `*` stands for any characters."""
    names = [row[name] for name in columns if row[name]]
    return any(fnmatchcase(name, pattern) or name == in_full(pattern) for name in names for pattern in patterns)


def in_full(item: str) -> str:
    """A GTIN as it is printed, of 8, 12 or 13 digits, in the 14 that we keep; anything else as it is.

    >>> in_full("9521234000013"), in_full("036000291452"), in_full("VI-0013")
    ('09521234000013', '00036000291452', 'VI-0013')
    """
    return item.zfill(_GTIN) if item.isdigit() and len(item) in _SHORTER else item
