"""Open this when two columns are mixed up in a proposal: all columns of a table, weighed against each other.

Columns and fields are matched jointly, so that the sum of evidence is greatest; then whatever is close, contradicted or
weak becomes a question. A field is proposed only when nothing else is nearly as good.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

import networkx as nx

from mappings.propose.content import Look
from mappings.propose.evidence import Candidate, candidates
from mappings.propose.header_words import Reading, languages_of, readings
from mappings.propose.meanings import ASIDE, label, meanings
from mappings.propose.products import by_product

Verdict = Literal["sure", "likely", "asked", "aside", "yours"]
SURE, LIKELY, CONSIDERED = 75, 55, 25
_CLOSE, _AMBIGUOUS = 20, 15
NOTHING = "nothing"


@dataclass(frozen=True)
class Column:
    """A column with what is proposed for it. ``field`` is None when it is asked about, or not read."""

    name: str
    look: Look
    field: str | None
    verdict: Verdict
    why: str
    candidates: tuple[Candidate, ...] = ()

    @property
    def choices(self) -> tuple[str, ...]:
        """The fields that may be meant, the likeliest first."""
        return tuple(one.field for one in self.candidates if one.points > 0 or one.against)


@dataclass
class _Board:
    """What is known while the columns are weighed."""

    names: Sequence[str]
    looks: Sequence[Look]
    found: list[list[Candidate]]
    taken: dict[int, Candidate] = field(default_factory=dict)
    asked: dict[int, str] = field(default_factory=dict)
    lost: dict[int, str] = field(default_factory=dict)  # what another column is by an answer


def columns_of(
    kind: str, names: Sequence[str], looks: Sequence[Look], rows: Sequence[Sequence[str]], decimal: str,
    *, headless: bool = False, answers: Mapping[str, str] | None = None,
) -> list[Column]:  # fmt: skip
    """Each column of a table with the field proposed for it, how sure that is, and why."""
    table, languages = meanings(kind), languages_of(() if headless else names)
    answers = answers or {}
    found = [
        candidates(None if headless else name, look, languages, table) for name, look in zip(names, looks, strict=True)
    ]
    found = by_product(found, looks, rows, decimal)
    settled = {column: answers[name] for column, name in enumerate(names) if name in answers}
    board = _Board(names, looks, [])
    for column, many in enumerate(found):
        still = [] if column in settled else [one for one in many if one.field not in settled.values()]
        board.found.append(still)
        if many and (not still or still[0].points < LIKELY) and many[0] not in still:
            board.lost[column] = many[0].field
    board.taken = _matched(board.found)
    _ask_what_is_close(board)
    _ask_plain_quantity(board, languages)
    _ask_net_and_gross(board, languages)
    return [_column(board, column, settled) for column in range(len(names))]


def _matched(found: Sequence[Sequence[Candidate]]) -> dict[int, Candidate]:
    """For each column the candidate that it gets when the points of all together are most."""
    graph: nx.Graph[tuple[str, int]] = nx.Graph()
    for column, many in enumerate(found):
        for one in many:
            if one.points >= CONSIDERED:
                at = (one.field, column) if one.field.startswith(ASIDE) else (one.field, -1)
                graph.add_edge(("column", column), at, weight=one.points)
    pairs: set[tuple[tuple[str, int], tuple[str, int]]] = nx.max_weight_matching(graph)
    taken: dict[int, Candidate] = {}
    for pair in pairs:
        (_, column), (name, _) = pair if pair[0][0] == "column" else (pair[1], pair[0])
        taken[column] = next(one for one in found[column] if one.field == name)
    return dict(sorted(taken.items()))


def _ask_what_is_close(board: _Board) -> None:
    """Columns whose field another column may be, or that may be another field."""
    for column, own in board.taken.items():
        rivals = [other for other in range(len(board.names)) if other != column and _rivals(board, column, other)]
        if rivals and not own.field.startswith(ASIDE):
            named = ", ".join(f"`{board.names[other]}`" for other in rivals)
            board.asked.setdefault(column, f"{label(own.field)} may also be {named}")
            for other in rivals:
                board.asked.setdefault(other, f"{label(own.field)} may also be `{board.names[column]}`")
        others = [one for one in board.found[column] if one is not own and _is_open(board, column, own, one)]
        if others:
            board.asked.setdefault(column, f"this can be {_listed([own, *others])}")


def _rivals(board: _Board, column: int, other: int) -> bool:
    """Whether the other column could have this column's field nearly as well, and has nothing better."""
    own = board.taken[column]
    wish = next((one for one in board.found[other] if one.field == own.field), None)
    if wish is None or wish.points < LIKELY - _AMBIGUOUS or own.points - wish.points >= _CLOSE:
        return False
    has = board.taken.get(other)
    if has is not None and has is not wish and has.points >= wish.points and not _has_choice(board.found[column], own):
        return False  # it can as well be something else, which this column cannot
    return has is None or has.points < wish.points + _AMBIGUOUS


def _has_choice(many: Sequence[Candidate], own: Candidate) -> bool:
    return any(one is not own and one.points >= own.points - _AMBIGUOUS for one in many)


def _is_open(board: _Board, column: int, own: Candidate, one: Candidate) -> bool:
    """Whether a column may as well be this other field, which no column has a better right to."""
    if one.points < own.points - _AMBIGUOUS:
        return False
    holder = next((at for at, has in board.taken.items() if has.field == one.field and at != column), None)
    return holder is None or one.field.startswith(ASIDE) or board.taken[holder].points < one.points + _AMBIGUOUS


def _ask_plain_quantity(board: _Board, languages: Sequence[str]) -> None:
    """A plain `Antal` beside ordered or delivered units is asked about, unless it is never more than they are."""
    own = next((at for at, one in board.taken.items() if one.field == "quantity"), None)
    wholes = [
        at
        for at, one in board.taken.items()
        if one.field in {f"{ASIDE}{what} quantity" for what in ("ordered", "delivered", "sold", "expected", "received")}
    ]
    plain = Reading(frozenset({"QUANTITY"})).means
    if own is None or not wholes or all(one.means != plain for one in readings(board.names[own], languages)):
        return
    named = ", ".join(f"`{board.names[at]}`" for at in wholes)
    board.asked.setdefault(own, f"it does not say which quantity, and there is {named} too")


def _ask_net_and_gross(board: _Board, languages: Sequence[str]) -> None:
    """Of two prices of which one is with tax, a person says which one was invoiced."""
    price = next((at for at, one in board.taken.items() if one.field == "unit_price"), None)
    gross = [
        at
        for at, name in enumerate(board.names)
        if at != price
        and any({"GROSS", "PRICE"} <= one.means and "RETAIL" not in one.means for one in readings(name, languages))
    ]
    if price is not None and gross:
        board.asked.setdefault(price, f"`{board.names[gross[0]]}` is a price too: which one was invoiced?")


def _is_gross(reading: Reading) -> bool:
    return reading.means >= {"GROSS", "PRICE"} and "RETAIL" not in reading.means


def _column(board: _Board, column: int, settled: Mapping[int, str]) -> Column:
    name, look, many = board.names[column], board.looks[column], tuple(board.found[column])
    if column in settled:
        chosen = settled[column]
        return Column(name, look, None if chosen == NOTHING else chosen, "yours", "you said so", many)
    own = board.taken.get(column)
    unsettled = Column(name, look, None, "asked", "", _ranked(many, own))
    if column in board.asked:
        return replace(unsettled, why=board.asked[column])
    if column in board.lost:
        return Column(name, look, None, "aside", f"{label(board.lost[column])} is another column, as you said", many)
    against = [one for one in many if one.against and one.points + 60 >= LIKELY]
    if own is None or own.points < LIKELY:
        return _weak(unsettled, own, against)
    if against and not _settled_by_cells(own, against):
        return replace(unsettled, why=f"{against[0].reasons[0]}, but {against[0].against[0]}")
    why = ", ".join(own.reasons)
    if own.field.startswith(ASIDE):
        return Column(name, look, None, "aside", f"{own.field.removeprefix(ASIDE)}: not read", many)
    return Column(name, look, own.field, "sure" if own.points >= SURE else "likely", why, many)


def _ranked(many: tuple[Candidate, ...], own: Candidate | None) -> tuple[Candidate, ...]:
    return many if own is None else (own, *(one for one in many if one is not own))


def _weak(column: Column, own: Candidate | None, against: Sequence[Candidate]) -> Column:
    """A column of which little is known: asked about, unless it is empty."""
    if against:
        return replace(column, why=f"{against[0].reasons[0]}, but {against[0].against[0]}")
    if own is not None:
        return replace(column, why=f"weak: {', '.join(own.reasons)}")
    if not column.look.filled:
        return replace(column, verdict="aside", why="no row has anything in it")
    return replace(column, why="neither header nor cells say what it is")


def _settled_by_cells(own: Candidate, against: Sequence[Candidate]) -> bool:
    """Whether a header that can mean several fields means this one, because the cells exclude the others."""
    by_header = own.reasons[:1] and own.reasons[0].startswith("header")
    return bool(by_header) and all(one.reasons[:1] and one.reasons[0].startswith("header") for one in against)


def _listed(many: Sequence[Candidate]) -> str:
    return " or ".join(dict.fromkeys(label(one.field) for one in many))
