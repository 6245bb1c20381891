"""Open this when a policy is refused for a code in it: which keys of a policy hold codes, and of which list.

A policy with a misspelt code would load, and its rule would never speak; so it is refused at the place of the code.
"""

from collections.abc import Iterator
from typing import Any

from mappings.code_lists import canonical
from mappings.marks import Loc, Marked, unknown_name
from schemas.findings import CATALOGUE

# By the way from the top of a policy, `*` standing for each entry of a list: the list of mappings/codes whose codes
# are the keys there, or the values where no keys are. `findings` are those of lines.
CODES: dict[str, str] = {
    "conditions": "conditions",
    "unplaced": "findings",
    "goods_stay": "dispositions",
    "credit.entitlement.reasons": "reasons",
    "credit.entitlement.allowance_reasons": "reasons",
    "credit.fees.restocking_reasons": "reasons",
    "credit.grades": "conditions",
    "authorisation.reasons": "reasons",
    "goods.routes.*.conditions": "conditions",
    "goods.routes.*.reasons": "reasons",
    "goods.claims.reasons": "reasons",
    "goods.claims.requested": "dispositions",
    "goods.claims.terms.*.excluded": "reasons",
    "goods.claims.remedies.*.reasons": "reasons",
    "goods.claims.remedies.*.requested": "dispositions",
}
_POLICY = "policy"


def codes_of(name: str) -> tuple[str, ...]:
    """The codes of a list that a policy can name, sorted."""
    known = (code for code in CATALOGUE if code.startswith("LINE-")) if name == "findings" else canonical(name)
    return tuple(sorted(known))


def ensure_codes(marked: Marked) -> None:
    """Every code in the ``policy:`` of this file exists. ConfigError shows the first that does not at its place."""
    for key, name in CODES.items():
        known = codes_of(name)
        for way, given in _found(marked.data.get(_POLICY), tuple(key.split(".")), (_POLICY,)):
            for place, code in _stated(given):
                if code not in known:
                    told = unknown_name(code, known, name.removesuffix("s"))
                    raise marked.fault((*way, place), told, at_key=isinstance(given, dict))


def _found(data: Any, way: tuple[str, ...], above: Loc) -> Iterator[tuple[Loc, Any]]:
    """What stands at this way, as far as the file says anything there."""
    if not way:
        yield above, data
    elif way[0] == "*":
        for number, one in enumerate(data or ()):
            yield from _found(one, way[1:], (*above, number))
    elif isinstance(data, dict) and way[0] in data:
        yield from _found(data[way[0]], way[1:], (*above, way[0]))


def _stated(given: Any) -> Iterator[tuple[str | int, str]]:
    """Each code with its key, or its number in the list."""
    if isinstance(given, dict):
        yield from ((code, code) for code in given)
    else:
        yield from enumerate(given or ())
