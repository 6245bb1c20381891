"""Open this when ``map lint`` says that a mapping repeats its standard: what the partner need not say."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from mappings.catalog import STANDARDS
from mappings.marks import Loc, Marked, read


def told_twice(path: Path, standards: Path = STANDARDS) -> Iterator[str]:
    """Keys of a mapping that say what the standard it extends says anyway, each at its place."""
    own = read(path)
    extended = own.data.get("extends")
    if extended is None:
        return
    standard = read(standards / f"{extended}.yaml")
    for loc in _same(own, standard):
        mark = own.keys[loc]
        message = (
            f"{extended} says the same. Next: take it away, so that the standard's own changes reach this partner."
        )
        yield str(mark.fault(".".join(map(str, loc)), message))


def _same(own: Marked, standard: Marked) -> Iterator[Loc]:
    """Sections' keys with the same value on both sides."""
    for section, value in own.data.items():
        shipped = standard.data.get(section)
        if isinstance(value, dict) and isinstance(shipped, dict):
            for key, inner in value.items():
                if key in shipped and _plain(inner) == _plain(shipped[key]):
                    yield (section, key)
        elif section in standard.data and _plain(value) == _plain(shipped):
            yield (section,)


def _plain(value: Any) -> Any:
    """The value in one form: a list of one text is the text."""
    if isinstance(value, dict):
        return {key: _plain(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return _plain(value[0]) if len(value) == 1 else [_plain(one) for one in value]
    return value
