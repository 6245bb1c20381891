"""Random credit notes as 810, 812 and INVOIC: readers of others read them, and every total adds up again."""

import io
from collections import Counter, defaultdict
from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from pydifact.parser import Parser
from pyx12.x12file import X12Reader

from mappings.outbound.catalog import shipped
from mappings.outbound.credits import credit_rows
from mappings.outbound.interchanges import Written, written_file
from schemas.credits import CreditRequest
from schemas.money import exponent
from schemas.partners import Partner
from tests.erp.random_notes import CURRENCIES, THIRDS, random_requests

ON, NOW = date(2026, 3, 14), datetime(2026, 3, 14, 9, 30, tzinfo=UTC)
X12 = Partner.model_validate({
    "id": "shop", "name": "The Shop", "role": "retailer",
    "identities": [{"scheme": "x12", "qualifier": "ZZ", "id": "SHOP"}],
    "our_identity": {"scheme": "x12", "qualifier": "ZZ", "id": "WICKHAMROWE"},
})  # fmt: skip
EDIFACT = Partner.model_validate({
    "id": "shop", "name": "The Shop", "role": "retailer",
    "identities": [{"scheme": "edifact", "qualifier": "14", "id": "9520000000028"}],
    "our_identity": {"scheme": "edifact", "qualifier": "14", "id": "9520000000011"},
})  # fmt: skip


def sendable(request: CreditRequest) -> CreditRequest:
    """With location numbers of both, which whoever exchanges EDI has."""
    sides = {
        name: getattr(request, name).model_copy(update={"endpoint": ("0088", gln)})
        for name, gln in (("seller", "9520000000011"), ("buyer", "9520000000028"))
    }
    return request.model_copy(update=sides)


def written(name: str, partner: Partner, request: CreditRequest) -> Written:
    """The file that a shipped map writes of the posted note."""
    return written_file(shipped(name), partner, [credit_rows(request, "CN-000007", ON, NOW)], NOW, 7)


def x12_segments(data: bytes) -> list[list[str]]:
    """The segments as pyx12 reads them, which finds no fault with their envelopes."""
    with X12Reader(io.StringIO(data.decode("latin-1"))) as source:
        found = [
            [seg.get_seg_id(), *(seg.get_value(f"{n:02}") or "" for n in range(1, len(seg) + 1))] for seg in source
        ]
        source.cleanup()
        assert source.pop_errors() == []
    return found


def moved(text: str, places: int) -> Decimal:
    return Decimal(text).scaleb(-places)


def check_810(data: bytes, request: CreditRequest) -> None:
    """TDS is the sum of quantity and price of the lines, and of the tax."""
    segments = x12_segments(data)
    lines = [one for one in segments if one[0] == "IT1"]
    assert len(lines) == len(request.lines)
    assert [Decimal(one[2]) for one in lines] == [line.units for line in request.lines]
    (total,) = [one for one in segments if one[0] == "TDS"]
    assert moved(total[1], 2) == request.net + request.tax
    taxes = [one for one in segments if one[0] == "TXI"]
    assert sum((Decimal(one[2]) for one in taxes), Decimal(0)) == request.tax
    half = Decimal("0.0000005")
    net = sum((Decimal(one[2]) * Decimal(one[4]) for one in lines), Decimal(0))
    assert abs(net - request.net) <= sum(Decimal(one[2]) for one in lines) * half, "prices are rounded to six places"


def check_812(data: bytes, request: CreditRequest) -> None:
    """BCD is the sum of the lines, with tax, all of them credits."""
    segments = x12_segments(data)
    (head,) = [one for one in segments if one[0] == "BCD"]
    lines = [one for one in segments if one[0] == "CDD"]
    assert {head[4 + 1], *(one[2] for one in lines)} == {"C"}
    assert [moved(one[4], 2) for one in lines] == [line.net + line.tax for line in request.lines]
    assert moved(head[4], 2) == sum(moved(one[4], 2) for one in lines) == request.net + request.tax


def check_invoic(data: bytes, request: CreditRequest) -> None:
    """MOA 203 of the lines sum to 79, with the tax 124 to 77; the taxes sum to theirs."""
    segments = [(one.tag, one.elements) for one in Parser().parse(data.decode("latin-1"))]
    amounts: dict[str, list[Decimal]] = defaultdict(list)
    for tag, elements in segments:
        if tag == "MOA":
            amounts[elements[0][0]].append(Decimal(elements[0][1]))
    counts = Counter(tag for tag, _ in segments)
    assert counts["LIN"] == len(request.lines)
    assert amounts["203"] == [line.net for line in request.lines]
    assert amounts["79"] == [sum(amounts["203"])]
    assert amounts["77"] == [request.net + request.tax]
    assert amounts["9"] == [request.net + request.tax]
    assert sum(amounts["124"]) in (request.tax, 2 * request.tax)
    assert dict(segments)["BGM"][0] == "381" or dict(segments)["BGM"][0][0] == "381"


CHECKS: dict[str, tuple[Partner, Callable[[bytes, CreditRequest], None]]] = {
    "x12/810_credit_memo": (X12, check_810),
    "x12/812": (X12, check_812),
    "edifact/invoic_credit_note": (EDIFACT, check_invoic),
}


def judged(name: str, count: int, seed: int) -> int:
    """How many of so many random notes were written; each is read and added up again."""
    partner, check = CHECKS[name]
    done = 0
    for drawn in random_requests(count, seed, CURRENCIES + THIRDS):
        request = sendable(drawn)
        if request.charges:
            continue  # what takes a credit back is sent by the ERP
        file = written(name, partner, request)
        if file.problems:
            assert expected_problem(name, request, file.problems), (request.reference, file.problems)
            continue
        check(file.data, request)
        done += 1
    return done


def expected_problem(name: str, request: CreditRequest, problems: tuple[str, ...]) -> bool:
    """What a format has no way to say is told, and nothing is sent."""
    nameless = not all(any(one.isascii() and one.isalnum() for one in side.legal_name)
                       for side in (request.seller, request.buyer))  # fmt: skip
    return name.startswith("x12/") and (exponent(request.currency) > 2 or nameless)


@pytest.mark.filterwarnings("ignore::pydifact.exceptions.MissingImplementationWarning")  # it ships no directories
@pytest.mark.parametrize("name", CHECKS)
def test_random_notes_are_read_by_others_and_add_up(name):
    assert judged(name, 60, 20260314) >= 20


@pytest.mark.soak
@pytest.mark.timeout(3600)
@pytest.mark.filterwarnings("ignore::pydifact.exceptions.MissingImplementationWarning")
@pytest.mark.parametrize("name", CHECKS)
def test_two_thousand_random_notes_are_read_by_others_and_add_up(name):
    assert judged(name, 2000, 7) > 600
