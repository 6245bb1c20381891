"""Open this when a partner's reason is proposed with the wrong meaning: words of reasons in many languages."""

import re
from functools import cache

from mappings.propose.header_words import folded, resource


@cache
def _phrases() -> tuple[re.Pattern[str], dict[str, str]]:
    """One pattern of all phrases of reasons.yaml, folded, the longest first; and our code of each."""
    code_of = {_plain(phrase): code for code, phrases in resource("reasons.yaml").items() for phrase in phrases}
    written = sorted(code_of, key=lambda phrase: (-len(phrase), phrase))
    # A short word stands alone; a longer one may go on, as words do that are declined.
    tried = "|".join(phrase if len(phrase) >= 5 else f"{phrase}(?![a-z])" for phrase in written)
    return re.compile(f"(?<![a-z])(?:{tried})"), code_of


def reasons_meant(text: str) -> tuple[str, ...]:
    """Our codes whose words stand in this text; a phrase inside a longer one that was found does not count.

    >>> reasons_meant("Transportschaden"), reasons_meant("UEB"), reasons_meant("Fel vara levererad")
    (('damaged_in_transit',), (), ('wrong_goods',))
    """
    pattern, code_of = _phrases()
    return tuple(dict.fromkeys(code_of[phrase] for phrase in pattern.findall(_plain(text))))


def means_a_reason(text: str) -> bool:
    """Whether a text holds words of a return reason."""
    return bool(reasons_meant(text))


def _plain(text: str) -> str:
    return " ".join(re.findall(r"[a-z]+", folded(text)))
