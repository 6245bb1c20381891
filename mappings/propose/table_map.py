"""Open this when a proposed mapping of a table is hard to read: a proposal written down as YAML with comments."""

import json
import re
from collections.abc import Iterator, Mapping, Sequence

from mappings.propose.columns import Column
from mappings.propose.tables import TableProposal, currency_of

_PLAIN = re.compile(r"[^\W\d_][\w /.-]*(?<![ ])")
_WIDTH = 110
_WORDS = frozenset(["true", "false", "null", "yes", "no", "on", "off", "y", "n"])
_UPPER = "clean: [strip, upper]"
_NUMBER = r"^[^0-9]*([0-9][0-9.,']*)[^0-9]*$"

# The order in which a person looks for the fields.
_ORDER = (
    "company", "retailer", "notice_number", "store", "invoice_number", "invoice_line", "po_number", "po_line",
    "delivery_note", "received_on", "sold_on", "gtin", "vendor_item", "buyer_item", "description", "quantity", "unit",
    "unit_price", "net", "tax", "tax_category", "tax_rate", "currency", "reason", "disposition", "condition", "carton",
    "complete",
)  # fmt: skip
_CODES = {
    "reason": "",
    "disposition": "",
    "condition": ", unknown: unknown",
    "unit": "",
    "complete": ', unknown: "false", as: flag',
}


def map_text(proposal: TableProposal, sample: str, answers: Mapping[str, str]) -> str:
    """The mapping file: what was settled, and comments where something is asked."""
    grid, kind = proposal.grid, proposal.kind
    lines = [f"# Proposed from {sample}. Read it before you keep it: each line says where a field comes from."]
    lines += [f"kind: {kind}", f"standard: {grid.standard}", *_claims(proposal, sample)]
    lines += [f"reads: {{{', '.join(_reads(proposal))}}}"]
    lines += ["document:", *_document(proposal)]
    lines += ["lines:", "  each: row", f"  require: [{', '.join(_required(proposal))}]"]
    lines += [f"  {line}" for line in _fields(proposal, answers)]
    lines += [f"  # asked: {line}" for line in _asked(proposal)]
    return "\n".join(lines) + "\n"


def written(text: str) -> str:
    """A text as YAML: plain where it can be, else in quotes."""
    return text if _PLAIN.fullmatch(text) and text.lower() not in _WORDS else json.dumps(text, ensure_ascii=False)


def _claims(proposal: TableProposal, sample: str) -> list[str]:
    """A table is known by its columns; one without a header only by its file's name."""
    if proposal.grid.header_row == 0:
        return [f'claims: {{files: "*.{sample.rpartition(".")[2]}"}}  # without a header nothing else tells it']
    return ["claims:", *_wrapped("  columns: ", [one for one in dict.fromkeys(proposal.grid.names) if one])]


def _wrapped(head: str, names: Sequence[str]) -> list[str]:
    lines, line = [], f"{head}["
    for number, name in enumerate(names):
        piece = written(name) + (", " if number + 1 < len(names) else "]")
        if len(line) + len(piece) > _WIDTH and line.strip() != "[":
            lines.append(line.rstrip())
            line = "    "
        line += piece
    return [*lines, line]


def _reads(proposal: TableProposal) -> Iterator[str]:
    grid, numbers = proposal.grid, proposal.numbers
    if grid.standard == "workbook":
        yield f"sheet: {written(grid.sheet or '1')}"
    else:
        yield f"encoding: {grid.charset.encoding}"
        yield "separator: tab" if grid.separator == "\t" else f'separator: "{grid.separator}"'
        if grid.quote != '"':
            yield f'quote: "{grid.quote}"'
    if grid.header_row != 1:
        yield f"header_row: {grid.header_row}"
    if grid.header_row == 0:
        yield f"names: [{', '.join(written(name) for name in grid.names)}]"
    if grid.header_rows > 1:
        yield f"header_rows: {grid.header_rows}"
    if grid.ends:
        yield f"ends: {json.dumps(grid.ends, ensure_ascii=False)}"
    if numbers.decimal != "." or grid.standard == "delimited":
        yield f'decimal: "{numbers.decimal}"'
    if numbers.thousands:
        yield f'thousands: "{numbers.thousands}"'


def _of(proposal: TableProposal, field: str) -> Column | None:
    return next((one for one in proposal.columns if one.field == field), None)


def _document(proposal: TableProposal) -> Iterator[str]:
    number = _of(proposal, "number")
    if number is None:
        if proposal.kind != "sales":
            yield "  # asked: which column is the document's number; until then a file is one, known by its digest"
        yield '  number: {from: "@file"}'
    else:
        yield f"  number: {{from: {written(number.name)}}}"
    day = _of(proposal, "issued_on") or _of(proposal, "received_on")
    if day is not None and proposal.kind != "sales":
        yield f"  issued_on: {_day(proposal, day)}"
    if number is not None:
        yield f"  group_by: {written(number.name)}"


def _day(proposal: TableProposal, column: Column) -> str:
    form = proposal.forms.get(column.name)
    if form is None:  # no cell shows its form
        form = "YYYY-MM-DD"
    timed = column.look.days.timed
    clean = f", clean: [strip, {{before: {json.dumps(timed)}}}]" if timed else ""
    return f"{{from: {written(column.name)}{clean}, as: date, form: {written(form) if form[0].isalpha() else form}}}"


def _required(proposal: TableProposal) -> list[str]:
    given = {one.field for one in proposal.columns}
    items = [one for one in ("gtin", "vendor_item", "buyer_item") if one in given] or ["gtin", "vendor_item"]
    if proposal.kind == "sales":
        needed = ("company", "retailer", "invoice_number", "invoice_line", "sold_on", "gtin", "quantity", "unit_price",
                  "net", "tax", "tax_category", "tax_rate", "currency")  # fmt: skip
        return list(needed)
    more = ["condition", "received_on"] if proposal.kind == "receipt" else []
    return ["quantity", *more, items[0] if len(items) == 1 else f"[{', '.join(items)}]"]


def _fields(proposal: TableProposal, answers: Mapping[str, str]) -> Iterator[str]:
    by_field = {one.field: one for one in proposal.columns if one.field in _ORDER}
    currency = answers.get("currency") or currency_of(proposal.columns)
    for field in _ORDER:
        if field in by_field:
            one = by_field[field]
            if field in ("net", "tax") and "currency" not in by_field and not currency:
                yield f"# asked: {field} is `{one.name}`; an amount needs its currency"
                continue
            if one.verdict == "likely":
                yield f"# likely: {one.why}"
            yield f"{field}: {_field(proposal, one)}"
        elif field == "currency" and currency:
            yield f"currency: {{const: {currency}}}"
        elif proposal.kind == "notice" and field == "disposition":
            yield "# Nothing says what shall happen with the goods: they come back."
            yield "disposition: {const: return}"
        elif proposal.kind == "receipt" and field == "condition":
            yield f"condition: {{const: {answers.get('condition', 'unknown')}}}"
        elif proposal.kind == "receipt" and field == "complete":
            yield f'complete: {{const: "{answers.get("complete", "false")}", as: flag}}'


def _field(proposal: TableProposal, column: Column) -> str:
    field, name = column.field or "", written(column.name)
    if field in proposal.forms or field in ("received_on", "sold_on"):
        return _day(proposal, column)
    if field in _CODES and column.name in proposal.codes:
        return f"{{from: {name}, {_UPPER}, lookup: {proposal.codes[column.name].name}{_CODES[field]}}}"
    if field in ("quantity", "unit_price", "net", "tax", "tax_rate"):
        return f"{{from: {name}{_clean(column)}, as: {_as(field)}}}"
    kind = {"gtin": ", as: gtin", "carton": ", as: sscc"}.get(field, "")
    clean = f", {_UPPER}" if field in ("vendor_item", "currency", "tax_category") else ""
    return f"{{from: {name}{clean}{kind}}}"


def _as(field: str) -> str:
    return {"quantity": "units", "net": "money", "tax": "money"}.get(field, "decimal")


def _clean(column: Column) -> str:
    """How a number is freed from signs that are no part of it: a currency, or the minus of what goes back."""
    signs = any(not re.fullmatch(r"[-+]?\d[\d.,' ]*", cell) for cell in column.look.cells)
    if column.field == "quantity" and column.look.negative == 1.0:
        return f", clean: [strip, {{pattern: {json.dumps(_NUMBER)}}}]"
    return f", clean: [strip, {{pattern: {json.dumps(_NUMBER)}}}]" if signs and not column.look.negative else ""


def _asked(proposal: TableProposal) -> Iterator[str]:
    for one in proposal.columns:
        if one.verdict == "asked":
            yield f"`{' '.join(one.name.split()) or 'a column without a name'}`: {one.why}"
    for codes in proposal.codes.values():
        if codes.questions:
            yield f"codes/{codes.name}.csv lacks {', '.join(one.key.partition(':')[2] for one in codes.questions)}"
