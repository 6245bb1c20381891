"""Open this when nothing is proposed for an XML or JSON sample: roots that we know, and standards that read them."""

import io
import json
from dataclasses import dataclass

from lxml import etree

from mappings.catalog import STANDARDS
from schemas.errors import PermanentError

# Root element and a part of its namespace, to the shipped standard for it and the name of the mapping.
_ROOTS = {
    ("DespatchAdvice", "ubl"): ("ubl/despatch_advice", "returns"),
    ("ReceiptAdvice", "ubl"): ("ubl/receipt_advice", "receipts"),
    ("despatchAdviceMessage", "gs1"): ("gs1/despatch_advice", "returns"),
    ("receivingAdviceMessage", "gs1"): ("gs1/receiving_advice", "receipts"),
}


@dataclass(frozen=True, slots=True)
class TreeMap:
    """What is proposed for an XML or JSON file: a mapping's name and text, or notes that say why there is none."""

    root: str
    name: str = ""
    text: str = ""
    notes: tuple[str, ...] = ()


def tree_of(name: str, data: bytes) -> TreeMap | None:
    """The proposal for an XML or JSON file; None for any other. PermanentError where it is broken."""
    begin = data.removeprefix(b"\xef\xbb\xbf").lstrip()[:1]
    if begin == b"<":
        return _of_xml(name, data)
    if begin in (b"{", b"["):
        return _of_json(name, data)
    return None


def _of_xml(name: str, data: bytes) -> TreeMap:
    try:
        events = etree.iterparse(io.BytesIO(data.lstrip()), events=("start",), resolve_entities=False, no_network=True)
        elements = [element for _, element in events]
    except etree.XMLSyntaxError as fault:
        raise PermanentError(f"{name} begins like XML and is none: {fault}. Ask its sender to send it again.") from None
    root = etree.QName(elements[0])
    for (local, part), (standard, mapping) in _ROOTS.items():
        if root.localname == local and part in (root.namespace or "").lower():
            if (STANDARDS / f"{standard}.yaml").is_file():
                return TreeMap(local, mapping, f"# Proposed from {name}.\nextends: {standard}\n")
            return TreeMap(local, notes=(f"{name}: there is no shipped standard {standard} yet; nothing is proposed",))
    told = (
        f"{name}: the XML root {root.localname} is none that we know; write its mapping by hand, see mappings/README.md"
    )
    return TreeMap(root.localname, notes=(told,))


def _of_json(name: str, data: bytes) -> TreeMap:
    try:
        top = json.loads(data)
    except ValueError as fault:
        raise PermanentError(
            f"{name} begins like JSON and is none: {fault}. Ask its sender to send it again."
        ) from None
    keys = ", ".join(top) if isinstance(top, dict) else f"a list of {len(top)}"
    return TreeMap("JSON", notes=(f"{name}: JSON with {keys}; write its mapping by hand, see mappings/README.md",))
