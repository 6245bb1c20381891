"""Open this when a proposed EDI mapping says too much or too little: what a partner does otherwise than the standard.

A shipped standard is tried on the sample. Where it leaves a field empty that another path would fill, that path is
added; where it takes a party of the envelope for a store, that path goes; codes that no list has are asked about.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from mappings.catalog import STANDARDS
from mappings.code_lists import canonical
from mappings.marks import checked, read
from mappings.propose.code_words import LISTS
from mappings.propose.edi import Interchange, Message
from mappings.propose.header_words import resource
from mappings.propose.meanings import label
from mappings.propose.questions import Question
from mappings.translation import Translation
from schemas.rules import RENAMED, Rules

_UNKNOWN_CODE = re.compile(r"(?P<field>\w+): (?P<code>'.*'|\".*\") is not in (?P<list>[\w/]+)")

Try = Callable[[str], Translation]  # a mapping's text, to what it makes of the sample


@dataclass(frozen=True)
class EdiMap:
    """A mapping proposed for one kind of message."""

    name: str
    text: str
    codes: Mapping[str, str]
    questions: tuple[Question, ...]
    told: tuple[tuple[str, str], ...]  # field and why


def proposed_map(sent: Interchange, message: Message, sample: str, answers: Mapping[str, str], tried: Try) -> EdiMap:
    """The mapping of one kind of message: the standard's name, and only what the sample needs beside it."""
    name = _extended(message, answers)
    standard = checked(Rules, read(STANDARDS / f"{name}.yaml"))
    head = _head(sent, message, name, sample)
    changed: dict[str, tuple[str, str]] = {}
    plain = tried(head)
    for field, paths, why in (*_parties(sent, standard, plain), *_added(sent, name, standard, plain, head, tried)):
        changed[field] = (_rule(standard, field, paths), why)
    asked, codes = _codes(plain, answers)
    asked += [*_which(message, answers), *_agreed(standard, answers, changed)]
    lines = [f"  # {why}\n  {field}: {rule}" for field, (rule, why) in changed.items()]
    comments = [f"  # asked: {one.text}" for one in asked]
    body = "\n".join(
        [*(["lines:"] if lines else []), *lines, *(comments if lines else [one.strip() for one in comments])]
    )
    told = tuple((field, why) for field, (_, why) in changed.items())
    return EdiMap(_name(standard), f"{head}{body}\n" if body else head, codes, tuple(asked), told)


def _extended(message: Message, answers: Mapping[str, str]) -> str:
    """The shipped standard to extend: the one for notices where a message may be either, unless it ships goods."""
    name = message.notice if message.notice and answers.get(message.type) != "shipment" else message.extends
    if name is None:
        raise ValueError(f"{message.type} has no shipped standard")
    return name


def _which(message: Message, answers: Mapping[str, str]) -> list[Question]:
    """Whether a message announces a return or ships goods, which it does not say itself."""
    if message.notice is None or message.type in answers:
        return []
    told = (
        f"Does {message.type} announce returns here, or goods that are shipped? It is read as a notice until you say."
    )
    return [Question(message.type, told, ("notice", "shipment"))]


def _head(sent: Interchange, message: Message, name: str, sample: str) -> str:
    claims = [f'sender: "{":".join(sent.sender)}"']
    if sent.standard == "x12" and len(message.versions) == 1 and message.versions[0]:
        claims.append(f'version: "{message.versions[0]}"')
    return f"# Proposed from {sample}.\nextends: {name}\nclaims: {{{', '.join(claims)}}}\n"


def _name(standard: Rules) -> str:
    return {"notice": "returns", "receipt": "receipts", "order": "orders"}.get(standard.kind, standard.kind)


def _rule(standard: Rules, field: str, paths: tuple[str, ...]) -> str:
    """The rule of the field as YAML; what the standard says beside `from` stays."""
    return f"{{from: [{', '.join(_quoted(path) for path in paths)}]}}"


def _quoted(path: str) -> str:
    return f'"{path}"' if re.search(r"[\[\]^<>]", path) else path


def _paths(standard: Rules, field: str) -> tuple[str, ...]:
    rule = standard.lines.fields.get(field)
    return rule.from_ if rule is not None else ()


def _parties(sent: Interchange, standard: Rules, plain: Translation) -> list[tuple[str, tuple[str, ...], str]]:
    """A store that is the sender or we ourselves is none: its path goes."""
    paths = _paths(standard, "store")
    stores = {row.get("store") for row in _lines(standard, plain)}
    for party in (sent.sender[1], sent.receiver[1]):
        if party in stores:
            guilty = [one for one in paths if party == _value_at(sent, one)]
            kept = tuple(one for one in paths if one not in guilty)
            if guilty and kept:
                named = ", ".join(guilty)
                return [("store", kept, f"{named} names {party}, a party of the envelope and no store.")]
    return []


def _value_at(sent: Interchange, path: str) -> str | None:
    """The value that a sample has for `TAG[qualifier]`, where one is in use."""
    found = re.match(r"[\^<]?(\w+)\[([^\]]+)\]", path)
    return sent.qualifiers.get(found[1], {}).get(found[2]) if found else None


def _added(
    sent: Interchange, name: str, standard: Rules, plain: Translation, head: str, tried: Try
) -> list[tuple[str, tuple[str, ...], str]]:
    """Further paths that fill what the standard leaves empty in this sample."""
    found = []
    table: Mapping[str, Mapping[str, str]] = resource("edi_alternatives.yaml").get(name, {})
    for field, alternatives in table.items():
        paths, told = _paths(standard, field), []
        best = _filled(standard, plain, field)
        for path, means in alternatives.items():
            if _value_at(sent, path) in (None, sent.sender[1], sent.receiver[1]):
                continue
            given = tried(f"{head}lines:\n  {field}: {_rule(standard, field, (*paths, path))}\n")
            if (filled := _filled(standard, given, field)) > best:
                paths, best = (*paths, path), filled
                told.append(f"{path} ({means})")
        if told:
            found.append(
                (field, paths, f"The standard leaves {label(field)} empty here; {' and '.join(told)} fill it.")
            )
    return found


def _lines(standard: Rules, given: Translation) -> list[dict[str, Any]]:
    table = given.lines.get(standard.kind)
    return [] if table is None else table.to_pylist()


def _filled(standard: Rules, given: Translation, field: str) -> int:
    name = RENAMED.get(field, field)
    return sum(1 for row in _lines(standard, given) if row.get(name) is not None)


def _codes(plain: Translation, answers: Mapping[str, str]) -> tuple[list[Question], dict[str, str]]:
    """Questions about codes that the lists do not have, and the lists that answers give."""
    unknown: dict[tuple[str, str, str], None] = {}
    for row in plain.findings.select(["code", "detail"]).to_pylist():
        found = _UNKNOWN_CODE.fullmatch(row["detail"] or "") if row["code"] == "FIELD-UNKNOWN-CODE" else None
        if found:
            unknown[found["field"], found["code"][1:-1], found["list"]] = None
    questions, lists = [], dict[str, str]()
    for field, code, name in unknown:
        key = f"{field}:{code}"
        if key in answers:
            lists[name] = lists.get(name, "code,means\n") + f"{code},{answers[key]}\n"
            continue
        own = LISTS.get(field, ("", ""))[1]
        choices = tuple(sorted(canonical(own))) if own else ()
        questions.append(Question(key, f"What does {code} mean as {field}? The list {name} does not have it.", choices))
    return questions, lists


def _agreed(standard: Rules, answers: Mapping[str, str], changed: dict[str, tuple[str, str]]) -> list[Question]:
    """What is agreed with a warehouse, and stands in no message."""
    rule = standard.lines.fields.get("complete")
    if rule is None or rule.const is None:
        return []
    if "complete" in answers:
        changed["complete"] = (f'{{const: "{answers["complete"]}"}}', "Agreed: whether boxes are counted in full.")
        return []
    return [Question("complete", "Are boxes always counted in full before a receipt is sent?", ("true", "false"))]
