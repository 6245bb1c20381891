"""Open this when a table's letters come out wrong in a proposal: the character set its bytes speak for.

UTF-8 and UTF-16 show themselves. Sets of eight bits are judged by the letters that they make of the bytes: those of one
language at a time, and inside words no signs.
"""

import re
from collections import Counter
from dataclasses import dataclass

_MARKS = {b"\xef\xbb\xbf": "utf-8", b"\xff\xfe": "utf-16-le", b"\xfe\xff": "utf-16-be"}
_EIGHT_BIT = ("cp1252", "iso8859-15", "cp1250", "iso8859-2", "cp850")
_LETTERS = {
    "German": "äöüÄÖÜß",
    "French": "àâæçéèêëîïôœùûüÀÂÇÉÈÊËÎÔŒÙ",
    "the Nordic languages": "åäöÅÄÖæøÆØéÉü",
    "Dutch": "éëïèóöüÉË",
    "Spanish": "áéíóúñüÁÉÍÓÚÑ¿¡ºª",
    "Italian": "àèéìòùÀÈÉÌÒÙ",
    "Polish": "ąćęłńóśźżĄĆĘŁŃÓŚŹŻ",
    "English": "é",
}
_SIGNS = "€£§°º²½\u00a0´’‘“”„–—…×±«»®™ª"
_SAMPLE = 200_000


@dataclass(frozen=True, slots=True)
class Charset:
    """A character set, why, and those that would do as well but give other text."""

    encoding: str
    why: str
    rivals: tuple[str, ...] = ()
    mark: int = 0


def charset_of(data: bytes) -> Charset:
    """The character set of a text file by its bytes."""
    for mark, codec in _MARKS.items():
        if data.startswith(mark):
            return Charset(codec, "the byte order mark says so", mark=len(mark))
    if wide := _wide(data):
        return Charset(wide, "every second byte is empty")
    if data.isascii():
        return Charset("utf-8", "all bytes are ASCII: any set reads them alike")
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return _eight_bit(data)
    return Charset("utf-8", "letters beyond ASCII are whole UTF-8 sequences")


def _wide(data: bytes) -> str | None:
    head = data[:2000]
    if len(head) < 8 or b"\x00" not in head:
        return None
    odd, even = head[1::2].count(0) / len(head[1::2]), head[::2].count(0) / len(head[::2])
    return "utf-16-le" if odd > 0.7 and even < 0.1 else "utf-16-be" if even > 0.7 and odd < 0.1 else None


def _eight_bit(data: bytes) -> Charset:
    sample = b"\n".join(re.findall(rb"[^\r\n]*[\x80-\xff][^\r\n]*", data))[:_SAMPLE]
    texts = {codec: sample.decode(codec, "replace") for codec in _EIGHT_BIT}
    scores = {codec: _score(text) for codec, text in texts.items()}
    best = max(_EIGHT_BIT, key=lambda codec: scores[codec][0])
    score, language = scores[best]
    rivals = tuple(
        codec
        for codec in _EIGHT_BIT
        if codec != best and scores[codec][0] >= score - 0.5 and texts[codec] != texts[best]
    )
    return Charset(best, f"its bytes give letters of {language} there", tuple(_distinct(rivals, texts)))


def _distinct(rivals: tuple[str, ...], texts: dict[str, str]) -> list[str]:
    """One codec for each text."""
    return list({texts[codec]: codec for codec in reversed(rivals)}.values())[::-1]


def _score(text: str) -> tuple[float, str]:
    """How well the letters beyond ASCII are those of one language, and of which."""
    best, which = float("-inf"), ""
    inside = {found.start() for found in re.finditer(r"(?<=[^\W\d_])[^\x00-\x7f](?=[a-z])", text)}
    foreign = Counter((one, place in inside) for place, one in enumerate(text) if one > "\x7f")
    for language, letters in _LETTERS.items():
        score = 0.0
        for (one, within), times in foreign.items():
            if one in letters:
                score += times * (-1 if one.isupper() and within else 1)
            else:
                score += times * (0.25 if one in _SIGNS and not within else -2)
        if score > best:
            best, which = score, language
    return best, which
