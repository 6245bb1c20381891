"""Open this when lines of ``backhaul edi show`` break at the wrong places: names, values and how they fill a line."""

import re
from collections.abc import Sequence

from rich.text import Text

_VALUE_MAX, _NAME_MAX = 200, 16
# A file must not move the cursor or change the colours of whoever looks at it; nor turn the direction of the text.
_UNSEEN = re.compile("[\x00-\x1f\x7f-\x9f\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069]")


def plain(value: str) -> str:
    """A partner's text, safe to print: control characters as their code points, a very long one cut."""
    if len(value) > _VALUE_MAX:
        value = f"{value[:_VALUE_MAX]}… ({len(value):,} characters)"
    return _UNSEEN.sub(lambda found: f"<{ord(found.group()):02X}>", value)


def short(value: str) -> str:
    """A tag or a control number where room is scarce, safe to print; longer than the standards allow, it is cut."""
    return plain(value if len(value) <= _NAME_MAX else f"{value[: _NAME_MAX - 1]}…")


def labelled(name: str, value: str, meaning: str = "") -> Text:
    """``name: value (meaning)``."""
    text = Text.assemble((f"{name}: " if name else "", "dim"), plain(value))
    return text.append(f" ({plain(meaning.strip())})", "green") if meaning.strip() else text


def pair(place: str, name: str, value: str, meaning: str = "") -> Text:
    """``02 name: value (meaning)``."""
    return Text.assemble((f"{place} ", "dim"), labelled(name, value, meaning))


def packed(left: Text, pieces: Sequence[Text], width: int, gap: str = "  ", column: int = 0) -> Text:
    """What stands on the left, then the pieces side by side from a column on, in as many lines as they need."""
    column = column or max(24, width // 3)
    room = max(20, width - column)
    line = Text().append_text(left)  # a copy would lend its colour to all that follows
    line.append(" " * max(len(gap), column - left.cell_len))
    used = line.cell_len
    is_fresh = True
    for piece in pieces:
        for part in _parts(piece, room):
            needed = part.cell_len + (0 if is_fresh else len(gap))
            if used + needed > width and used > column:
                line.append("\n" + " " * column)
                used, is_fresh, needed = column, True, part.cell_len
            line.append("" if is_fresh else gap).append_text(part)
            used, is_fresh = used + needed, False
    line.rstrip()
    return line


def _parts(piece: Text, room: int) -> Sequence[Text]:
    """The piece itself, or cut into what fits a line: behind a blank where one is near."""
    if piece.cell_len <= room:
        return (piece,)
    room = room * len(piece) // piece.cell_len or 1  # letters that are two columns wide
    parts, at = [], 0
    while at < len(piece):
        end = at + room
        blank = piece.plain.rfind(" ", at + room // 2, end) if end < len(piece) else -1
        end = blank + 1 if blank > 0 else end
        parts.append(piece[at:end])
        at = end
    return parts
