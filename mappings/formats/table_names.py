"""Open this when a column of a table is not called what you expect: the names that header rows give."""

from collections.abc import Sequence

BETWEEN = " / "


def joined(rows: Sequence[Sequence[str]]) -> list[str]:
    """The header rows under each other as one: ``Menge`` over ``Stück`` is ``Menge / Stück``.

    A cell of an upper row reaches over the empty ones to its right as long as these have a name below them, as a
    merged cell does.
    """
    names = list(rows[-1])
    for upper in reversed(rows[:-1]):
        names = _over(upper, names)
    return names


def _over(upper: Sequence[str], lower: Sequence[str]) -> list[str]:
    width = max(len(upper), len(lower))
    above = [cell.strip() for cell in [*upper, *[""] * (width - len(upper))]]
    below = [cell.strip() for cell in [*lower, *[""] * (width - len(lower))]]
    reaching, found = "", []
    for one, other in zip(above, below, strict=True):
        reaching = (one if one else reaching) if other else ""
        found.append(BETWEEN.join(filter(None, (reaching or one, other))))
    return found


def names_of(cells: Sequence[str]) -> tuple[str, ...]:
    """Column names without blanks around them and line breaks in them; empty ones at the end are none."""
    names = [cell.strip() if "\n" not in cell and "\r" not in cell else " ".join(cell.split()) for cell in cells]
    while names and not names[-1]:
        names.pop()
    return tuple(names)
