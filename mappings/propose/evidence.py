"""Open this when a column is proposed for a field that it is not: what speaks for a field and what against, in points.

A header that is a name of the field gives most of the points, cells that can be nothing else as many. Cells that
contradict a header take them away again, and the column is asked about.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from mappings.propose.content import Look, is_gtin
from mappings.propose.header_words import LANGUAGES, Reading, readings
from mappings.propose.meanings import ASIDE, Meanings, label, nearest
from mappings.propose.written import is_day_like

NAMED, NAMED_WHOLLY, NAMED_PARTLY, GENERIC = 60, 10, 20, -15
FOREIGN, GUESSED = -5, -10
UNNAMED = 10
CONTRADICTED = -60


@dataclass(frozen=True, slots=True)
class Candidate:
    """A field that a column may be: points, what speaks for it, and what against."""

    field: str
    points: int
    reasons: tuple[str, ...]
    against: tuple[str, ...] = ()


Judged = tuple[int, str]  # points and the reason in words; negative points contradict
_Judge = Callable[[Look], Judged]


def candidates(header: str | None, look: Look, languages: Sequence[str], table: Meanings) -> list[Candidate]:
    """The fields that a column may be, the best first. ``header`` is None in a table without one."""
    named = _named(header, languages, table) if header else {}
    fields = {**named, **{one: (_alone(one, look), "") for one in _proven(look, table) if one not in named}}
    found = [_weighed(field, points, reason, look) for field, (points, reason) in fields.items()]
    return sorted(found, key=lambda one: (-one.points, one.field))


def _alone(field: str, look: Look) -> int:
    """What cells that can be little else are worth without a header: many GTINs are items, few may be stores."""
    return UNNAMED if field == "carton" or (field == "gtin" and _is_varied(look)) else 0


def _is_varied(look: Look) -> bool:
    return look.distinct >= 3 and look.distinct * 2 > look.filled


def _weighed(field: str, points: int, reason: str, look: Look) -> Candidate:
    seen, told = judged(field, look)
    if field == "gtin" and points < NAMED + GENERIC and not _is_varied(look):
        seen = min(seen, NAMED_PARTLY)  # places have such numbers too, and few of them
    reasons = (reason,) if reason else ()
    if seen < 0:
        return Candidate(field, points + CONTRADICTED, reasons, (told,))
    return Candidate(field, points + seen, (*reasons, told) if told else reasons)


def _named(header: str, languages: Sequence[str], table: Meanings) -> dict[str, Judged]:
    """What the header says."""
    found: dict[str, Judged] = {}
    for reading in map(_untaxed, readings(header, languages)):
        whole = not reading.unknown and reading.means in table
        fields = table[reading.means] if whole else nearest_or_same(reading, table)
        points = _points(reading, whole)
        for field in fields:
            told = _told(header, field, languages, whole)
            weighed = points + (GENERIC if field == "aside store name" and reading.means == {"STORE"} else 0)
            if field not in found or found[field][0] < weighed:
                found[field] = (weighed, told)
    return found


def _untaxed(reading: Reading) -> Reading:
    """`excl. VAT` says net: the word for the tax says nothing more."""
    taxed = "TAX" in reading.means and reading.means & {"NET", "GROSS"} and reading.means & {"PRICE", "AMOUNT", "COST"}
    return replace(reading, means=reading.means - {"TAX"}) if taxed else reading


def nearest_or_same(reading: Reading, table: Meanings) -> tuple[str, ...]:
    """What the known words of a header mean when others stand beside them."""
    return table.get(reading.means, ()) or nearest(reading.means, table)


def _points(reading: Reading, whole: bool) -> int:
    points = NAMED if whole else NAMED_PARTLY
    if whole and len(reading.means) > 1:
        points += NAMED_WHOLLY
    if reading.means in ({"DOCUMENT"}, {"NUMBER"}, {"DOCUMENT", "NUMBER"}):
        points += GENERIC
    if "GROSS" in reading.means and "PRICE" in reading.means:
        points = min(points, NAMED_PARTLY)  # a price with tax is not the price that an invoice line states
    return points + (FOREIGN if reading.foreign else 0) + (GUESSED if reading.guessed else 0)


def _told(header: str, field: str, languages: Sequence[str], whole: bool) -> str:
    plain = " ".join(header.split())
    language = f"{LANGUAGES[languages[0]]} for " if languages and whole else "a name of " if whole else "near to "
    return f"header `{plain}` is {language}{label(field)}"


def _proven(look: Look, table: Meanings) -> list[str]:
    """Fields that cells alone speak for."""
    fields = {field for many in table.values() for field in many}
    shown = {
        "gtin": look.gtin >= 0.9 and look.filled > 1,
        "carton": look.sscc >= 0.9,
        "currency": look.currency >= 0.95,
        "quantity": look.small >= 0.95,
        "unit_price": look.fraction >= 0.3 and look.is_number,
        "issued_on": look.is_day,
        "received_on": look.is_day,
        "sold_on": look.is_day,
        "reason": look.reasons >= 0.6,
    }
    return [field for field, fits in shown.items() if fits and field in fields]


# --- what the cells say for and against each field


def judged(field: str, look: Look) -> Judged:
    """What the cells say of this field."""
    if not look.filled:
        return 0, "no row has anything in it"
    judge = _JUDGES.get(field) or (_aside if field.startswith(ASIDE) else _name)
    return judge(look)


def _share(share: float, look: Look, what: str) -> str:
    return f"{share * 100:.0f} % of {look.filled} cells {what}"


def _gtin(look: Look) -> Judged:
    if look.gtin >= 0.9:
        return 50, _share(look.gtin, look, "have a right GTIN check digit")
    if look.scientific > 0.2:
        return -1, f"cells like {look.some_but(str.isdigit)} lost their digits in a spreadsheet"
    if look.gtin >= 0.5:
        return 10, _share(look.gtin, look, "have a right GTIN check digit, the others not")
    return -1, f"cells like {look.some_but(is_gtin)} are no GTINs"


def _carton(look: Look) -> Judged:
    if look.sscc >= 0.9:
        return 50, _share(look.sscc, look, "are SSCCs with a right check digit")
    if look.is_day or look.fraction > 0.1 or look.prose > 0.5 or look.gtin >= 0.9 or look.small >= 0.95:
        return -1, f"cells like {look.some} are no labels"
    return (10, "the cells can be labels") if look.digits >= 0.9 else (0, "")


def _quantity(look: Look) -> Judged:
    if look.gtin >= 0.9 and look.filled > 1:
        return -1, _share(look.gtin, look, "are GTINs")
    if look.small >= 0.95 and look.negative in (0.0, 1.0):
        told = "small whole numbers" if not look.negative else "small whole numbers, all negative"
        return (5, "the rows are counted up") if look.counts_up else (20, told)
    if look.small >= 0.95:
        return -1, "some numbers are negative, others not"
    return -1, f"cells like {look.some_but(lambda cell: cell.isdigit())} are no quantities"


def _price(look: Look) -> Judged:
    if not look.is_number or look.gtin >= 0.9 or look.sscc >= 0.9:
        return -1, f"cells like {look.some} are no prices"
    return (20, "numbers with decimals") if look.fraction >= 0.3 else (10, "numbers")


def _day(look: Look) -> Judged:
    if look.is_day:
        return 30, _share(look.days.share, look, "are days")
    if look.short_years:
        return 20, "six digits that are days as YYMMDD"
    return -1, f"cells like {look.some_but(is_day_like)} are no days"


def _reference(look: Look) -> Judged:
    if _is_another(look) or look.prose > 0.5 or look.fraction > 0.5:
        return -1, f"cells like {look.some} are no numbers of documents"
    if look.small >= 0.95 and max(map(len, look.cells)) <= 2:
        return -1, f"cells like {look.some} are too small for numbers of documents"
    return (20, "the cells can be numbers of documents") if look.digits >= 0.9 else (5, "")


def _line(look: Look) -> Judged:
    return (20, "small whole numbers") if look.small >= 0.95 else (-1, f"cells like {look.some} are no line numbers")


def _store(look: Look) -> Judged:
    if look.is_day or look.fraction > 0.3 or look.sscc >= 0.9:
        return -1, f"cells like {look.some} are no stores"
    if look.digits >= 0.9:
        return 20, "the cells can be numbers of stores"
    return 12, "the same texts come again" if look.repeats else "texts"


def _item(look: Look) -> Judged:
    if _is_another(look) or look.fraction > 0.5 or look.prose > 0.5:
        return -1, f"cells like {look.some} are no item numbers"
    return (20, "the cells can be item numbers") if look.digits >= 0.6 or not look.prose else (5, "")


def _word(look: Look) -> Judged:
    if _is_another(look) or look.fraction > 0.3:
        return -1, f"cells like {look.some} are no codes"
    return (20, "the same few texts come again") if look.repeats or look.distinct <= 12 else (0, "")


def _reason(look: Look) -> Judged:
    if look.reasons >= 0.6:
        return 35, _share(look.reasons, look, "are words for reasons of returns")
    return _word(look)


def _unit(look: Look) -> Judged:
    if look.units >= 0.9:
        return 35, "the cells are units"
    return (-1, f"cells like {look.some} are no units") if look.digits > 0.5 or look.prose > 0.3 else (5, "")


def _currency(look: Look) -> Judged:
    if look.currency >= 0.95:
        return 50, "the cells are ISO 4217 currencies"
    return -1, f"cells like {look.some} are no currencies"


def _flag(look: Look) -> Judged:
    return (35, "the cells say yes or no") if look.yes_no else (-1, f"cells like {look.some} do not say yes or no")


def _name(look: Look) -> Judged:
    return (-1, f"cells like {look.some} are no names") if _is_another(look) or look.fraction > 0.3 else (15, "")


def _aside(look: Look) -> Judged:
    """Columns that are known and not read: only what must be read speaks against them."""
    if (look.gtin >= 0.9 and look.filled > 2) or look.sscc >= 0.9:
        return -1, "the cells are " + ("SSCCs" if look.sscc >= 0.9 else "GTINs")
    return 10, ""


def _aside_quantity(look: Look) -> Judged:
    return _aside(look) if look.small >= 0.5 or look.is_number else (-1, f"cells like {look.some} are no quantities")


def _aside_amount(look: Look) -> Judged:
    return _aside(look) if look.is_number else (-1, f"cells like {look.some} are no amounts")


def _aside_day(look: Look) -> Judged:
    return (20, "days") if look.is_day or look.short_years else (-1, f"cells like {look.some} are no days")


def _description(look: Look) -> Judged:
    if look.gtin >= 0.9 or look.is_day or look.is_number or (look.digits >= 0.8 and look.prose < 0.2):
        return -1, f"cells like {look.some} are no descriptions"
    return (
        (20, "texts of several words") if look.prose >= 0.4 else (10, "texts") if look.letters > 0.9 else (-1, "codes")
    )


def _row_number(look: Look) -> Judged:
    return (50, "the rows are counted up") if look.counts_up else (-1, "the rows are not counted up")


def _store_name(look: Look) -> Judged:
    return (-20, "numbers") if look.digits >= 0.5 else (10, "names")


def _is_another(look: Look) -> bool:
    """Whether the cells can be nothing but GTINs, cartons or days with marks between their numbers."""
    marked = look.is_day and any(not cell.isdigit() for cell in look.cells)
    return (look.gtin >= 0.9 and look.filled > 2) or look.sscc >= 0.9 or marked


_JUDGES: Mapping[str, _Judge] = {
    "gtin": _gtin, "carton": _carton, "quantity": _quantity, "unit_price": _price, "net": _price, "tax": _price,
    "tax_rate": _price, "issued_on": _day, "received_on": _day, "sold_on": _day, "number": _reference,
    "po_number": _reference, "invoice_number": _reference, "delivery_note": _reference, "notice_number": _reference,
    "po_line": _line, "invoice_line": _line, "store": _store, "vendor_item": _item, "buyer_item": _item,
    "reason": _reason, "disposition": _word, "condition": _word, "unit": _unit, "currency": _currency,
    "complete": _flag, "aside description": _description, "aside row number": _row_number, "description": _description,
    "aside store name": _store_name, "aside line total": _aside_amount, "aside retail price": _aside_amount,
    **{f"aside {what} quantity": _aside_quantity for what in ("ordered", "delivered", "sold", "received", "damaged")},
    **{f"aside {what} date": _aside_day for what in ("order", "invoice", "delivery", "sale", "receipt", "return")},
}  # fmt: skip
