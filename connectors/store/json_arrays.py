"""Open this when keys that go somewhere as one text come out changed: lists of texts as JSON, at once."""

import json
from collections.abc import Sequence

_ESCAPED = bytes([*range(32), 34, 92, 127])  # what JSON writes otherwise: controls, the quote, the backslash


def json_array(texts: Sequence[str]) -> str:
    """The JSON array of these texts without spaces, in ASCII; most often no text needs to be looked at by itself."""
    joined = '","'.join(texts)
    if joined.isascii():
        plain = len(joined.encode("ascii").translate(None, _ESCAPED))
        if plain == len(joined) - 2 * (len(texts) - 1):
            return f'["{joined}"]'
    return json.dumps(texts, separators=(",", ":"))
