"""A fault in an outbound map names file, line and column with a caret, and says what to write instead.

Each row replaces a piece of a good map by a wrong one; the arrow in it stands where the caret must point.
"""
# ruff: noqa: E501 (tables: one fault a line)

from pathlib import Path

import pytest

from mappings import code_lists
from mappings.outbound.catalog import load_outbound
from schemas.errors import ConfigError
from tests.mappings.test_planted_faults import HERE, assert_told, planted

MESSAGE = """\
# Authorisations as a partner wants them.
kind: answer
writes: {layout: x12/180_answer, version: "004010"}
document:
  number: {from: number}
  issued_on: {from: written_at}
  request_number: {from: request_number}
  parties[BY].name: {from: their_name}
  parties[BY].scheme: {const: UL}
  parties[BY].id: {from: their_id}
lines:
  each: lines
  gtin: {from: gtin}
  quantity: {from: units}
  unit: {const: EA}
  disposition: {from: verdict, lookup: x12_1292/verdicts, when: {verdict: [accepted]}, otherwise: {const: RD}}
"""
DISPOSITION = "disposition: {from: verdict, lookup"
TABLE = """\
kind: credit
writes:
  csv: {above: [number], columns: [item, net]}
document:
  number: {from: number}
lines:
  each: row
  item: {from: gtin}
  net: {from: net, clean: [{decimal_mark: ","}]}
"""

MESSAGE_FAULTS = {
    "a kind that there is not": ("kind: answer", f"kind: {HERE}answers", "'answers' is not known", "'answer'"),
    "a layout that there is not": ("layout: x12/180_answer", f"layout: {HERE}x12/180_answers", "no layout", "'x12/180_answer'"),
    "a version that it has not": ('version: "004010"', f'version: {HERE}"004011"', "no version", "'004010'"),
    "neither layout nor table": ('{layout: x12/180_answer, version: "004010"}', f"{HERE}{{}}", "either a `layout` or a `csv`", "write one"),
    "a version without a layout": ('{layout: x12/180_answer, version: "004010"}', f'{HERE}{{version: "004010", csv: {{columns: [a]}}}}', "belongs to a `layout`", "take it away"),
    "a hole that there is not": ("  number: {from", f"  {HERE}nummber: {{from", "field 'nummber'", "'number'"),
    "a hole that there is not in the lines": ("  gtin: {from", f"  {HERE}gtn: {{from", "field 'gtn'", "'gtin'"),
    "a hole in a loop that there is not": ("  parties[BY].name", f"  {HERE}party[BY].name", "field 'party[BY].name'", "'parties.name'"),
    "a role that there is not": ("  parties[BY].name", f"  {HERE}parties[XX].name", "role field value 'XX'", "one of"),
    "what is no field": ("  parties[BY].name", f"  {HERE}parties(BY).name", "is no field", "loop[CODE].name"),
    "a hole that must be filled": ("  number: {from: number}\n", "", "needs `number`", "`number: {from: …}`"),
    "a hole of a line that must be filled": ("  unit: {const: EA}\n", "", "needs `unit`", "`unit: {from: …}`"),
    "half of a bracket": ("  parties[BY].scheme: {const: UL}\n", "", "needs `parties[BY].scheme`", "from: …"),
    "an item without its name": ("  parties[BY].name: {from: their_name}\n", "", "needs `parties[BY].name`", "from: …"),
    "a loop that there is not": ("  each: lines", f"  each: {HERE}line", "no loop of x12/180_answer 'line'", "'lines'"),
    "a column that there is not": ("{from: units}", f"{{from: {HERE}unit_price}}", "no column 'unit_price'", "write"),
    "a header column without its mark": ("{from: units}", f"{{from: {HERE}authorisation}}", "no column 'authorisation'", "'^authorisation'"),
    "a column in a condition": ("{verdict: [accepted]}", f"{{{HERE}verdikt: [accepted]}}", "no column 'verdikt'", "'verdict'"),
    "a constant that is no code": ("{const: EA}", f"{{const: {HERE}EACH}}", "no code", "use one of EA"),
    "a constant behind otherwise": ("{const: RD}", f"{{const: {HERE}REFUSED}}", "no code", "use one of"),
    "a list that there is not": ("lookup: x12_1292/verdicts", f"lookup: {HERE}x12_1292/verdict", "no code list", "'x12_1292/verdicts'"),
    "a function that there is not": ("  gtin: {from: gtin}", f"  gtin: {{from: gtin, clean: {HERE}digits}}", "no function 'digits'", "write"),
    "an amount in minor units": ("{from: units}", f"{{from: units, as: {HERE}money}}", "decimals here", "as: decimal"),
    "a key of a field": ("  unit: {const: EA}", f"  unit: {{const: EA, {HERE}lokup: x}}", "no key 'lokup'", "'lookup'"),
    "taxes of an answer": ("lines:\n", f"taxes: {HERE}{{each: taxes}}\nlines:\n", "have no taxes", "take the section away"),
}  # fmt: skip
TABLE_FAULTS = {
    "a column without a rule": ("columns: [item, net]", f"columns: [item, net, {HERE}nett]", "no field 'nett'", "'net', or add its rule"),
    "a rule without a column": ("columns: [item, net]", "columns: [item]", "field 'net' is no column", "writes: csv: columns"),
    "a rule above without a column": ("above: [number], ", "", "field 'number' is no column", "writes: csv: above"),
    "a line that is no row": ("each: row", f"each: {HERE}lines", "every line is a row", "`row`"),
    "an outcome as a table": ("kind: credit", "kind: outcome", "by a message", "`layout:`"),
    "a separator of two": ("csv: {", f'csv: {{separator: {HERE};;, ', "no separator", "one character"),
    "a form of a day": ("  item: {from: gtin}", f"  item: {{from: gtin, clean: {HERE}{{day_as: soon}}}}", "does not do", "correct"),
}  # fmt: skip


def told(folder: Path, data: bytes) -> str:
    path = folder / "answers.yaml"
    path.write_bytes(data)
    with pytest.raises(ConfigError) as fault:
        load_outbound(path, code_lists.lists_of(code_lists.SHIPPED))
    return str(fault.value)


@pytest.mark.parametrize("fault", [*MESSAGE_FAULTS, *TABLE_FAULTS])
def test_a_fault_is_told_at_its_place(fault: str, tmp_path: Path) -> None:
    good = MESSAGE if fault in MESSAGE_FAULTS else TABLE
    piece, wrong, says, todo = (MESSAGE_FAULTS | TABLE_FAULTS)[fault]
    if HERE in wrong:
        data, line, column = planted(good, piece, wrong)
        assert_told(told(tmp_path, data), "answers.yaml", line, column, says, todo)
    else:
        message = told(tmp_path, good.replace(piece, wrong, 1).encode())
        said, next_step = message.split("Next: ")
        assert says in said
        assert todo in next_step


def test_the_maps_are_right_without_a_fault(tmp_path: Path) -> None:
    for number, text in enumerate((MESSAGE, TABLE)):
        path = tmp_path / f"{number}.yaml"
        path.write_text(text)
        load_outbound(path, code_lists.lists_of(code_lists.SHIPPED))


def test_a_fault_of_a_shipped_map_extended_stands_in_the_partners_file(tmp_path: Path) -> None:
    message = told(tmp_path, b"extends: x12/824\nlines:\n  error:\n")
    assert "x12/824 needs `error`" in message
    message = told(tmp_path, b"extends: x12/825\n")
    assert ":1:10: " in message
    assert "'x12/824'" in message
