"""Open this when a document is written wrongly: its fields become segments, in the order of its layout."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from mappings.layouts.layout import Body, Computed, Field, Layout, Line, Loop, Slot
from mappings.layouts.order import misplaced
from mappings.layouts.values import KINDS, length, split

Document = dict[str, Any]
Segment = list[str | list[str]]  # the tag, then its elements; a composite is a list of its components
Places = dict[tuple[int, int], str]  # element and component, from 1, to text


def write_document(layout: Layout, document: Document) -> list[Segment]:
    """The segments between header and trailer of the message. ValueError says which field does not fit, and why."""
    segments = [_segment(tag, places) for tag, places in written(layout, document)]
    fault = misplaced(layout.structure, [str(segment[0]) for segment in segments]) if layout.structure else ""
    if fault:
        raise ValueError(f"{layout.name}: {fault}")
    return segments


def written(layout: Layout, document: Document) -> list[tuple[str, Places]]:
    """The segments as their tags, and texts by place."""
    writer = _Writer(layout, document)
    writer.body(layout.body, _Scope(document, 1, 0))
    return writer.segments


@dataclass(slots=True)
class _Scope:
    """The document, or an item of a loop: its fields, its number, the node of a hierarchy that it stands in."""

    values: Mapping[str, Any]
    index: int
    parent: int
    node: int = 0


@dataclass(slots=True)
class _Writer:
    layout: Layout
    document: Document
    segments: list[tuple[str, Places]] = field(default_factory=list)
    nodes: int = 0
    lines: int = 0

    def body(self, body: Body, scope: _Scope) -> None:
        self._ensure_known(body, scope)
        for entry in body:
            if isinstance(entry, Line):
                self._line(entry, scope)
            else:
                self._loop(entry, scope)

    def _ensure_known(self, body: Body, scope: _Scope) -> None:
        known = {entry.name for entry in body if isinstance(entry, Loop)}
        known |= {field.name for entry in body if isinstance(entry, Line) for field in entry.fields}
        for name in scope.values:
            if name not in known:
                raise ValueError(f"{self.layout.name} has no field `{name}` here: leave it out or add it to the layout")

    def _loop(self, loop: Loop, scope: _Scope) -> None:
        items = scope.values.get(loop.name, [])
        if not isinstance(items, list) or not all(isinstance(item, Mapping) for item in items):
            raise ValueError(f"{self.layout.name}: `{loop.name}` is a list of dicts")
        if len(items) < loop.least or (loop.most is not None and len(items) > loop.most):
            most = "any number" if loop.most is None else str(loop.most)
            raise ValueError(f"{self.layout.name}: `{loop.name}` has {len(items)} items, not {loop.least} to {most}")
        for index, item in enumerate(items, 1):
            self.body(loop.body, _Scope(item, index, scope.node or scope.parent))

    def _line(self, line: Line, scope: _Scope) -> None:
        if line.least == 0 and not any(field.name in scope.values for field in line.fields):
            return
        first = Places()
        repeated: list[Places] = [{}]
        for slot in line.slots:
            if slot.bracket and not _stands(line, slot.bracket, scope):
                continue
            if isinstance(slot.hole, Field) and slot.hole.shape == "parts" and slot.hole.name in scope.values:
                repeated = self._pieces(line, slot, slot.hole, scope)
            else:
                first |= self._places(line, slot, scope)
        self.segments += [(line.tag, first | places) for places in repeated]

    def _pieces(self, line: Line, slot: Slot, hole: Field, scope: _Scope) -> list[Places]:
        """A text in parts: as many neighbouring places as it has, then the next repeat of the segment."""
        try:
            pieces = split(_ensured(hole, scope.values[hole.name]), hole.most, hole.count * line.most)
        except ValueError as error:
            raise self._unfit(line, hole, scope, error) from error
        return [
            {slot.place(n): piece for n, piece in enumerate(pieces[first : first + hole.count])}
            for first in range(0, len(pieces), hole.count)
        ]

    def _places(self, line: Line, slot: Slot, scope: _Scope) -> Places:
        hole = slot.hole
        if hole is None:
            return {slot.place(): slot.prefix}
        if isinstance(hole, Computed):
            text = self._computed(hole, scope)
            return {slot.place(): slot.prefix + text} if text else {}
        if hole.name not in scope.values:
            if not hole.is_optional:
                raise ValueError(f"{self.layout.name}: segment {line.tag} needs the field `{hole.name}`")
            return {}
        try:
            return {slot.place(n): slot.prefix + text for n, text in enumerate(_texts(hole, scope))}
        except ValueError as error:
            raise self._unfit(line, hole, scope, error) from error

    def _unfit(self, line: Line, hole: Field, scope: _Scope, why: ValueError) -> ValueError:
        return ValueError(f"{self.layout.name}: `{hole.name}` {scope.values[hole.name]!r} in {line.tag}: {why}")

    def _computed(self, hole: Computed, scope: _Scope) -> str:
        match hole.what:
            case "node":
                self.nodes += 1
                scope.node = self.nodes
                return str(scope.node)
            case "parent":
                return str(scope.parent) if scope.parent else ""
            case "nodes":
                return str(self.nodes)
            case "line":
                self.lines += 1
                return str(self.lines)
            case "index":
                return str(scope.index)
            case "count":
                return str(len(_items(self.document, hole.of)))
            case "flag":
                return "1" if any(scope.values.get(name) for name in hole.of.split()) else "0"
            case _:
                return self._sum(*hole.of.split("."))

    def _sum(self, name: str, of: str) -> str:
        numbers: list[Any] = [item.get(of) for item in _items(self.document, name)]
        if not all(isinstance(number, Decimal | int) for number in numbers):
            raise ValueError(f"{self.layout.name}: not all `{name}` have a number `{of}`")
        return f"{sum(numbers, Decimal()):f}"


def _stands(line: Line, bracket: int, scope: _Scope) -> bool:
    """Whether a field inside the bracket is there."""
    inside = (slot.hole for slot in line.slots if slot.bracket == bracket)
    return any(isinstance(hole, Field) and hole.name in scope.values for hole in inside)


def _items(values: Mapping[str, Any], name: str) -> list[Mapping[str, Any]]:
    """All items of the lists of this name, however deep."""
    found: list[Mapping[str, Any]] = []
    for key, value in values.items():
        if isinstance(value, list):
            inner = [item for item in value if isinstance(item, Mapping)]
            found += [*(inner if key == name else []), *(below for item in inner for below in _items(item, name))]
    return found


def _texts(hole: Field, scope: _Scope) -> list[str]:
    """The texts of a field, one for each place that it fills."""
    value = scope.values[hole.name]
    if hole.shape == "one":
        return [text_of(hole, value)]
    if not isinstance(value, Sequence) or isinstance(value, str) or not 1 <= len(value) <= hole.count:
        raise ValueError(f"a list of 1 to {hole.count} values stands here")
    return [text_of(hole, one) for one in value]


def text_of(hole: Field, value: Any) -> str:
    """A value as it is written. ValueError when it is of another type, no known code, too short or too long."""
    if hole.codes is not None:
        if not isinstance(value, str) or value not in hole.codes:
            raise ValueError(f"no code: use one of {', '.join(hole.codes)}")
        return hole.codes[value]
    text = KINDS[hole.kind].to_text(_ensured(hole, value))
    if not hole.least <= length(KINDS[hole.kind], text) <= hole.most:
        raise ValueError(f"{text!r} is not {hole.least} to {hole.most} long")
    return text


def _ensured(hole: Field, value: Any) -> Any:
    kind = KINDS[hole.kind]
    if type(value) not in kind.types:
        raise ValueError(f"a {' or '.join(one.__name__ for one in kind.types)} stands here")
    return value


def _segment(tag: str, places: Places) -> Segment:
    """A segment as the writers of formats/ take it."""
    segment: Segment = [tag]
    for element in range(1, 1 + max((element for element, _ in places), default=0)):
        last = max((component for at, component in places if at == element), default=1)
        components = [places.get((element, component), "") for component in range(1, last + 1)]
        segment.append(components[0] if last == 1 else components)
    return segment
