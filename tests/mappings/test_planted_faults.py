"""A fault in a mapping or a partner.yaml names file, line and column with a caret, and says what to write instead.

Each row replaces a piece of a good file by a wrong one; the arrow in it stands where the caret must point.
"""
# ruff: noqa: E501 (tables: one fault a line)

import re
from functools import cache
from pathlib import Path

import pytest

from mappings import code_lists
from mappings.catalog import Catalog, load_map
from schemas.errors import ConfigError
from tests.mappings.folders import partner_folder

HERE = "→"

TABLE = """\
# A table of returns.
kind: notice
standard: delimited
claims: {columns: [No, Day, Ean, Qty, Why]}
reads: {encoding: utf-8, separator: ";", decimal: "."}
document:
  number: {from: No}
  issued_on: {from: Day, as: date, form: DD.MM.YYYY}
  group_by: No
lines:
  each: row
  require: [quantity, [gtin, vendor_item]]
  gtin: {from: Ean, as: gtin}
  quantity: {from: Qty, as: units}
  reason: {from: Why, lookup: reasons/x12_1293, unknown: other}
"""

CLAIMED = "kind: notice\nstandard: delimited\nclaims: {columns: [No, Day, Ean, Qty, Why]}\n"
COLUMNS = "{columns: [No, Day, Ean, Qty, Why]}"
REASON = "{from: Why, lookup: reasons/x12_1293, unknown: other}"
DAY = "{from: Day, as: date, form: DD.MM.YYYY}"
TABLE_FAULTS = {
    # --- the file is no YAML, or not what is wanted
    "an empty file": (TABLE, HERE, "the file says nothing", "keys with values"),
    "only a comment": (TABLE, f"{HERE}# later\n", "the file says nothing", "keys with values"),
    "a list instead of keys": (TABLE, f"{HERE}- kind: notice\n", "keys with values should stand here", "as mappings"),
    "a text instead of keys": (TABLE, f"# note\n{HERE}notice\n", "keys with values should stand here", "as mappings"),
    "a tab": ("  each: row", f"{HERE}\teach: row", "a tab stands here", "blanks instead"),
    "a line too far to the right": ("  gtin: {", f"   {HERE}gtin: {{", "begins at another column", "the same column"),
    "a bracket left open": ("Qty, Why]}", f"Qty, Why{HERE}}}", "is not closed", "close it with `]`"),
    "a brace left open": ("DD.MM.YYYY}\n  group_by", f"DD.MM.YYYY\n  group_by{HERE}", "is not closed", "close it with `}`"),
    "a quotation mark left open": ('decimal: "."', f'decimal: {HERE}".', "never closed", "close it"),
    "a key without its colon": ("kind: notice\nstandard:", f"kind notice\nstandard{HERE}:", "no colon", "`key: value`"),
    "a text with a colon": ("{from: No}\n  issued", f"a{HERE}: b\n  issued", "no colon", "in quotes"),
    "a text that begins with @": ("number: {from: No}", f"number: {{from: {HERE}@file}}", "cannot begin", "in quotes"),
    "a text that begins with *": ("columns: [No", f"columns: [{HERE}*No", "something else in YAML", "in quotes"),
    "a second document": ("document:\n", f"{HERE}---\ndocument:\n", "a second document", "keep one"),
    "a key twice": ("  gtin: {from: Ean", f"  gtin: {{from: No}}\n  {HERE}gtin: {{from: Ean", "twice", "keep one"),
    "a byte that is no UTF-8": ("returns.", f"r{HERE}\udce9turns.", "no UTF-8", "save the file as UTF-8"),
    "an invisible character": ("returns.", f"returns{HERE}\x07.", "an invisible character", "take it away"),
    # --- keys
    "an unknown key": ("lines:\n", f"{HERE}colour: red\nlines:\n", "there is no key 'colour'", "write one of claims"),
    "a misspelt key": ("reads: {", f"{HERE}raeds: {{", "there is no key 'raeds'", "write 'reads'"),
    "a misspelt key further in": ("encoding: utf", f"{HERE}encodng: utf", "no key 'encodng'", "write 'encoding'"),
    "a misspelt key of a field": ("lookup: r", f"{HERE}lokup: r", "there is no key 'lokup'", "write 'lookup'"),
    "a key in capitals": ("kind: notice", f"{HERE}Kind: notice", "there is no key 'Kind'", "write 'kind'"),
    "an unknown field": ("  gtin: {", f"  {HERE}gtn: {{", "there is no notice field 'gtn'", "write 'gtin'"),
    "a field of another kind": ("  gtin: {", f"  {HERE}lot: {{", "no notice field 'lot'", "write one of"),
    "an unknown key taken away": ("  gtin: {from: Ean, as: gtin}", f"  {HERE}gtni:", "to take away 'gtni'", "write 'gtin'"),
    "no kind": ("# A table of returns.\nkind: notice\n", HERE, "kind: this key is missing", "add `kind:` with 'notice'"),
    "no claims": (CLAIMED, f"{HERE}kind: notice\nstandard: delimited\n", "claims: this key is missing", "`claims: {message: …}`"),
    "no number": ("document:\n  number: {from: No}\n", f"{HERE}document:\n", "document.number: this key is missing", "add `number: {from: …}`"),
    "no each": ("lines:\n  each: row\n", f"{HERE}lines:\n", "lines.each: this key is missing", "add `each:`"),
    # --- values
    "a misspelt kind": ("kind: notice", f"kind: {HERE}notise", "'notise' is not known", "write 'notice'"),
    "an unknown standard": ("standard: delimited", f"standard: {HERE}csv", "'csv' is not known", "'delimited', 'fixed'"),
    "an unknown conversion": ("as: gtin", f"as: {HERE}ean", "'ean' is not known", "'gtin', 'sscc'"),
    "an unknown decimal mark": ('decimal: "."', f"decimal: {HERE}'*'", "'*' is not known", "write '.' or ','"),
    "a text where a field is meant": ("{from: Ean, as: gtin}", f"{HERE}Ean", "not 'Ean'", "write it as `{from: Ean}`"),
    "a list where a field is meant": ("{from: Ean, as: gtin}", f"{HERE}[Ean]", "not a list", "write it as `{from: …}`"),
    "keys where a path is meant": ("{from: Ean", f"{{from: {HERE}{{a: b}}", "a list should stand here", "`[…]`"),
    "keys where a text is meant": ("group_by: No", f"group_by: {HERE}{{a: No}}", "one text should stand", "the text alone"),
    "a text where a list is meant": ("[quantity, [gtin, vendor_item]]", f"{HERE}quantity", "a list should", "`[…]`"),
    "a list where keys are meant": (COLUMNS, f"{HERE}[No]", "not a list", "`{message: …}`"),
    "a word where a number is meant": ('decimal: "."', f"header_row: {HERE}one", "a whole number", "digits only"),
    "a number out of bounds": ('decimal: "."', f"header_row: {HERE}-1", "out of bounds", "write 0 at least"),
    "a separator of two characters": ('separator: ";"', f'separator: {HERE}";;"', "no separator", "one character"),
    "an unknown character set": ("utf-8", f"{HERE}utf-9", "no known character set", "write utf-8"),
    "two origins": ("  gtin: {from: Ean,", f"  gtin: {HERE}{{const: x, from: Ean,", "exclude each other", "keep one"),
    "no origin": ("{from: Ean, as", f"{HERE}{{as", "needs `from:`", "write one of them"),
    "only and skip": ("{from: Ean,", f"{HERE}{{only: a, skip: b, from: Ean,", "exclude each other", "keep one of them"),
    "a date without its form": (DAY, f"{HERE}{{from: Day, as: date}}", "its form", "form:"),
    "unknown without a lookup": ("{from: Why, lookup: reasons/x12_1293", f"{HERE}{{from: Why", "belongs to", "`lookup:`"),
    # --- what only the whole mapping shows
    "a column that is not claimed": ("from: Ean", f"from: {HERE}EAN", "no claimed column 'EAN'", "write 'Ean'"),
    "a group that is not claimed": ("group_by: No", f"group_by: {HERE}Nr", "no claimed column 'Nr'", "write one of"),
    "a form without a month": ("DD.MM.YYYY", f"{HERE}DD.YYYY", "names no month", "CCYYMMDD"),
    "an unknown code list": ("reasons/x12_1293", f"{HERE}reason/x12_1293", "no code list", "write 'reasons/x12_1293'"),
    "an unknown code of ours": ("unknown: other", f"unknown: {HERE}othr", "there is no reason 'othr'", "write 'other'"),
    "a constant that is no code": (REASON, f"{{const: {HERE}recal}}", "no reason", "'recall'"),
    "an unknown function": ("as: gtin", f"as: gtin, clean: [strip, {HERE}uper]", "no function 'uper'", "write 'upper'"),
    "an argument too many": ("as: gtin", f"as: gtin, clean: [{HERE}{{upper: x}}]", "takes no argument", "write `upper`"),
    "an argument too few": ("as: gtin", f"as: gtin, clean: {HERE}prefix", "takes an argument", "write `{prefix: …}`"),
    "two functions in one": ("as: gtin", f"as: gtin, clean: [{HERE}{{prefix: a, suffix: b}}]", "several functions", "a list"),
    "an argument that is no number": ("as: gtin", f"as: gtin, clean: {HERE}{{pad_left: x}}", "a whole number", "pad_left: 4"),
    "a bad pattern": ("as: gtin", f"as: gtin, clean: {HERE}{{pattern: '(a'}}", "no regular expression", "needs a `)`"),
    "a pattern without a part": ("as: gtin", f"as: gtin, clean: {HERE}{{pattern: 'a'}}", "no part in", "parentheses|them"),
    "a pattern with two parts": ("as: gtin", f"as: gtin, clean: {HERE}{{pattern: '(a)(b)'}}", "2 parts", "(?:…)"),
    "a conversion that does not fit": ("as: units", f"as: {HERE}text", "text does not fit quantity", "`as: units`"),
    "an unknown field that is required": ("[quantity,", f"[{HERE}quantty,", "no notice field 'quantty'", "write 'quantity'"),
    "a line that is no row": ("each: row", f"each: {HERE}BLI", "every row is a line", "write `row`"),
    "a table without columns": (COLUMNS, f"{HERE}{{files: '*.csv'}}", "by its columns", "columns:"),
}  # fmt: skip

EDI = """\
extends: x12/180
claims: {sender: "ZZ:SHOP", where: {BGN.01: "00"}}
lines:
  store: {from: "^N1[SF].04"}
  gtin: {from: ["BLI[EN].next"], as: gtin}
  split:
    - {quantity: BLI.03, store: "7"}
"""
EDI_FAULTS = {
    "an unknown standard": ("x12/180", f"{HERE}x12/18", "there is no standard 'x12/18'", "write 'x12/180'"),
    "two standards": ("x12/180", f"{HERE}[x12/180, x12/944]", "one standard's name", "write it as text"),
    "a path that is none": ('"^N1[SF].04"', f"{HERE}N104", "'N104' is no path", "write for example BLI.03"),
    "a path in small letters": ('"^N1[SF].04"', f"{HERE}n1.04", "'n1.04' is no path", "write for example BLI.03"),
    "an element 0": ('"^N1[SF].04"', f"{HERE}N1.00", "count from 1", "correct it"),
    "an unknown name behind @": ('"^N1[SF].04"', f'{HERE}"@fil"', "there is no '@fil'", "write @file or @name"),
    "a segment without pairs": ('"BLI[EN].next"', f'{HERE}"XYZ[EN].next"', "where XYZ has its pairs", "`pairs: {XYZ: [1, 8]}`"),
    "next of nothing": ('"BLI[EN].next"', f'{HERE}"BLI.next"', "what it follows", "BLI[EN].next"),
    "a condition that is no path": ("BGN.01:", f"{HERE}BGN:", "'BGN' is no path", "write for example BLI.03"),
    "a word among the pairs": ("lines:", f"pairs: {{BLI: [{HERE}one]}}\nlines:", "a whole number", "digits only"),
    "groups of a message": ("lines:", f"document: {{group_by: {HERE}No}}\nlines:", "only tables", "take it away"),
    "a part without a quantity": ("{quantity: BLI.03, store", f"{HERE}{{store", "a part needs", "write one of them"),
    "a wrong path of a part": ("quantity: BLI.03", f"quantity: {HERE}BLI", "'BLI' is no path", "write for example"),
    "an unknown field of a part": ("BLI.03, store", f"BLI.03, {HERE}stor", "no notice field 'stor'", "write 'store'"),
}  # fmt: skip

PARTNER = """\
id: shop
name: The Shop
role: retailer
timezone: Europe/London
identities: [{scheme: x12, qualifier: ZZ, id: SHOP}]
channels:
  - {id: main, kind: folder, inbox: returns, archive: done}
acknowledge: 997
policy: {window_days: 90, limits: {line: 500}, conditions: {damaged: refuse}}
"""
PARTNER_FAULTS = {
    "a misspelt key": ("role: r", f"{HERE}rolle: r", "there is no key 'rolle'", "write 'role'"),
    "an unknown role": ("role: retailer", f"role: {HERE}shop", "'shop' is not known", "'retailer', 'warehouse' or 'erp'"),
    "no name": ("id: shop\nname: The Shop\n", f"{HERE}id: shop\n", "name: this key is missing", "add `name:`"),
    "an id that is none": ("id: shop", f"id: {HERE}The Shop", "is not of the form", "write it so"),
    "another id than the folder's": ("id: shop", f"id: {HERE}shap", "the folder is called 'shop'", "both the same"),
    "an unknown zone": ("Europe/London", f"{HERE}Europe/Lundon", "no time zone", "write one like Europe/London"),
    "an unknown scheme": ("scheme: x12", f"scheme: {HERE}x13", "'x13' is not known", "write 'x12'"),
    "a channel without an inbox": ("{id: main, kind: folder, inbox: returns", f"{HERE}{{id: main, kind: folder", "inbox", "add `inbox:`"),
    "an unknown kind of channel": ("kind: folder", f"kind: {HERE}ftp", "'ftp' is not known", "write 'sftp'"),
    "a channel that is no list": ("  - {id: main, kind: folder, inbox: returns, archive: done}", f"  {HERE}id: main", "a list", "`[…]`"),
    "an unknown answer": ("acknowledge: 997", f"acknowledge: {HERE}998", "'998' is not known", "write '999'|write '997'"),
    "an amount that is no number": ("line: 500", f"line: {HERE}much", "a number should stand here", "digits"),
    "a negative window": ("window_days: 90", f"window_days: {HERE}-1", "out of bounds", "write 0 at least"),
    "an unknown verdict": ("damaged: refuse", f"damaged: {HERE}refused", "'refused' is not known", "write 'refuse'"),
    "limits that are no keys": ("{line: 500}", f"{HERE}500", "not '500'", "write it as `{line: 500}`"),
}  # fmt: skip


def planted(good: str, piece: str, wrong: str) -> tuple[bytes, int, int]:
    """The file with the fault in it, and the line and column at which the caret must stand."""
    assert piece in good
    before, after = good.replace(piece, wrong, 1).split(HERE)
    lines = before.split("\n")
    return (before + after).encode("utf-8", "surrogateescape"), len(lines), len(lines[-1]) + 1


@cache
def shipped() -> dict[str, dict[str, str]]:
    return code_lists.lists_of(code_lists.SHIPPED)


def told_of_map(folder: Path, data: bytes) -> str:
    path = folder / "returns.yaml"
    path.write_bytes(data)
    with pytest.raises(ConfigError) as fault:
        load_map(path, shipped())
    return str(fault.value)


def told_of_partner(folder: Path, data: bytes) -> str:
    (folder / "shop").mkdir()
    (folder / "shop" / "partner.yaml").write_bytes(data)
    with pytest.raises(ConfigError) as fault:
        Catalog.load(folder)
    return str(fault.value)


def assert_told(message: str, name: str, line: int, column: int, says: str, todo: str) -> None:
    first, shown, caret = message.split("\n")
    found = re.search(rf"{re.escape(name)}:(\d+):(\d+): ", first)
    assert found, first
    assert (int(found[1]), int(found[2])) == (line, column), message
    assert len(caret) == 4 + int(found[2])
    assert caret.endswith("^")
    assert len(shown) >= len(caret) - 1
    said, next_step = first.split("Next: ")
    assert says in said
    assert any(one in next_step for one in todo.split("|")), next_step
    assert next_step.endswith(".")
    assert not re.search(r"instance of|Input should|FieldRule|tuple|dictionary|\.\.$", first), first


@pytest.mark.parametrize("fault", TABLE_FAULTS)
def test_a_fault_in_a_mapping_of_a_table(fault: str, tmp_path: Path) -> None:
    piece, wrong, says, todo = TABLE_FAULTS[fault]
    data, line, column = planted(TABLE, piece, wrong)
    assert_told(told_of_map(tmp_path, data), "returns.yaml", line, column, says, todo)


@pytest.mark.parametrize("fault", EDI_FAULTS)
def test_a_fault_in_a_mapping_over_a_standard(fault: str, tmp_path: Path) -> None:
    piece, wrong, says, todo = EDI_FAULTS[fault]
    data, line, column = planted(EDI, piece, wrong)
    assert_told(told_of_map(tmp_path, data), "returns.yaml", line, column, says, todo)


@pytest.mark.parametrize("fault", PARTNER_FAULTS)
def test_a_fault_in_a_partner_file(fault: str, tmp_path: Path) -> None:
    piece, wrong, says, todo = PARTNER_FAULTS[fault]
    data, line, column = planted(PARTNER, piece, wrong)
    assert_told(told_of_partner(tmp_path, data), "partner.yaml", line, column, says, todo)


def test_the_files_are_right_without_a_fault(tmp_path: Path) -> None:
    folder = partner_folder(tmp_path, {"table": TABLE, "edi": EDI})
    (folder.path / "partner.yaml").write_text(PARTNER, encoding="utf-8")
    kinds = [(one.name, one.rules.kind) for one in Catalog.load(tmp_path).partner("shop").maps]
    assert kinds == [("edi", "notice"), ("table", "notice")]
