"""Open this when an editor completes or underlines what you write wrongly: JSON Schema of each kind of file.

The schemas are made from the models (schemas/rules.py, outbound.py, partners.py, policies.py) and say what the
*written* files may hold: one text where a list is meant, functions by name or with their argument, the fields of a kind
directly under `lines:`, nothing for a key that is taken away. They are kept as schemas/*.schema.json; a test holds them
current.
"""

import json
import re
import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, get_args

from pydantic import BaseModel

from mappings import code_lists
from mappings.catalog import STANDARDS
from mappings.functions.cleaning import CLEAN, WITH_ARGUMENT
from mappings.functions.values import CONVERT
from mappings.layouts import layout_names
from mappings.outbound.catalog import shipped_names
from mappings.policy_codes import CODES, codes_of
from schemas.outbound import OUTBOUND, OUTBOUND_KINDS, OutboundKind, OutboundRules, columns_of
from schemas.partners import Partner
from schemas.policies import DATED, PolicyFile
from schemas.rules import LINES, As, Rules, field_types

Schema = dict[str, Any]
FILES = {
    "mapping": "mapping.schema.json",
    "outbound": "outbound.schema.json",
    "partner": "partner.schema.json",
    "policy": "policy.schema.json",
}
_FOLDER = Path(__file__).resolve().parent.parent.parent / "schemas"
_DRAFT = "https://json-schema.org/draft/2020-12/schema"
# YAML in an editor makes numbers and yes/no of texts; our reader leaves them as they are written.
_TEXT = ["string", "number", "boolean"]
# What a mapping that extends nothing must have.
_WHOLE: Schema = {
    "required": ["kind", "standard", "claims", "document", "lines"],
    "properties": {"document": {"required": ["number"]}, "lines": {"required": ["each"]}},
}
_EXCLUDE = (("from", "const"), ("only", "skip"))


def schema_text(which: str) -> str:
    """The text of a schema file: `mapping`, `outbound`, `partner` or `policy`."""
    made = {"mapping": mapping_schema, "outbound": outbound_schema, "partner": partner_schema, "policy": policy_schema}
    schema = made[which]()
    return json.dumps(schema, indent=1, ensure_ascii=False) + "\n"


def path_of(which: str) -> Path:
    """Where the schema is kept."""
    return _FOLDER / FILES[which]


def mapping_schema() -> Schema:
    """JSON Schema of a mapping file."""
    schema = _written(Rules, "A mapping of Backhaul: how a partner's files become canonical lines.")
    parts = schema["$defs"]
    parts["Clean"] = _clean()
    parts["FieldRule"] = _field_rule(parts["FieldRule"])
    rule: Schema = {"$ref": "#/$defs/FieldRule"}
    parts["Lines"] = _with_fields(parts["Lines"], rule)
    parts["Part"] = _with_fields(parts["Part"], {"type": _TEXT}, rule)
    parts["Part"]["properties"]["condition"] = _any_of({"enum": sorted(code_lists.canonical("conditions"))}, rule)
    schema["properties"]["extends"] = _any_of({"enum": shipped_standards()}) | {
        "description": "the shipped standard that this file is laid over; only what differs is written"
    }
    for part in (schema, parts["Header"], parts["Lines"]):
        part.pop("required", None)
    schema["allOf"] = [
        {"if": {"not": {"required": ["extends"]}}, "then": _WHOLE},
        *(_only_fields_of(kind) for kind in LINES),
    ]
    return schema


def outbound_schema() -> Schema:
    """JSON Schema of an outbound map. Which fields there are is the layout's affair, so any name may stand."""
    schema = _written(OutboundRules, "An outbound map of Backhaul: what a partner gets, from our canonical rows.")
    parts = schema["$defs"]
    parts["Clean"] = _clean()
    parts["FieldRule"] = _field_rule(parts["FieldRule"])
    rule: Schema = {"$ref": "#/$defs/FieldRule"}
    parts["Items"]["properties"].pop("fields")
    parts["Items"]["additionalProperties"] = _any_of(rule)
    keys = schema["properties"]
    keys["document"] = {"description": "fields of the document itself"} | _any_of(
        {"type": "object", "additionalProperties": _any_of(rule)}
    )
    keys["extends"] = _any_of({"enum": shipped_names()}) | {
        "description": "the shipped outbound map that this file is laid over; only what differs is written"
    }
    parts["Writes"]["properties"]["layout"] = {"description": "a message, by its layout"} | _any_of(
        {"enum": layout_names()}
    )
    for part in (schema, parts["Items"], parts["Csv"]):
        part.pop("required", None)
    whole: Schema = {
        "required": ["kind", "writes", "document"],
        "properties": {section: {"required": ["each"]} for section in ("lines", "taxes")},
    }
    schema["allOf"] = [
        {"if": {"not": {"required": ["extends"]}}, "then": whole},
        *(_only_columns_of(kind) for kind in OUTBOUND_KINDS),
    ]
    return schema


def _only_columns_of(kind: OutboundKind) -> Schema:
    """Where the kind is said, paths are its columns."""
    sections: Schema = {}
    for section in OUTBOUND[kind]:
        names: Schema = {"enum": columns_of(kind, section)}
        path: Schema = {"properties": {"from": _any_of(names, {"type": "array", "items": names})}}
        sections[section] = {"type": ["object", "null"], "additionalProperties": path}
    return {
        "if": {"required": ["kind"], "properties": {"kind": {"const": kind}}},
        "then": {"properties": sections},
    }


def partner_schema() -> Schema:
    """JSON Schema of a partner.yaml."""
    schema = _written(Partner, "A partner of Backhaul: a retailer, a warehouse or our own ERP.")
    _with_codes(schema["$defs"])
    return schema


def policy_schema() -> Schema:
    """JSON Schema of a file of ``policies/``: only what can differ by day, its first day, and who wrote it."""
    schema = _written(PolicyFile, "A policy of Backhaul that holds from a day on.")
    parts = schema["$defs"]
    policy = parts["Policy"]
    _with_codes(parts)
    policy["properties"] = {name: entry for name, entry in policy["properties"].items() if name in DATED}
    policy["required"] = ["written_by"]
    parts["Control"]["properties"].pop("judged_by")
    top = {name: entry for name, entry in schema.items() if name != "$defs"}
    return top | {"$defs": _reached(top, parts)}


def _with_codes(parts: Schema) -> None:
    """Only codes that there are, in the keys of a policy that hold codes."""
    for key, name in CODES.items():
        *above, last = (part for part in key.split(".") if part != "*")
        holder = parts["Policy"]
        for part in above:
            holder = parts[_part_of(holder["properties"][part])]
        entry = holder["properties"][last]
        are_keys = any(one["type"] == "object" for one in entry["anyOf"])
        entry["propertyNames" if are_keys else "items"] = {"enum": list(codes_of(name))}


def _part_of(entry: Schema) -> str:
    """The part that an entry refers to, itself or with each of its items."""
    (name,) = set(re.findall(r'"#/\$defs/(\w+)"', json.dumps(entry)))
    return str(name)


def _reached(top: Schema, parts: Schema) -> Schema:
    """The parts that are still named by what is left of a schema, in their order."""
    found, waiting = set[str](), [top]
    while waiting:
        named = set(re.findall(r'"#/\$defs/(\w+)"', json.dumps(waiting.pop()))) - found
        found |= named
        waiting += [parts[name] for name in sorted(named)]
    return {name: part for name, part in parts.items() if name in found}


def shipped_standards() -> list[str]:
    """The names of the shipped standards, as `extends:` has them."""
    return sorted(path.relative_to(STANDARDS).with_suffix("").as_posix() for path in STANDARDS.glob("*/*.yaml"))


# --- from the model to what is written


def _written(model: type[BaseModel], title: str) -> Schema:
    made = model.model_json_schema(by_alias=True)
    single = {one.__name__: _lists_from_one_text(one) for one in _models(model)}
    parts = {name: _relaxed(part, single.get(name, frozenset())) for name, part in made.pop("$defs").items()}
    top = _relaxed(made, single[model.__name__])
    about = {"$schema": _DRAFT, "title": title, "description": made.get("description", "")}
    return about | top | {"$defs": parts}


def _models(model: type[BaseModel]) -> Iterable[type[BaseModel]]:
    """The model and all models in it."""
    found, waiting = {model}, [model]
    while waiting:
        for field in waiting.pop().model_fields.values():
            new = {one for one in _classes(field.annotation) if issubclass(one, BaseModel)} - found
            found |= new
            waiting += sorted(new, key=lambda one: one.__name__)
    return sorted(found, key=lambda one: one.__name__)


def _classes(annotation: Any) -> list[type]:
    inner = get_args(annotation)
    if not inner:
        return [annotation] if isinstance(annotation, type) else []
    return [one for part in inner for one in _classes(part)]


def _lists_from_one_text(model: type[BaseModel]) -> frozenset[str]:
    """The keys of a model that take one text where a list is meant: those that a validator makes a list of."""
    checks = model.__pydantic_decorators__.field_validators.values()
    named = {name for check in checks for name in check.info.fields if check.info.mode == "before"}
    return frozenset(model.model_fields[name].alias or name for name in named)


def _relaxed(part: Schema, single: frozenset[str]) -> Schema:
    """A model's schema with texts that may look like numbers, single texts for lists, and keys taken away."""
    part = _plain(part)
    for name, entry in part.get("properties", {}).items():
        if name in single:
            entry = _one_or_list(entry)
        part["properties"][name] = _or_nothing(entry)
    return part


def _plain(node: Any) -> Any:
    """The same without titles of fields and defaults that nobody writes, with texts relaxed."""
    if isinstance(node, list):
        return [_plain(one) for one in node]
    if not isinstance(node, dict):
        return node
    made = {key: _plain(value) for key, value in node.items() if not _is_noise(key, value)}
    if "properties" in node:  # here the keys are names of ours
        made["properties"] = {name: _plain(value) for name, value in node["properties"].items()}
    if made.get("type") == "string" and "enum" in made:
        numbers = [int(one) for one in made["enum"] if one.isdigit()]
        return {key: value for key, value in made.items() if key != "type"} | {"enum": made["enum"] + numbers}
    if made.get("type") == "string" and "const" not in made and "pattern" not in made:
        made["type"] = _TEXT
    if made.get("type") == "integer":
        made["type"] = ["integer", "string"]
    return made


def _is_noise(key: str, value: Any) -> bool:
    return (key == "title" and isinstance(value, str)) or (key == "default" and not isinstance(value, str | int))


def _one_or_list(entry: Schema) -> Schema:
    """A list, or one of its items; in a mapping of lists likewise, and in a list of lists."""
    if entry.get("type") == "object" and "additionalProperties" in entry:
        return entry | {"additionalProperties": _one_or_list(entry["additionalProperties"])}
    if entry.get("type") != "array":
        return entry
    about = {key: entry[key] for key in ("description", "default") if key in entry}
    items = entry["items"]
    if items.get("type") == "array":
        return about | {"type": "array", "items": _one_or_list(items)}
    return about | {"anyOf": [items, {"type": "array", "items": items}]}


def _or_nothing(entry: Schema) -> Schema:
    """The same, or nothing: a key without value is as if it were not there, or takes away what is extended."""
    if "anyOf" in entry:
        kept = entry["anyOf"]
        return entry if {"type": "null"} in kept else entry | {"anyOf": [*kept, {"type": "null"}]}
    about = {key: entry[key] for key in ("description", "default") if key in entry}
    return about | _any_of({key: value for key, value in entry.items() if key not in about})


def _any_of(*kinds: Schema) -> Schema:
    return {"anyOf": [*kinds, {"type": "null"}]}


# --- what the models do not say


def _clean() -> Schema:
    """An entry of `clean:`: a function's name, or the name with its argument."""
    bare = [_named(name, CLEAN[name]) for name in CLEAN if name not in WITH_ARGUMENT]
    arguments = {name: {"type": _TEXT, "description": _promise(CLEAN[name])} for name in CLEAN if name in WITH_ARGUMENT}
    one = {"type": "object", "properties": arguments, "additionalProperties": False, "minProperties": 1}
    return {"description": "a function on text", "anyOf": [*bare, one | {"maxProperties": 1}]}


def _field_rule(rule: Schema) -> Schema:
    keys = rule["properties"]
    own = {"type": "string", "pattern": "^[a-z0-9_]+/[A-Za-z0-9_.-]+$"}
    shipped = {"enum": sorted(code_lists.lists_of(code_lists.SHIPPED))}
    keys["lookup"] = {"description": "a code list: a shipped one, or one of the partner's own"} | _any_of(shipped, own)
    keys["as"] = {"description": "what the text becomes", "default": "text"} | _any_of(
        *(_named(name, CONVERT[name]) for name in get_args(As))
    )
    both = [{"not": {"required": list(pair), "properties": dict.fromkeys(pair, _SAID)}} for pair in _EXCLUDE]
    return rule | {"allOf": both}


_SAID: Schema = {"not": {"type": "null"}}


def _with_fields(part: Schema, *rules: Schema) -> Schema:
    """A section with the fields of all kinds beside its own keys."""
    keys = {name: entry for name, entry in part["properties"].items() if name != "fields"}
    fields = sorted({name for kind in LINES for name in field_types(kind)} - keys.keys())
    return part | {"properties": keys | {name: _any_of(*rules) for name in fields}}


def _only_fields_of(kind: str) -> Schema:
    """Where the kind is said, only its own fields are allowed."""
    others = sorted({name for other in LINES for name in field_types(other)} - set(field_types(kind)))
    return {
        "if": {"required": ["kind"], "properties": {"kind": {"const": kind}}},
        "then": {"properties": {"lines": {"properties": dict.fromkeys(others, False)}}},
    }


def _named(name: str, function: Callable[..., Any]) -> Schema:
    return {"const": name, "description": _promise(function)}


def _promise(function: Callable[..., Any]) -> str:
    return (function.__doc__ or "").split("\n")[0]


def _kept(path: Path) -> str:
    return path.read_text(encoding="utf-8") if path.is_file() else ""


def main(arguments: list[str]) -> int:
    """With ``--write`` the schemas are written anew; otherwise it says whether they are current."""
    stale = [which for which in FILES if _kept(path_of(which)) != schema_text(which)]
    for which in stale:
        if "--write" in arguments:
            path_of(which).write_text(schema_text(which), encoding="utf-8")
        print(f"{path_of(which).name} is {'written anew' if '--write' in arguments else 'not current'}.")
    return 1 if stale and "--write" not in arguments else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
