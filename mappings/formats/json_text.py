"""Open this when you read JSON: a batch of files as trees of columns, every value with its bytes.

    read(files: Sequence[RawFile]) -> Trees

A name is a key; the items of an array are nodes of the array's name, so an array at the top is a document an item.
Numbers keep their text, true and false are texts, null is nothing. A key that stands twice gives two nodes. Files
named ``.jsonl`` or ``.ndjson`` hold a document a line. What is no JSON gives FILE-BROKEN at its place.
"""

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from mappings.formats.charset import actual
from mappings.formats.segments import RawFile
from mappings.formats.tree import BATCH_BYTES_MAX, COLUMNS, ROOT, Tree, Trees, Ways, batches, broken, starts_of
from mappings.formats.tree_marks import ESCAPED, HIGH
from schemas.findings import Finding, Place

DEPTH_MAX = 256
LINE_NAMES = (".jsonl", ".ndjson")

_BLANK = re.compile(rb"[ \t\r\n]*")
_TOKEN = re.compile(
    rb'(?P<mark>[{}\[\]:,])|"(?P<text>[^"\\\x00-\x1f]*(?P<escaped>(?:\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})[^"\\\x00-\x1f]*)*))"'
    rb"|(?P<plain>-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?|true|false)|(?P<null>null)"
)
_MARKS = {b"\xef\xbb\xbf": "utf-8", b"\xff\xfe": "utf-16", b"\xfe\xff": "utf-16"}


class _Broken(ValueError):
    """There is no JSON at this place."""

    def __init__(self, at: int, why: str) -> None:
        super().__init__(why)
        self.at, self.why = at, why


@dataclass
class _Nodes:
    """The columns of a tree as they fill up."""

    ways: Ways = field(default_factory=Ways)
    way: list[int] = field(default_factory=list)
    parent: list[int] = field(default_factory=list)
    start: list[int] = field(default_factory=list)
    end: list[int] = field(default_factory=list)
    text_start: list[int] = field(default_factory=list)
    text_end: list[int] = field(default_factory=list)
    flags: list[int] = field(default_factory=list)

    def add(self, way: int, parent: int, start: int, end: int, text: tuple[int, int] = (-1, -1), flags: int = 0) -> int:
        """The row of a new node."""
        self.way.append(way)
        self.parent.append(parent)
        self.start.append(start)
        self.end.append(end)
        self.text_start.append(text[0])
        self.text_end.append(text[1])
        self.flags.append(flags)
        return len(self.way) - 1

    def cut(self, size: int) -> None:
        """Forget all nodes behind these."""
        for name in COLUMNS:
            del getattr(self, name)[size:]

    def roots(self) -> list[int]:
        """The documents."""
        return [node for node, parent in enumerate(self.parent) if parent < 0]


def read(files: Sequence[RawFile]) -> Trees:
    """Every value of the files, in one tree for each character set. Takes any bytes."""
    findings: list[Finding] = []
    groups: dict[str, list[_Text]] = {}
    for file in files:
        text = _text_of(file)
        if text.broken or len(text.data) >= BATCH_BYTES_MAX:
            findings.append(broken(file, 0, len(file.data), text.broken or "more bytes than can be read"))
            continue
        if text.strange:
            findings.append(Finding("FILE-CHARSET", Place(file.sha256, 0, len(file.data)), text.strange))
        groups.setdefault(text.codec, []).append(text)
    trees = [
        _tree(codec, some, findings)
        for codec, group in groups.items()
        for some in batches(group, lambda one: len(one.data))
    ]
    return Trees(tuple(trees), tuple(findings))


@dataclass(frozen=True, slots=True)
class _Text:
    """A file's bytes in a codec that JSON's marks are ASCII bytes of."""

    file: RawFile
    data: bytes
    codec: str
    begin: int = 0
    is_whole: bool = False
    broken: str = ""
    strange: str = ""


def _text_of(file: RawFile) -> _Text:
    data = file.data
    codec = next((codec for mark, codec in _MARKS.items() if data.startswith(mark)), "utf-8")
    if codec == "utf-16":
        try:
            return _Text(file, data.decode(codec).encode(), "utf-8", 0, True)
        except UnicodeError:
            return _Text(file, data, "utf-8", broken="the bytes are not UTF-16, as their mark says")
    mark = 3 if data.startswith(b"\xef\xbb\xbf") else 0
    codec = actual(data[mark:], "utf-8")
    strange = "" if codec == "utf-8" else f"JSON is utf-8, the bytes are {codec}; they were read as that"
    return _Text(file, data, codec, mark, strange=strange)


def _tree(codec: str, texts: Sequence[_Text], findings: list[Finding]) -> Tree:
    buffer, starts, nodes = b"".join(text.data for text in texts), starts_of([text.data for text in texts]), _Nodes()
    for text, start in zip(texts, starts.tolist(), strict=True):
        limit = start + len(text.data)
        for begin, end in _documents(buffer, text, start + text.begin, limit):
            size = len(nodes.way)
            try:
                _document(buffer, begin, end, nodes)
            except _Broken as fault:
                nodes.cut(size)
                findings.append(_finding(text, fault.at - start, fault.why))
    columns: dict[str, Any] = {name: np.array(getattr(nodes, name), np.int32) for name in COLUMNS}
    files, whole = tuple(text.file for text in texts), np.array([text.is_whole for text in texts], bool)
    roots = np.array(nodes.roots(), np.int64)
    return Tree(buffer, codec, files, starts, whole, nodes.ways, roots=roots, decoded=decoded, **columns)


def _documents(buffer: bytes, text: _Text, start: int, limit: int) -> Iterator[tuple[int, int]]:
    """Where the documents of a file are: all of it, or each line that is not blank."""
    if not text.file.name.lower().endswith(LINE_NAMES):
        yield start, limit
        return
    while start < limit:
        end = buffer.find(b"\n", start, limit)
        end = limit if end < 0 else end
        if buffer[start:end].strip():
            yield start, end
        start = end + 1


def _finding(text: _Text, at: int, why: str) -> Finding:
    if text.is_whole:
        return broken(text.file, 0, len(text.file.data), why)
    at = min(at, len(text.file.data))
    return broken(text.file, at, min(at + 1, len(text.file.data)), why)


def _document(buffer: bytes, at: int, limit: int, nodes: _Nodes) -> None:
    """Note all values of the document that lies here, one open array or object in the other, without recursion."""
    opened: list[tuple[bool, int, int]] = []  # whether it is an array; its node or that above it; its way
    way, parent = nodes.ways.number(ROOT, ""), -1
    while True:
        # --- a value
        found, at = _token(buffer, at, limit)
        if found["mark"] in (b"{", b"["):
            is_array = found["mark"] == b"["
            if len(opened) >= DEPTH_MAX:
                raise _Broken(found.start(), f"arrays and objects in each other more than {DEPTH_MAX} deep")
            own = parent if is_array else nodes.add(way, parent, found.start(), at)
            opened.append((is_array, own, way))
            closing, behind = _token(buffer, at, limit)
            if closing["mark"] != (b"]" if is_array else b"}"):
                way, parent, at = _next_value(buffer, at, limit, opened[-1], nodes)
                continue
            at = behind
            at = _closed(opened.pop(), at, nodes)
        elif found["mark"]:
            raise _Broken(found.start(), "a value is missing here")
        elif not found["null"]:
            _add_value(buffer, found, way, parent, nodes)
        # --- what stands behind it
        while opened:
            found, behind = _token(buffer, at, limit)
            is_array, _, _ = opened[-1]
            if found["mark"] == b",":
                way, parent, at = _next_value(buffer, behind, limit, opened[-1], nodes)
                break
            if found["mark"] != (b"]" if is_array else b"}"):
                raise _Broken(found.start(), f"a comma or {']' if is_array else '}'} is missing here")
            at = _closed(opened.pop(), behind, nodes)
        else:
            _nothing_behind(buffer, at, limit)
            return


def _token(buffer: bytes, at: int, limit: int) -> tuple[re.Match[bytes], int]:
    """The token that stands here, behind blanks, and the place behind it."""
    blank = _BLANK.match(buffer, at, limit)
    at = blank.end() if blank else at
    found = _TOKEN.match(buffer, at, limit)
    if not found:
        raise _Broken(at, "the text ends in the middle of a value" if at >= limit else "this is no JSON value")
    return found, found.end()


def _next_value(
    buffer: bytes, at: int, limit: int, inside: tuple[bool, int, int], nodes: _Nodes
) -> tuple[int, int, int]:
    """Way, parent and place of the next value in an array or object: in an object behind its key."""
    is_array, node, way = inside
    if is_array:
        return way, node, at
    key, at = _token(buffer, at, limit)
    if key["text"] is None:
        raise _Broken(key.start(), "a key in quotes is missing here")
    colon, at = _token(buffer, at, limit)
    if colon["mark"] != b":":
        raise _Broken(colon.start(), "a colon is missing here")
    raw = key["text"].decode("utf-8", "replace")
    return nodes.ways.number(way, decoded(raw, ESCAPED) if key["escaped"] else raw), node, at


def _closed(inside: tuple[bool, int, int], at: int, nodes: _Nodes) -> int:
    """The object or array is closed behind this place."""
    is_array, node, _ = inside
    if not is_array:
        nodes.end[node] = at
    return at


def _add_value(buffer: bytes, found: re.Match[bytes], way: int, parent: int, nodes: _Nodes) -> None:
    span = found.span("plain") if found["text"] is None else found.span("text")
    flags = ESCAPED if found["escaped"] else 0
    flags |= 0 if buffer[span[0] : span[1]].isascii() else HIGH
    nodes.add(way, parent, found.start(), found.end(), span, flags)


def _nothing_behind(buffer: bytes, at: int, limit: int) -> None:
    blank = _BLANK.match(buffer, at, limit)
    if blank and blank.end() < limit:
        why = "text behind the document; files of one document a line are named .jsonl"
        raise _Broken(blank.end(), why)


def decoded(text: str, _flags: int) -> str:
    """What a text with escapes means; half a surrogate pair, which is no character, becomes U+FFFD."""
    plain: str = json.loads(f'"{text}"')
    return plain.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
