"""Open this when you ask which sales can change places without loss: the parts of a group that hang together.

In a best placement a unit of a claim may move from one sale to another without loss exactly when the move is *tight*
(what it costs in evidence is what the room on the other sale saves) and other tight moves lead back. Sales that tight
moves connect both ways are a part; what cannot move within its part cannot move at all, and where all sales of a part
have one value there is no doubt. Parts are found in one walk (Tarjan's strongly connected components). "Left over", the
room on sales that are not full, is a place of its own: it is behind the last sale.

These functions keep to what can be turned into machine code.
"""

from typing import Any, NamedTuple

from pipelines.steps.split.desk import NONE, Desk, after, is_less


class Parts(NamedTuple):
    """Room for the parts of the largest group.

    Of each sale (by its place): its weight, in numbers like ``Desk.costs``; its part; what the walk needs.
    """

    cost: Any
    part: Any
    number: Any
    low: Any
    waiting: Any
    stack: Any
    path: Any
    option: Any
    goal: Any
    asked: Any


def find_parts(start: int, lines: int, desk: Desk, parts: Parts, words: int) -> None:
    """Number the parts of the group on the desk."""
    weigh(start, lines, desk, parts, words)
    for place in range(lines + 1):
        parts.number[place] = parts.waiting[place] = 0
        parts.part[place] = NONE
    counted = 0
    for root in range(lines):
        if desk.head[root] != NONE and parts.number[root] == 0:
            counted = walk_from(root, start, lines, counted, desk, parts, words)


def weigh(start: int, lines: int, desk: Desk, parts: Parts, words: int) -> None:
    """Weigh each sale so that no move gains: what a move costs and what its goal weighs is never less than its origin.

    Such weights exist since no circle of moves gains (potentials of Bellman and Ford).
    """
    for at in range((lines + 1) * words):
        parts.cost[at] = 0
    changed = True
    while changed:
        changed = False
        for place in range(lines):
            option = desk.head[place]
            used = False
            while option != NONE:
                if desk.units[option] > 0:
                    used = True
                    changed = weigh_moves(option, start, desk, parts, words) or changed
                option = after(desk, option)
            if used:
                changed = lighten(lines, place, parts, words) or changed
        for place in range(lines):
            if desk.free[place] > 0:
                changed = lighten(place, lines, parts, words) or changed


def weigh_moves(option: int, start: int, desk: Desk, parts: Parts, words: int) -> bool:
    """Whether a move of this option's units makes their sale lighter."""
    other, place, changed = desk.claim[option], desk.sale[option], False
    here = desk.number[option] * words
    for its in range(desk.first[other - start], desk.first[other - start + 1]):
        there, goes = desk.sale[its] * words, desk.number[its] * words
        for word in range(words):
            desk.trial[word] = parts.cost[there + word] + desk.costs[goes + word] - desk.costs[here + word]
        if is_less(desk.trial, 0, parts.cost, place * words, words):
            for word in range(words):
                parts.cost[place * words + word] = desk.trial[word]
            changed = True
    return changed


def lighten(place: int, other: int, parts: Parts, words: int) -> bool:
    """Whether a place weighs more than another; then it weighs as much."""
    if not is_less(parts.cost, other * words, parts.cost, place * words, words):
        return False
    for word in range(words):
        parts.cost[place * words + word] = parts.cost[other * words + word]
    return True


def walk_from(root: int, start: int, lines: int, counted: int, desk: Desk, parts: Parts, words: int) -> int:
    """Number everything that tight moves lead to from here; answers how many places are numbered."""
    deep, stacked = 0, 0
    counted = enter(root, lines, deep, stacked, counted, desk, parts, start)
    deep = stacked = 1
    while deep > 0:
        place = parts.path[deep - 1]
        goal = next_goal(place, start, lines, desk, parts, words)
        if goal == NONE:
            deep -= 1
            if parts.low[place] == parts.number[place]:
                found = NONE
                while found != place:
                    stacked -= 1
                    found = parts.stack[stacked]
                    parts.waiting[found] = 0
                    parts.part[found] = place
            if deep > 0:
                before = parts.path[deep - 1]
                parts.low[before] = min(parts.low[before], parts.low[place])
        elif parts.number[goal] == 0:
            counted = enter(goal, lines, deep, stacked, counted, desk, parts, start)
            deep, stacked = deep + 1, stacked + 1
        elif parts.waiting[goal]:
            parts.low[place] = min(parts.low[place], parts.number[goal])
    return counted


def enter(place: int, lines: int, deep: int, stacked: int, counted: int, desk: Desk, parts: Parts, start: int) -> int:
    """Begin with a place; answers how many are numbered."""
    parts.path[deep] = parts.stack[stacked] = place
    parts.number[place] = parts.low[place] = counted + 1
    parts.waiting[place] = 1
    parts.asked[place] = 0
    if place == lines:
        parts.option[place] = NONE
        parts.goal[place] = 0
    else:
        parts.option[place] = desk.head[place]
        parts.goal[place] = first_goal(desk.head[place], start, desk)
    return counted + 1


def first_goal(option: int, start: int, desk: Desk) -> int:
    """The first option of the claim of this one."""
    return 0 if option == NONE else desk.first[desk.claim[option] - start]


def next_goal(place: int, start: int, lines: int, desk: Desk, parts: Parts, words: int) -> int:
    """The next place to which a unit can go from here by a tight move, or -1."""
    if place == lines:
        return next_used(lines, desk, parts, words)
    if not parts.asked[place]:
        parts.asked[place] = 1
        if desk.free[place] > 0 and is_same(parts.cost, place * words, lines * words, words):
            return lines
    while parts.option[place] != NONE:
        option = parts.option[place]
        if desk.units[option] > 0:
            end = desk.first[desk.claim[option] - start + 1]
            while parts.goal[place] < end:
                its = parts.goal[place]
                parts.goal[place] += 1
                if its != option and is_tight(option, its, desk, parts, words):
                    return desk.sale[its]  # type: ignore[no-any-return]
        parts.option[place] = after(desk, option)
        parts.goal[place] = first_goal(parts.option[place], start, desk)
    return NONE


def next_used(lines: int, desk: Desk, parts: Parts, words: int) -> int:
    """The next sale that units stand on and that would be as well without one: some other room could be used."""
    while parts.goal[lines] < lines:
        place = parts.goal[lines]
        parts.goal[lines] += 1
        if is_used(place, desk) and is_same(parts.cost, place * words, lines * words, words):
            return place  # type: ignore[no-any-return]
    return NONE


def is_used(place: int, desk: Desk) -> bool:
    """Whether units stand on the sale."""
    option = desk.head[place]
    while option != NONE:
        if desk.units[option] > 0:
            return True
        option = after(desk, option)
    return False


def is_tight(option: int, its: int, desk: Desk, parts: Parts, words: int) -> bool:
    """Whether a unit goes from one option to another of its claim without loss, the room it gives and takes counted."""
    here, there = desk.sale[option], desk.sale[its]
    for word in range(words):
        stays = desk.costs[desk.number[option] * words + word] + parts.cost[here * words + word]
        goes = desk.costs[desk.number[its] * words + word] + parts.cost[there * words + word]
        if stays != goes:
            return False
    return True


def is_same(costs: Any, at: int, there: int, words: int) -> bool:
    """Whether two costs are the same."""
    for word in range(words):
        if costs[at + word] != costs[there + word]:
            return False
    return True


def is_nothing(costs: Any, at: int, words: int) -> bool:
    """Whether a cost is nothing."""
    for word in range(words):
        if costs[at + word] != 0:
            return False
    return True
