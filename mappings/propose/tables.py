"""Open this when the proposal for a CSV file or a workbook is wrong as a whole: columns, days, numbers, questions."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace

from mappings.marks import unknown_name
from mappings.propose.code_words import LISTS, Codes, codes_of
from mappings.propose.columns import NOTHING, Column, columns_of
from mappings.propose.content import Look, look_at
from mappings.propose.grid import Grid
from mappings.propose.header_words import currency_in
from mappings.propose.meanings import fields_of, label
from mappings.propose.questions import Question
from mappings.propose.written import Days, marks_of
from schemas.errors import ConfigError

DAY_FIELDS = ("issued_on", "received_on", "sold_on")
MARKS = ("point", "comma")
FLAGS = ("true", "false")
KIND_OF = {"retailer": "notice", "warehouse": "receipt", "erp": "sales"}
_ROLE_ROWS = 200
# Fields that together show who sends a table.
_SIGNS: Mapping[str, tuple[set[str], ...]] = {
    "erp": ({"company", "net"}, {"invoice_number", "invoice_line", "net"}),
    "warehouse": ({"condition", "number"}, {"complete", "number"}),
}
_ITEMS = ("gtin", "vendor_item", "buyer_item")


@dataclass(frozen=True)
class Numbers:
    """How the numbers of a table are written. ``why`` is empty where no number shows it."""

    decimal: str = "."
    thousands: str = ""
    why: str = ""
    question: Question | None = None


@dataclass(frozen=True)
class TableProposal:
    """All that is proposed for one table, before it is written down."""

    kind: str
    grid: Grid
    columns: tuple[Column, ...]
    numbers: Numbers
    forms: Mapping[str, str]  # of each column of days
    codes: Mapping[str, Codes]  # by column
    questions: tuple[Question, ...]


def proposed_table(kind: str, grid: Grid, answers: Mapping[str, str]) -> TableProposal:
    """What a table is proposed to be read as. Answers name a question, or a column of the table and its field."""
    looks = [look_at(column) for column in grid.columns]
    numbers = _numbers(grid, looks, answers)
    named = _answered(kind, grid.names, answers)
    columns = columns_of(
        kind, grid.names, looks, grid.rows, numbers.decimal, headless=grid.header_row == 0, answers=named
    )
    columns = [_addressable(one, grid.names) for one in columns]
    known = {one.name for one in columns if one.field}
    columns, forms, day_questions = _with_days(columns, answers)
    columns = [_usable(one, numbers) for one in columns]
    unread = known - {one.name for one in columns if one.field}
    codes = {
        one.name: codes_of(one.field, one.name, list(one.look.cells), answers) for one in columns if one.field in LISTS
    }
    questions = [
        *_charset_question(grid),
        *([numbers.question] if numbers.question else []),
        *day_questions,
        *_column_questions(columns, unread),
        *_field_questions(kind, columns, answers),
        *(question for one in codes.values() for question in one.questions),
    ]
    return TableProposal(kind, grid, tuple(columns), numbers, forms, codes, tuple(questions))


def likeliest_role(grid: Grid) -> str:
    """Whose table this is, by fields that only one role sends; a retailer's when it has none of them."""
    part = replace(grid, rows=grid.rows[:_ROLE_ROWS])
    for role, signs in _SIGNS.items():
        fields = {one.field for one in proposed_table(KIND_OF[role], part, {}).columns}
        if any(sign <= fields for sign in signs):
            return role
    return "retailer"


def _answered(kind: str, names: Sequence[str], answers: Mapping[str, str]) -> dict[str, str]:
    """The field of each column that an answer names, as `Menge=quantity` or `quantity=Menge`."""
    fields = (*fields_of(kind), NOTHING)
    found: dict[str, str] = {}
    for key, value in answers.items():
        column, field = (value, key) if value in names and key in fields else (key, value)
        if column not in names:
            continue
        if field not in fields:
            raise ConfigError(f"--answer {key}={value}: {unknown_name(field, fields, 'field')}")
        if field != NOTHING and field in found.values():
            raise ConfigError(f"--answer {key}={value}: another column is {field} already. Next: keep one of them.")
        found[column] = field
    return found


def _charset_question(grid: Grid) -> list[Question]:
    if not grid.charset.rivals:
        return []
    both = (grid.charset.encoding, *grid.charset.rivals)
    return [Question("encoding", f"The bytes fit {' and '.join(both)}: which is it? Look at the letters.", both)]


# --- numbers


def _numbers(grid: Grid, looks: Sequence[Look], answers: Mapping[str, str]) -> Numbers:
    """The decimal and the thousands mark that all columns of numbers agree on."""
    if "decimal" in answers:
        decimal = {"comma": ",", "point": "."}.get(answers["decimal"], answers["decimal"])
        return Numbers(decimal, "", "you said so")
    seen = [marks_of(look.cells) for look in looks if look.is_number and look.gtin < 0.5 and look.sscc < 0.5]
    decimals = {mark: cell for one in seen for mark, cell in one.decimal.items()}
    thousands = {mark: cell for one in seen for mark, cell in one.thousands.items()}
    if grid.standard == "workbook" and not decimals and not thousands:
        return Numbers(why="numbers of a workbook")
    if len(decimals) == 1 and not decimals.keys() & thousands.keys():
        [(mark, cell)] = decimals.items()
        return Numbers(mark, _thousands(thousands, mark), f"`{cell}` shows the decimal {_called(mark)}")
    undecided = next((one.open for one in seen if one.open), None)
    if decimals:
        cells = " and ".join(f"`{cell}`" for cell in [*decimals.values(), *thousands.values()][:3])
        return Numbers(
            question=Question("decimal", f"Numbers are written in two ways: {cells}. Which mark is it?", MARKS)
        )
    if thousands.keys() & {".", ","}:
        mark = "." if "," in thousands else ","
        return Numbers(mark, _thousands(thousands, mark), f"`{next(iter(thousands.values()))}` has thousands marks")
    if undecided:
        told = f"Is `{undecided}` a few, or thousands? No number says which mark stands before decimals."
        return Numbers(question=Question("decimal", told, MARKS))
    return Numbers()


def _called(mark: str) -> str:
    return "comma" if mark == "," else "point"


def _thousands(found: Mapping[str, str], decimal: str) -> str:
    marks = {"'": "'", " ": " ", ".": ".", ",": ","}
    return next((marks[mark] for mark in found if mark in marks and mark != decimal), "")


# --- columns that cannot be read as they are


def _addressable(column: Column, names: Sequence[str]) -> Column:
    """A column without a name, or with the name of another one, cannot be named in a mapping."""
    if not column.name:
        verdict, why = ("asked", "it has no name in the header") if column.look.filled else ("aside", "empty")
        return replace(column, field=None, verdict=verdict, why=why)  # type: ignore[arg-type]
    if names.count(column.name) > 1:
        return replace(column, field=None, verdict="asked", why="several columns have this name")
    return column


def _with_days(
    columns: Sequence[Column], answers: Mapping[str, str]
) -> tuple[list[Column], dict[str, str], list[Question]]:
    """The columns, the form of each column of days, and what is asked about the order of day and month."""
    settled = {one.look.days.separator: one.look.days.forms[0][:2] for one in columns if len(one.look.days.forms) == 1}
    forms: dict[str, str] = {}
    questions: list[Question] = []
    for one in columns:
        if one.field not in DAY_FIELDS or not one.look.filled:
            continue
        days = one.look.days
        fitting = [form for form in days.forms if form[:2] == settled.get(days.separator)] or list(days.forms)
        if one.look.short_years:
            fitting = ["YYMMDD"]
        if "days" in answers and len(fitting) != 1:
            fitting = [answers["days"]]
        if len(fitting) > 1:
            example = next(iter(one.look.cells))
            text = f"Is `{example}` (column `{one.name}`) {' or '.join(fitting)}? No day is above 12."
            questions.append(Question("days", text, tuple(fitting)))
        elif fitting and not days.short:
            forms[one.name] = fitting[0]
    kept = [_with_form(one, forms) if one.field in DAY_FIELDS else one for one in columns]
    return kept, forms, list({one.key: one for one in questions}.values())


def _with_form(column: Column, forms: Mapping[str, str]) -> Column:
    if column.name in forms:
        return replace(column, why=f"{column.why}, {forms[column.name]}")
    days: Days = column.look.days
    why = "day and month may be the other way round" if len(days.forms) > 1 else _unread(days, column.look)
    return replace(column, field=None, verdict="asked", why=f"{label(column.field or '')}: {why}")


def _unread(days: Days, look: Look) -> str:
    if not look.filled:
        return "no row has a day that shows its form"
    if days.short:
        return f"days like {look.some} lack their zeros, which no form of a date has"
    return f"days like {look.some} are in no form that `form:` can name"


def _usable(column: Column, numbers: Numbers) -> Column:
    """A quantity that may be thousands, or a number whose decimal mark is not known, is asked about."""
    if column.field in ("unit_price", "net", "tax", "tax_rate", "quantity") and column.look.filled:
        marks = marks_of(column.look.cells)
        if numbers.question and (marks.decimal or marks.thousands or marks.open):
            return replace(
                column, field=None, verdict="asked", why=f"{label(column.field)}: its decimal mark is not known"
            )
    if column.field == "quantity" and numbers.thousands and _all_thousands(column.look.cells, numbers.thousands):
        return replace(column, field=None, verdict="asked", why=f"is {column.look.some} a few, or thousands?")
    return column


def _all_thousands(cells: Collection[str], mark: str) -> bool:
    return bool(cells) and all(cell.endswith(f"{mark}000") for cell in cells)


# --- questions


def _column_questions(columns: Sequence[Column], unread: Collection[str]) -> list[Question]:
    """One question for each column that is asked about for what it is; of ``unread`` ones something else is asked."""
    taken = {one.field for one in columns}
    found = []
    for one in columns:
        if one.verdict != "asked" or not one.name or one.name in unread:
            continue
        likely = [choice for choice in one.choices if not choice.startswith("aside ") and choice not in taken]
        choices = (*dict.fromkeys(likely), "nothing")
        cells = f" Cells: {one.look.some}." if one.look.filled else ""
        found.append(Question(one.name, f"What is column `{one.name}`? {_sentence(one.why)}.{cells}", choices))
    return found


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:]


def _field_questions(kind: str, columns: Sequence[Column], answers: Mapping[str, str]) -> list[Question]:
    """What every document of this kind needs and no column gives."""
    given = {one.field for one in columns}
    free, found = _free_columns(columns), []
    if "number" in fields_of(kind) and "number" not in given:
        told = "Which column is the document's number? Until then a file is one document."
        found.append(Question("number", told, free))
    if "quantity" not in given:
        found.append(Question("quantity", "Which column is the quantity? Without it every line is held.", free))
    if not given & set(_ITEMS):
        told = "Which column is the item? Answer COLUMN=gtin, =vendor_item or =buyer_item. Without it lines are held."
        found.append(Question("item", told))
    if kind == "receipt" and "complete" not in {*given, *answers}:
        found.append(Question("complete", "Are boxes always counted in full before a receipt is sent?", FLAGS))
    if kind == "receipt" and "condition" not in {*given, *answers}:
        told = "In which condition are goods of which nothing is said?"
        found.append(Question("condition", told, ("sellable", "unknown")))
    if kind == "sales":
        needed = ("company", "retailer", "invoice_number", "invoice_line", "sold_on", "net", "tax", "tax_category")
        found += [
            Question(name, f"Which column is the {label(name)}? Sales cannot be read without it.")
            for name in needed
            if name not in given
        ]
    if kind in ("notice", "sales") and {"unit_price", "net", "tax"} & given and "currency" not in given:
        found += _currency_question(columns, answers)
    return found


def _free_columns(columns: Sequence[Column]) -> tuple[str, ...]:
    """The columns that may still be something: those that are asked about."""
    return tuple(one.name for one in columns if one.verdict == "asked" and one.name)


def _currency_question(columns: Sequence[Column], answers: Mapping[str, str]) -> list[Question]:
    if "currency" in answers or currency_of(columns):
        return []
    return [Question("currency", "In which currency are the prices? Write its code, for example EUR.")]


def currency_of(columns: Sequence[Column]) -> str | None:
    """The one currency that headers or cells of amounts name."""
    texts = [text for one in columns if one.look.is_number for text in (one.name, *list(one.look.cells)[:20])]
    named = {found for text in texts if (found := currency_in(text))}
    return named.pop() if len(named) == 1 else None
