"""A fault in our own files names the file, the line and the key, shows the place, and says what to write instead."""

import pytest

from mappings.catalog import Catalog
from schemas.errors import ConfigError
from tests.mappings.folders import RETURNS_180, partner_folder

TABLE = """\
kind: notice
standard: delimited
claims: {columns: [No, Ean, Qty]}
document: {number: {from: No}, group_by: No}
lines:
  each: row
  gtin: {from: Ean, as: gtin}
  quantity: {from: Qty, as: units}
"""


def refused(tmp_path, text: str) -> str:
    with pytest.raises(ConfigError) as fault:
        partner_folder(tmp_path, {"returns": text})
    return str(fault.value)


def caret(message: str) -> str:
    """The text that the caret stands under, to the end of its line."""
    _, line, mark = message.split("\n")
    return line[mark.index("^") :]


@pytest.mark.parametrize(
    ("line", "under", "says"),
    [
        ("claims: {mesage: '180'}", "mesage: '180'}", "write 'message'"),
        ("lines: {gtin: {from: BLI.02, as: gtim}}", "gtim}}", "'gtin'"),
        ("lines: {gtn: {from: BLI.02}}", "gtn: {from", "write 'gtin'"),
        ("lines: {gtin: {from: BLI02}}", "BLI02}}", "write for example BLI.03"),
        ("lines: {gtin: {from: [BLI.02, 'BLI[EN]']}}", "'BLI[EN]']}}", "write for example BLI.03"),
        ("lines: {gtin: {from: 'XYZ[EN].next'}}", "'XYZ[EN].next'}}", "pairs: {XYZ: [1, 8]}"),
        ("lines: {gtin: {from: BLI.00}}", "BLI.00}}", "count from 1"),
        ("lines: {reason: {from: RDR.02, lookup: reasons/x12_129}}", "reasons/x12_129}}", "write 'reasons/x12_129"),
        ("lines: {reason: {lookup: null, unknown: null, const: overstok}}", "overstok}}", "write 'overstock'"),
        ("lines: {store: {clean: [strp]}}", "strp]}}", "write 'strip'"),
        ("lines: {store: {clean: [{upper: x}]}}", "{upper: x}]}}", "`upper`"),
        ("lines: {quantity: {as: text}}", "text}}", "`as: units`"),
        ("lines: {require: [quantty]}", "quantty]}", "write 'quantity'"),
        ("document: {issued_on: {form: CCYYMM}}", "CCYYMM}}", "names no day"),
        ("document: {group_by: No}", "No}", "only tables are grouped"),
        (
            "lines: {split: [{quantity: BLI.03, condition: sellable}]}",
            "condition: sellable",
            "no notice field 'condition'",
        ),
        ("extends: x12/18", "x12/18", "write 'x12/180'"),
    ],
)
def test_a_fault_in_a_mapping_is_shown_at_its_place(tmp_path, line, under, says):
    text = line if line.startswith("extends") else f"{RETURNS_180}{line}"
    message = refused(tmp_path, text + "\n")
    number = text.count("\n") + 1
    assert f"shop/maps/returns.yaml:{number}:" in message.replace("\\", "/")
    assert caret(message).startswith(under)
    assert says in message
    assert "Next: " in message


@pytest.mark.parametrize(
    ("spoil", "into", "says"),
    [
        ("from: Ean", "from: EAN", "write 'Ean'"),
        ("group_by: No", "group_by: Nr", "write one of Ean, No, Qty"),
        ("columns: [No, Ean, Qty]", "files: '*.csv'", "claimed by its columns"),
        ("each: row", "each: BLI", "write `row`"),
        ("lines:", "reads: {encoding: utf-9}\nlines:", "utf-9"),
        ("kind: notice\n", "", "missing"),
        ("kind: notice\n", "kind: notice\nkind: sales\n", "stands here twice"),
        ("Ean, as: gtin}", "Ean, as: gtin", "is not closed"),
        ("number: {from: No}", "number: {as: text}", "needs `from:`"),
        ("number: {from: No}", "number: {from: No, const: x}", "exclude each other"),
    ],
)
def test_a_fault_in_a_table_mapping_is_shown(tmp_path, spoil, into, says):
    assert spoil in TABLE
    message = refused(tmp_path, TABLE.replace(spoil, into, 1))
    assert "returns.yaml:" in message
    assert says in message


def test_a_fault_of_a_shipped_standard_is_shown_in_its_own_file(tmp_path):
    message = refused(tmp_path, RETURNS_180 + "lines: {quantity: {from: null}}\n")
    assert "returns.yaml:2:" in message


@pytest.mark.parametrize(
    ("keys", "says"),
    [
        ({"rolle": "retailer"}, "write 'role'"),
        ({"role": "shop"}, "'retailer', 'warehouse' or 'erp'"),
        ({"timezone": "Europe/Lundon"}, "Lundon"),
        ({"policy": "{limits: {line: much}}"}, "policy.limits.line"),
        ({"id": "other"}, "give both the same name"),
    ],
)
def test_a_fault_in_a_partner_file_is_shown(tmp_path, keys, says):
    with pytest.raises(ConfigError) as fault:
        partner_folder(tmp_path, {}, **keys)
    assert "partner.yaml" in str(fault.value)
    assert says in str(fault.value)


@pytest.mark.parametrize(
    ("name", "text", "says"),
    [
        ("reasons/own", "code,means\nA,overstok\n", "own.csv:2:3: there is no reasons code 'overstok'"),
        ("reasons/own", "code,means\nA,overstock\nA,recall\n", "own.csv:3:1: the code 'A' stands here twice"),
        ("reasons/own", "A,overstock\n", "own.csv:1:1: the first line must be"),
        ("reasons/own", "code,means\nA\n", "own.csv:2:1: a code and its meaning"),
        ("units/own", "code,means\nBOX,many\n", "own.csv:2:5: BOX must hold a whole number"),
        ("flags/own", "code,means\nJ,yes\n", "own.csv:2:3: there is no flags code 'yes'"),
    ],
)
def test_a_fault_in_a_code_list_is_shown(tmp_path, name, text, says):
    path = tmp_path / "shop" / "codes" / f"{name}.csv"
    path.parent.mkdir(parents=True)
    path.write_text(text)
    with pytest.raises(ConfigError) as fault:
        partner_folder(tmp_path, {"returns": RETURNS_180})
    assert says in str(fault.value)


def test_a_partner_says_only_what_differs(tmp_path):
    own = RETURNS_180 + "lines:\n  store: {from: N1.02}\n  reason:\n  currency: {const: EUR}\n"
    rules = partner_folder(tmp_path, {"returns": own}).maps[0].rules
    assert rules.lines.fields["store"].from_ == ("N1.02",)
    assert "reason" not in rules.lines.fields
    assert rules.lines.fields["currency"].const == "EUR"
    assert rules.lines.fields["currency"].from_ == ()
    assert rules.lines.fields["quantity"].as_ == "units"


def test_the_version_follows_rules_and_codes_and_nothing_else(tmp_path):
    def version(root: str, text: str, code: str = "") -> str:
        if code:
            path = tmp_path / root / "shop" / "codes" / "reasons" / "x12_1293.csv"
            path.parent.mkdir(parents=True)
            path.write_text(f"code,means\n{code}\n")
        return partner_folder(tmp_path / root, {"returns": text}).maps[0].version

    plain = version("a", RETURNS_180)
    assert version("b", f"# a comment\n{RETURNS_180}") == plain
    assert version("c", RETURNS_180 + "lines: {store: {from: N1.02}}\n") != plain
    assert version("d", RETURNS_180, "ZZ,other") != plain


def test_a_retailer_is_found_by_every_name_it_has(tmp_path):
    partner_folder(
        tmp_path, {}, identities="[{scheme: name, id: SHOP LTD}, {scheme: edifact, qualifier: '14', id: '952'}]"
    )
    catalog = Catalog.load(tmp_path)
    for name in ("shop", "SHOP", " The shop ", "shop ltd", "952"):
        assert catalog.retailer_named(name) == "shop"
        assert catalog.retailer_names()[name] == "shop"
    assert catalog.retailer_named("shopping") is None


def test_two_partners_cannot_share_an_identity(tmp_path):
    partner_folder(tmp_path, {}, role="warehouse")
    (tmp_path / "shop").rename(tmp_path / "dock")
    path = tmp_path / "dock" / "partner.yaml"
    path.write_text(path.read_text().replace("id: shop", "id: dock"))
    with pytest.raises(ConfigError, match="belongs to dock too"):
        partner_folder(tmp_path, {})


def test_partners_are_sorted_and_an_unknown_one_is_told(tmp_path):
    partner_folder(tmp_path, {})
    catalog = Catalog.load(tmp_path)
    assert [folder.id for folder in catalog.partners] == ["shop"]
    with pytest.raises(ConfigError, match="write 'shop'"):
        catalog.partner("shap")
    with pytest.raises(ConfigError, match="is no folder"):
        Catalog.load(tmp_path / "nowhere")
