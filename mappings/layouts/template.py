"""Open this when a line of a layout is refused: ``0..1 PRF*{po_number ..22}****{po_line? ..6}`` as slots."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Literal

from mappings.formats.names import codes
from mappings.layouts.layout import Computed, Field, Line, Slot
from mappings.layouts.values import KINDS
from schemas.errors import ConfigError

COMPUTED = frozenset({"node", "parent", "nodes", "line", "index", "count", "sum", "flag"})

_DELIMITERS = {"x12": ("*", ">"), "edifact": ("+", ":")}  # of elements, of components
_STEPS = {"x12": (1, 0), "edifact": (0, 1)}  # to the neighbouring place
_OCCURRENCE = re.compile(r"(\d+)\.\.(\d+|\*) (.*)")
_FIELD = re.compile(r"([a-z][a-z0-9_]*)(\??) (.+?)(?: (list|parts) (\d+))?")
_LENGTH = re.compile(r"(?:(\d*)\.\.)?(\d+)")
_OF_MANY = 1000  # what "without limit" means for the pieces of a text

Shape = Literal["one", "list", "parts"]
_SHAPES: Mapping[str | None, Shape] = {None: "one", "list": "list", "parts": "parts"}


@dataclass(slots=True)
class _At:
    """Where in a segment the next slot is."""

    element: int = 0
    component: int = 1
    bracket: int = 0
    brackets: int = 0


@dataclass(frozen=True, slots=True)
class Templates:
    """The lines of one layout in one version; ``words`` is what ``<word>`` stands for. ConfigError names the line."""

    name: str
    standard: str
    version: str
    words: Mapping[str, str]
    codes: Mapping[str, Mapping[str, str] | list[str]]

    def line(self, text: str) -> Line:
        """The segment that a line describes."""
        for word, meaning in self.words.items():
            text = text.replace(f"<{word}>", meaning)
        if "<" in text:
            raise self.wrong(text, f"version {self.version} does not say what stands for `<`")
        found = _OCCURRENCE.fullmatch(text)
        least, most, template = found.groups() if found else ("1", "1", text)
        slots = tuple(self._slots(template, text))
        if not slots or slots[0].element or not re.fullmatch(r"[A-Z][A-Z0-9]{1,2}", slots[0].prefix):
            raise self.wrong(text, "it does not begin with the tag of a segment")
        line = Line(slots[0].prefix, slots[1:], int(least), _OF_MANY if most == "*" else int(most))
        if line.most > 1 and [field.shape for field in line.fields].count("parts") != 1:
            raise self.wrong(text, "a segment that may stand several times carries one text in `parts`")
        if line.least == 0 and not line.fields:
            raise self.wrong(text, "a segment that may be missing needs a field that says whether it stands")
        return line

    def _slots(self, template: str, entry: str) -> Iterator[Slot]:
        """The tag and the slots of ``TAG*constant*{hole}[*constant*{hole}]``, as far as something stands there."""
        separator, divider = _DELIMITERS[self.standard]
        marks = re.escape(separator + divider) + r"\[\]"
        tokens = re.findall(rf"\{{[^{{}}]+\}}|[{marks}]|[^{marks}{{}}]+", template)
        if "".join(tokens) != template:
            raise self.wrong(entry, "a hole is `{name type}`")
        at, constant, step = _At(), "", _STEPS[self.standard]
        for token in [*tokens, separator]:
            if token.startswith("{"):
                hole = self._hole(token[1:-1], entry)
                slot = Slot(at.element, at.component, step, constant, hole, at.bracket)
                yield slot
                at.element, at.component = slot.place(hole.count - 1 if isinstance(hole, Field) else 0)
                constant = ""
            elif len(token) > 1 or token not in separator + divider + "[]":
                constant = token
            else:
                if constant:
                    yield Slot(at.element, at.component, step, constant, None, at.bracket)
                constant = ""
                _go_on(at, token, separator, divider)

    def _hole(self, text: str, entry: str) -> Field | Computed:
        if text.startswith("="):
            what, _, of = text[1:].partition(" ")
            if what not in COMPUTED:
                raise self.wrong(entry, f"nothing computes `{what}`: use one of {', '.join(sorted(COMPUTED))}")
            return Computed(what, of)
        found = _FIELD.fullmatch(text)
        if not found:
            raise self.wrong(entry, f"`{text}` is no type: say `..30`, `date`, `decimal ..15` ...")
        name, is_optional, spec, shape, count = found.groups()
        field = self._typed(name, spec, entry)
        if shape == "parts" and field.kind != "text":
            raise self.wrong(entry, "only a text can be split into parts")
        return replace(field, is_optional=bool(is_optional), shape=_SHAPES[shape], count=int(count or 1))

    def _typed(self, name: str, spec: str, entry: str) -> Field:
        """``..30`` is a text of that length; ``decimal ..15``, ``date``, ``code 1292`` name the type."""
        first, _, rest = spec.partition(" ")
        if first == "code":
            return Field(name, "text", 1, 99, self._codes(rest, entry))
        kind, size = (first, rest) if first in KINDS else ("text", spec)
        if kind == "date" and self.standard == "x12" and self.version < "004":
            kind = "date6"
        if not KINDS[kind].is_sized and not size:
            return Field(name, kind, 1, 99)
        found = _LENGTH.fullmatch(size) if KINDS[kind].is_sized else None
        if not found:
            raise self.wrong(entry, f"`{spec}` is no type: say `..30`, `date`, `decimal ..15` ...")
        most = int(found.group(2))
        return Field(name, kind, most if found.group(1) is None else int(found.group(1) or 1), most)

    def _codes(self, table: str, entry: str) -> Mapping[str, str]:
        """The layout's own codes, if need be with words for them; or those of a data element."""
        if table in self.codes:
            own = self.codes[table]
            return own if isinstance(own, dict) else {code: code for code in own}
        try:
            return {code: code for code in codes(self.standard, table)}
        except KeyError:
            raise self.wrong(entry, f"there is no table of codes `{table}`") from None

    def wrong(self, entry: str, why: str) -> ConfigError:
        """What is wrong with an entry of this layout."""
        return ConfigError(f"{self.name}.yaml, `{entry}`: {why}: correct the entry")


def _go_on(at: _At, mark: str, separator: str, divider: str) -> None:
    if mark == separator:
        at.element, at.component = at.element + 1, 1
    elif mark == divider:
        at.component += 1
    else:
        at.brackets += mark == "["
        at.bracket = at.brackets if mark == "[" else 0
