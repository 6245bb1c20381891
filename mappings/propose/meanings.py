"""Open this when a header is understood but taken for the wrong field: which fields a set of words can mean."""

from collections.abc import Mapping
from functools import cache
from itertools import combinations, product

from mappings.propose.header_words import resource
from schemas.rules import field_types

ASIDE = "aside "
# Fields of a document that columns give beside those of its lines.
_HEADER = {"notice": ("number", "issued_on"), "receipt": ("number",), "sales": ()}

_LABELS = {
    "number": "document number", "issued_on": "date", "received_on": "date of receipt", "sold_on": "date of sale",
    "gtin": "GTIN", "vendor_item": "supplier's item number", "buyer_item": "retailer's item number",
    "po_number": "order number", "po_line": "order line", "notice_number": "return number", "carton": "carton label",
    "complete": "counted in full",
}  # fmt: skip

Meanings = Mapping[frozenset[str], tuple[str, ...]]


def fields_of(kind: str) -> tuple[str, ...]:
    """The fields that a column of this kind of table can be."""
    return (*_HEADER[kind], *field_types(kind))


@cache
def meanings(kind: str) -> Meanings:
    """For each set of words the fields that it can mean in tables of this kind, and what is known but not read."""
    sections = resource("meanings.yaml")
    own, general = _expanded(sections[kind], kind), _expanded(sections["any"], kind)
    found = {words: list(fields) for words, fields in own.items()}
    for words, fields in general.items():
        real = any(not one.startswith(ASIDE) for one in own.get(words, ()))
        known = found.setdefault(words, [])
        known += [one for one in fields if one not in known and not (real and one.startswith(ASIDE))]
    return {words: tuple(fields) for words, fields in found.items()}


def nearest(words: frozenset[str], table: Meanings) -> tuple[str, ...]:
    """The fields of the largest sets of words that are all here, when the set itself means nothing."""
    for size in range(len(words) - 1, 0, -1):
        found = [one for subset in combinations(sorted(words), size) for one in table.get(frozenset(subset), ())]
        if found:
            return tuple(dict.fromkeys(found))
    return ()


def label(field: str) -> str:
    """A field as a person calls it."""
    return _LABELS.get(field, field.removeprefix(ASIDE).replace("_", " "))


def _expanded(section: Mapping[str, list[str]], kind: str) -> dict[frozenset[str], list[str]]:
    """Each combination with and without its `word~`; fields that the kind does not have are set aside."""
    allowed = fields_of(kind)
    found: dict[frozenset[str], list[str]] = {}
    for name, written in section.items():
        field = name if name in allowed or name.startswith(ASIDE) else ASIDE + name.replace("_", " ")
        for combination in written:
            choices = [(word[:-1], "") if word.endswith("~") else (word,) for word in combination.split()]
            for choice in product(*choices):
                known = found.setdefault(frozenset(filter(None, choice)), [])
                if field not in known:
                    known.append(field)
    return found
