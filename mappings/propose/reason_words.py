"""Open this when a partner's reason is proposed with the wrong meaning: words of reasons in many languages."""

import re
from functools import cache

from mappings.propose.header_words import folded, resource


@cache
def _phrases() -> tuple[tuple[str, str], ...]:
    """Each phrase of reasons.yaml, folded, with our code; the longest first."""
    pairs = [(_plain(phrase), code) for code, phrases in resource("reasons.yaml").items() for phrase in phrases]
    return tuple(sorted(pairs, key=lambda pair: (-len(pair[0]), pair)))


def reasons_meant(text: str) -> tuple[str, ...]:
    """Our codes whose words stand in this text; a phrase inside a longer one that was found does not count.

    >>> reasons_meant("Transportschaden"), reasons_meant("UEB"), reasons_meant("Fel vara levererad")
    (('damaged_in_transit',), (), ('wrong_goods',))
    """
    rest, found = f" {_plain(text)} ", []
    for phrase, code in _phrases():
        pattern = rf"(?<![a-z]){re.escape(phrase)}" + ("" if len(phrase) >= 5 else "(?![a-z])")
        if re.search(pattern, rest):
            rest = re.sub(pattern, " # ", rest)
            found.append(code)
    return tuple(dict.fromkeys(found))


def means_a_reason(text: str) -> bool:
    """Whether a text holds words of a return reason."""
    return bool(reasons_meant(text))


def _plain(text: str) -> str:
    return " ".join(re.findall(r"[a-z]+", folded(text)))
