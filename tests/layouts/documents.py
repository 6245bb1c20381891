"""Documents for a layout, made from its own types; and how they travel: written as an interchange, read, read back."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import Any

from hypothesis import strategies as some

from mappings.formats import edifact, edifact_write, x12, x12_write
from mappings.formats.segments import Segments
from mappings.layouts import Document, Layout, read_document, write_document
from mappings.layouts.layout import Body, Field, Line, Loop
from tests.formats.files import raw

AT = datetime(2026, 3, 4, 5, 6, tzinfo=UTC)
X12 = x12_write.Envelope("ZZ", "WICKHAMROWE", "ZZ", "NORDSTAD", AT, 42)
EDIFACT = edifact_write.Envelope("9520000000011", "14", "9520000010003", "14", AT, "42")

_X12_DELIMITERS = "*>~^"
_SIX_DIGIT_YEARS = (date(1969, 1, 1), date(2068, 12, 31))


def x12_file(layout: Layout, groups: Sequence[Sequence[Document]], envelope: x12_write.Envelope = X12) -> bytes:
    """An interchange with these groups of documents."""
    own = []
    for number, documents in enumerate(groups, 1):
        messages = [x12_message(layout, document) for document in documents]
        parties = "WICKHAMROWE", "NORDSTAD"
        own.append(x12_write.Group(layout.group, *parties, number, layout.version, messages))
    return x12_write.write(envelope, own)


def x12_message(layout: Layout, document: Document) -> x12_write.Message:
    return x12_write.Message(layout.message, write_document(layout, document), layout.guide)


def edifact_file(layout: Layout, documents: Sequence[Document], envelope: edifact_write.Envelope = EDIFACT) -> bytes:
    """An interchange with these documents."""
    messages = [edifact_write.Message(layout.identifier, write_document(layout, d)) for d in documents]
    return edifact_write.write(envelope, messages)


def file_of(layout: Layout, groups: Sequence[Sequence[Document]]) -> bytes:
    """An interchange of the layout's standard; EDIFACT without groups."""
    if layout.standard == "x12":
        return x12_file(layout, groups)
    return edifact_file(layout, [document for group in groups for document in group])


def reading_of(layout: Layout, data: bytes) -> Segments:
    return (x12 if layout.standard == "x12" else edifact).read([raw(data)])


def read_all(layout: Layout, reading: Segments) -> list[Document]:
    """Every document of the reading."""
    return [read_document(layout, reading, message) for message in range(reading.messages.num_rows)]


def documents(layout: Layout) -> some.SearchStrategy[Document]:
    """Documents of this layout: any printable text, any code, no, one or many items, fields that may be missing."""
    return _items(layout.body, _letters(layout.standard))


def _letters(standard: str) -> some.SearchStrategy[str]:
    """X12 cannot escape its delimiters. In ISO 8859-1, two letters could by chance be one of UTF-8: those are out."""
    if standard == "x12":
        return some.characters(min_codepoint=0x20, exclude_characters=_X12_DELIMITERS, exclude_categories=["C"])
    return some.sampled_from("?+:'*") | some.characters(min_codepoint=0x20, max_codepoint=0x7E) | some.characters(
        min_codepoint=0xC0, max_codepoint=0xFF
    )  # fmt: skip


def _items(body: Body, letters: some.SearchStrategy[str]) -> some.SearchStrategy[Document]:
    @some.composite
    def build(draw: some.DrawFn) -> Document:
        names: set[str] = set()
        for entry in body:
            if isinstance(entry, Line) and (entry.least or draw(some.booleans())):
                names |= _names(draw, entry)
        found: Document = {}
        for name, hole, most in _holes(body):
            if name in names:
                found[name] = draw(_values(hole, letters, most))
        for entry in body:
            if isinstance(entry, Loop):
                most = max(2, entry.least) if entry.most is None else min(entry.most, max(2, entry.least))
                items = draw(some.lists(_items(entry.body, letters), min_size=entry.least, max_size=most))
                if items:
                    found[entry.name] = items
        return found

    return build()


def _names(draw: some.DrawFn, line: Line) -> set[str]:
    """The fields of a segment that stands: those it needs, and some of the others; a bracket as a whole."""
    brackets = {slot.bracket for slot in line.slots if slot.bracket and draw(some.booleans())}
    found = set()
    for slot in line.slots:
        stands = not slot.bracket or slot.bracket in brackets
        if isinstance(slot.hole, Field) and stands and (not slot.hole.is_optional or draw(some.booleans())):
            found.add(slot.hole.name)
    return found


def _holes(body: Body) -> list[tuple[str, Field, int]]:
    """Each field once, as narrow as the narrowest place that it fills, and how often its segment may stand."""
    found: dict[str, tuple[Field, int]] = {}
    for line in body:
        for hole in line.fields if isinstance(line, Line) else ():
            own, most = found.get(hole.name, (hole, line.most))
            found[hole.name] = replace(own, least=max(own.least, hole.least), most=min(own.most, hole.most)), most
    return [(name, hole, most) for name, (hole, most) in found.items()]


def _values(hole: Field, letters: some.SearchStrategy[str], most: int) -> some.SearchStrategy[Any]:
    if hole.shape == "list":
        return some.lists(_value(hole, letters), min_size=1, max_size=hole.count)
    if hole.shape == "parts":
        return _long_text(letters, max(hole.most, hole.most * hole.count * most // 2))
    return _value(hole, letters)


def _long_text(letters: some.SearchStrategy[str], most: int) -> some.SearchStrategy[str]:
    """Text of up to so many characters, some of it far longer than one element takes."""
    short = some.text(letters, min_size=1, max_size=20).filter(lambda text: text.strip(" ") and text[-1] != " ")
    return (
        some.tuples(short, some.integers(1, 60)).map(lambda both: (both[0] * both[1])[:most].rstrip(" ")).filter(bool)
    )


def _value(hole: Field, letters: some.SearchStrategy[str]) -> some.SearchStrategy[Any]:
    if hole.codes is not None:
        return some.sampled_from(sorted(hole.codes))
    digits = some.text("0123456789", min_size=max(hole.least, 1), max_size=min(hole.most, max(hole.least, 12)))
    whole = some.integers(0, 10 ** min(hole.most, 9) - 1)
    match hole.kind:
        case "text":
            words = some.text(letters, min_size=hole.least, max_size=min(hole.most, max(hole.least, 20)))
            return words.filter(lambda text: not text.endswith(" "))
        case "digits":
            return digits
        case "id":
            return some.text("ABYZ09", min_size=max(hole.least, 1), max_size=hole.most)
        case "gtin":
            front = "0" if hole.most == 13 else "012"
            return some.tuples(some.sampled_from(front), some.text("0123456789", min_size=13, max_size=13)).map("".join)
        case "int":
            return whole
        case "decimal" | "N2":
            return whole | some.integers(0, 10 ** min(hole.most - 1, 9) - 1).map(
                lambda n: Decimal(n).scaleb(-2 if hole.most > 3 else 0)
            )
        case "signed":
            return whole | whole.map(lambda n: -n) | whole.map(lambda n: Decimal(-n).scaleb(-2))
        case "date":
            return some.dates(date(1000, 1, 1), date(9999, 12, 31))
        case "date6":
            return some.dates(*_SIX_DIGIT_YEARS)
        case "time":
            return some.builds(time, some.integers(0, 23), some.integers(0, 59))
        case "datetime":
            hours = some.builds(time, some.integers(0, 23), some.integers(0, 59))
            return some.builds(datetime.combine, some.dates(date(1000, 1, 1), date(9999, 12, 31)), hours)
        case _:
            raise AssertionError(f"no documents of type {hole.kind}")
