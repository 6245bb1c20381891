"""Open this when the text of an XML element or attribute comes out wrong: bytes between tags, as XML means them."""

import re
from html.entities import name2codepoint

from mappings.formats.tree_marks import ATTRIBUTE, BREAKS, ESCAPED, PARTS

_REFERENCE = re.compile(r"&(?:#x([0-9A-Fa-f]+)|#([0-9]+)|(\w+));")
_PART = re.compile(
    r"<!--.*?-->|<!\[CDATA\[(?P<raw>.*?)\]\]>|<\?.*?\?>|<(?P<end>/)?(?:[^<>\"']|\"[^\"]*\"|'[^']*')*>", re.DOTALL
)


def decoded(text: str, flags: int) -> str:
    """What a text means: line breaks made one, entities put in, parts that are no text of its own left out.

    The text of an element is what stands directly in it, CDATA included, without comments and without the text of the
    elements in it.
    """
    if flags & BREAKS:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
        if flags & ATTRIBUTE:
            text = text.replace("\n", " ").replace("\t", " ")
    if flags & PARTS:
        return _own(text)
    return unescaped(text) if flags & ESCAPED else text


def _own(text: str) -> str:
    pieces, at, depth = [], 0, 0
    for part in _PART.finditer(text):
        if depth == 0:
            pieces.append(unescaped(text[at : part.start()]))
            pieces.append(part["raw"] or "")
        if not part[0].startswith(("<!", "<?")):
            depth += -1 if part["end"] else 0 if part[0].endswith("/>") else 1
        at = part.end()
    return "".join([*pieces, unescaped(text[at:])])


def unescaped(text: str) -> str:
    """The text with its entities put in: the five of XML, and characters by number."""
    return _REFERENCE.sub(_character, text)


def _character(found: re.Match[str]) -> str:
    if found[1] or found[2]:
        return chr(int(found[1], 16) if found[1] else int(found[2]))
    return "'" if found[3] == "apos" else chr(name2codepoint[found[3]])
