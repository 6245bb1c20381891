"""What an outbound map makes of canonical rows: each step of a rule, loops, and what cannot be written."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from mappings import code_lists
from mappings.outbound.catalog import load_outbound
from mappings.outbound.interchanges import Written, written_file
from schemas.partners import Partner

NOW = datetime(2026, 3, 5, 9, 30, tzinfo=UTC)
SHOP = Partner.model_validate({
    "id": "shop", "name": "The Shop", "role": "retailer",
    "identities": [{"scheme": "x12", "qualifier": "ZZ", "id": "SHOP"}],
    "our_identity": {"scheme": "x12", "qualifier": "ZZ", "id": "WICKHAMROWE"},
})  # fmt: skip
LINE = {"line_no": 1, "verdict": "accepted", "disposition": "return", "gtin": "09522234400018", "units": 3}
CREDIT_LINE = {"units": 3, "gtin": "09522234400018", "unit_price": "12.40", "net": "37.20"}


def file_of(tmp_path: Path, own: str, *documents: dict[str, Any], codes: dict[str, str] | None = None) -> Written:
    """What a map with these lines writes of these documents."""
    for name, text in (codes or {}).items():
        path = tmp_path / "codes" / f"{name}.csv"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    lists = code_lists.shadowed(code_lists.lists_of(code_lists.SHIPPED), code_lists.lists_of(tmp_path / "codes"))
    path = tmp_path / "map.yaml"
    path.write_text(own)
    return written_file(load_outbound(path, lists), SHOP, documents, NOW, 7)


def segments(written: Written) -> list[str]:
    """The segments between ST and SE."""
    assert written.problems == ()
    return [
        one for one in written.data.decode().split("~") if one[:3] not in ("ISA", "GS*", "ST*", "SE*", "GE*", "IEA", "")
    ]


def answer(*lines: dict[str, Any], **header: Any) -> dict[str, Any]:
    return {"number": "A-1", "written_at": NOW.replace(tzinfo=None), "request_number": "R-1",
            "lines": list(lines or (LINE,)), **header}  # fmt: skip


BASE = "extends: x12/180_answer\n"


def field(tmp_path: Path, rule: str, line: dict[str, Any] | None = None, **kinds: Any) -> str:
    """What our own item number, a free text, holds by this rule."""
    written = file_of(tmp_path, f"{BASE}lines:\n  vendor_item: {rule}\n", answer({**LINE, **(line or {})}), **kinds)
    (bli,) = (one for one in segments(written) if one.startswith("BLI"))
    return bli.partition("*VN*")[2]


RULES = [
    ("{const: by truck}", "by truck"),
    ("{from: [meaning, gtin]}", "09522234400018"),
    ("{from: [gtin, units], join: ' x '}", "09522234400018 x 3"),
    ("{from: gtin, only: '1'}", ""),
    ("{from: [gtin, units], skip: '09522234400018'}", "3"),
    ("{from: gtin, clean: [{last: 4}, {prefix: 'no. '}]}", "no. 0018"),
    ("{from: meaning, clean: strip, default: none}", "none"),
    ("{from: disposition, lookup: dispositions/x12_1292}", "CR"),
    ("{from: units, as: units, times: line_no, plus: units}", "6"),
    ("{from: gtin, clean: strip, when: {verdict: refused}, otherwise: {from: ^request_number}}", "R-1"),
    ("{from: ^written_at, clean: [{day_as: DD.MM.YYYY}]}", "05.03.2026"),
    ("{from: ^their_name, clean: upper}", "THE SHOP"),
]


@pytest.mark.parametrize(("rule", "text"), RULES)
def test_the_steps_of_a_rule_are_those_of_the_other_direction(rule: str, text: str, tmp_path: Path) -> None:
    assert field(tmp_path, rule) == text


def test_a_list_of_our_words_is_read_backwards_and_the_partners_codes_come_first(tmp_path: Path) -> None:
    own = {"dispositions/x12_1292": "code,means\nZB,return\nZC,return\n"}
    assert field(tmp_path, "{from: disposition, lookup: dispositions/x12_1292}", codes=own) == "ZB"
    assert (
        field(
            tmp_path,
            "{from: disposition, lookup: dispositions/own}",
            codes={"dispositions/own": "code,means\nX,return\n"},
        )
        == "X"
    )


def test_a_partners_entry_in_a_list_for_what_we_write_wins(tmp_path: Path) -> None:
    own = {"x12_1292/verdicts": "code,means\nrefused,RP\n"}
    written = file_of(tmp_path, BASE, answer({**LINE, "verdict": "refused"}), codes=own)
    assert segments(written)[-1] == "RDR*RP"


def test_a_word_without_a_code_is_told_unless_the_map_says_what_stands_for_it(tmp_path: Path) -> None:
    lines = "lines:\n  disposition: {from: reason, lookup: x12_1292/verdicts, when: {verdict: [accepted]}"
    line = {**LINE, "reason": "recall"}
    told = file_of(tmp_path, f"{BASE}{lines}}}\n", answer(line))
    assert (told.data, told.problems) == (b"", ("disposition: 'recall' is not in x12_1292/verdicts",))
    assert "RDR*RN" in segments(file_of(tmp_path, f"{BASE}{lines}, unknown: RN}}\n", answer(line)))


def test_an_item_of_a_loop_is_named_by_its_first_hole_and_left_out_when_nothing_fills_it(tmp_path: Path) -> None:
    more = """document:
  "parties[BY].name": {from: their_name}
  "parties[SN].name": {const: Store}
  "parties[SN].scheme": {const: "92", when: {store: ["0042", "0043"]}}
  "parties[SN].id": {from: store}
  "parties[WH].name": {from: verdict}
"""
    parties = [one for one in segments(file_of(tmp_path, BASE + more, answer(store="0042"))) if one[:3] == "N1*"]
    assert parties == ["N1*BY*The Shop", "N1*SN*Store*92*0042"]


@pytest.mark.parametrize(
    ("own", "documents", "told"),
    [
        (BASE, [answer(request_number=None)], "segment BGN needs the field `request_number`"),
        (BASE, [answer(number="A" * 31)], "is not 1 to 30 long"),
        (BASE, [answer({**LINE, "gtin": "123"})], "a GTIN has 14 digits"),
        (f"{BASE}lines:\n  quantity: {{from: gtin, clean: [{{prefix: x}}]}}\n", [answer()], "is no number"),
        (f"{BASE}document:\n  issued_on: {{from: number}}\n", [answer()], "A-1 is no day"),
        ("extends: edifact/retins\n", [answer()], "names no edifact identity of both sides"),
    ],
)
def test_what_cannot_be_written_is_told_and_nothing_is_sent(
    own: str, documents: list[dict[str, Any]], told: str, tmp_path: Path
) -> None:
    written = file_of(tmp_path, own, *documents)
    assert written.data == b""
    assert told in written.problems[0]


def test_delimiters_become_blanks_and_letters_lose_their_accents(tmp_path: Path) -> None:
    assert field(tmp_path, "{from: meaning, clean: strip}", {"meaning": "a*b~c é>d\nøß→"}) == "a b c e d oss"


def test_each_document_is_a_message_of_its_own(tmp_path: Path) -> None:
    two = (answer(), answer({**LINE, "units": 4}, {**LINE, "units": 5}, number="A-2"))
    written = file_of(tmp_path, BASE, *two)
    quantities = [one.split("*")[3] for one in segments(written) if one.startswith("BLI")]
    assert quantities == ["3", "4", "5"]
    assert b"GE*2*7~" in written.data


TABLE = """kind: credit
writes: {csv: {above: [number], columns: [net, item], separator: tab, encoding: latin-1, header: false}}
document: {number: {from: number}}
lines:
  each: row
  item: {from: description}
  net: {from: net, clean: {decimal_mark: ","}}
"""


def test_a_table_has_its_columns_in_order_and_its_own_character_set(tmp_path: Path) -> None:
    note = {
        "number": "CN-1",
        "lines": [{**CREDIT_LINE, "description": "Schüssel"}, {**CREDIT_LINE, "description": "=1+1"}],
    }
    written = file_of(tmp_path, TABLE, note)
    assert written == Written("CN-1\r\n37,20\tSchüssel\r\n37,20\t'=1+1\r\n".encode("latin-1"))
    note["lines"][0]["description"] = "Ωmega"
    assert file_of(tmp_path, TABLE, note) == Written(b"", ("latin-1 has no 'Ω'",))


def test_a_hole_that_a_partner_empties_is_gone(tmp_path: Path) -> None:
    line = {**LINE, "verdict": "refused", "code": "LINE-NEVER-SOLD", "meaning": "never sold"}
    (rdr,) = (one for one in segments(file_of(tmp_path, BASE, answer(line))) if one.startswith("RDR"))
    assert rdr == "RDR*RD**NR*we have no record of a sale of this item to you"
    less = f"{BASE}lines:\n  remark:\n  refusal:\n"
    (rdr,) = (one for one in segments(file_of(tmp_path, less, answer(line))) if one.startswith("RDR"))
    assert rdr == "RDR*RD"
