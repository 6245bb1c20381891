"""Open this when a message of ours is not read back: its segments become the document, by the same layout.

What is read is written again and compared, so that nothing of the message is lost or bent: a message that another
hand wrote differently is refused. Partners' files are read with their maps (mappings/engine.py), not with layouts.
"""

from dataclasses import dataclass
from itertools import zip_longest

import numpy as np

from mappings.formats.outline import outline
from mappings.formats.segments import Segments
from mappings.formats.values import text
from mappings.layouts.layout import Body, Field, Layout, Line, Slot
from mappings.layouts.values import KINDS
from mappings.layouts.write import Document, Places, written

Found = list[tuple[str, Places]]


def read_document(layout: Layout, reading: Segments, message: int) -> Document:
    """The document of this message. ValueError when it is no message that this layout writes."""
    row = {name: reading.messages[name][message].as_py() for name in ("type", "version", "first_segment")}
    expected = layout.version if layout.standard == "x12" else ":".join(layout.identifier)
    if (row["type"], row["version"]) != (layout.message, expected):
        raise ValueError(f"message {row['type']} {row['version']} is none of {layout.name} {layout.version}")
    count = reading.messages["segment_count"][message].as_py()
    return _document(layout, _segments(reading, row["first_segment"] + 1, count - 2))


def read_service(layout: Layout, reading: Segments, interchange: int) -> list[Document]:
    """The documents that stand as single segments outside messages, as TA1 does, in their order."""
    found, at = [], -1
    for line in outline(reading):
        at += line.level == "interchange"
        if at == interchange and line.level == "segment" and line.tag == layout.message:
            places = {(value.element, value.component): value.text for value in line.values}
            found.append(_document(layout, [(line.tag, places)]))
    return found


def _segments(reading: Segments, first: int, count: int) -> Found:
    """So many segments of a reading, with their texts by place."""
    tags = reading.segments["tag"].slice(first, count).to_pylist()
    owners = reading.values["segment"].to_numpy()
    low, high = np.searchsorted(owners, (first, first + count))
    rows = reading.values.slice(low, high - low)
    found: Found = [(tag, {}) for tag in tags]
    columns = (rows[name].to_pylist() for name in ("segment", "element", "component", "repetition"))
    texts = text(reading, np.arange(low, high)).to_pylist()
    for segment, element, component, repetition, value in zip(*columns, texts, strict=True):
        if repetition > 1:
            raise ValueError(f"{tags[segment - first]}: no layout repeats an element")
        found[segment - first][1][element, component] = value
    return found


def _document(layout: Layout, segments: Found) -> Document:
    reader = _Reader(layout, segments)
    document = reader.body(layout.body)
    for got, own in zip_longest(segments, written(layout, document)):
        if got != own:
            raise ValueError(f"{layout.name} writes {own}, the message says {got}")
    return document


@dataclass(slots=True)
class _Reader:
    layout: Layout
    segments: Found
    at: int = 0

    def body(self, body: Body) -> Document:
        document: Document = {}
        for entry in body:
            if isinstance(entry, Line):
                self._line(entry, document)
                continue
            first, items = entry.body[0], list[Document]()
            while isinstance(first, Line) and self._is_next(first):
                items.append(self.body(entry.body))
            if items:
                document[entry.name] = items
        return document

    def _line(self, line: Line, document: Document) -> None:
        """Take the segment, if it is the next one, and its repeats."""
        taken = 0
        while taken < line.most and self._is_next(line):
            places = self.segments[self.at][1]
            for slot in line.slots:
                if isinstance(slot.hole, Field) and self._holds(line, slot, places):
                    self._fill(slot, slot.hole, places, document)
            self.at += 1
            taken += 1
        if taken < line.least:
            raise ValueError(f"{self.layout.name}: no {line.tag} where it must stand")

    def _is_next(self, line: Line) -> bool:
        """Whether the next segment has this tag and these constants."""
        if self.at >= len(self.segments) or self.segments[self.at][0] != line.tag:
            return False
        places = self.segments[self.at][1]
        fixed = (slot for slot in line.slots if slot.prefix and not slot.bracket)
        return all(_says(slot, places) for slot in fixed if slot.hole is None or slot.place() in places)

    def _holds(self, line: Line, slot: Slot, places: Places) -> bool:
        """Whether the bracket of the slot, if it has one, is there with its constants."""
        constants = (one for one in line.slots if slot.bracket and one.bracket == slot.bracket and one.hole is None)
        return all(_says(one, places) for one in constants)

    def _fill(self, slot: Slot, hole: Field, places: Places, document: Document) -> None:
        texts = [places[at] for n in range(hole.count) if (at := slot.place(n)) in places]
        if not texts:
            return
        if hole.shape == "parts":
            document[hole.name] = document.get(hole.name, "") + "".join(texts)
        elif hole.shape == "list":
            document[hole.name] = [_value(hole, one) for one in texts]
        else:
            document[hole.name] = _value(hole, texts[0].removeprefix(slot.prefix))


def _says(slot: Slot, places: Places) -> bool:
    """Whether the constant of the slot stands at its place."""
    text = places.get(slot.place(), "")
    return text.startswith(slot.prefix) if slot.hole else text == slot.prefix


def _value(hole: Field, text: str) -> object:
    if hole.codes is None:
        return KINDS[hole.kind].from_text(text)
    words = {code: word for word, code in hole.codes.items()}
    if text not in words:
        raise ValueError(f"`{hole.name}` {text!r} is no code of the layout")
    return words[text]
