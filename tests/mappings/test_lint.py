"""What is suspicious in a mapping is told at its place, with what to do; what is in order is not."""

from pathlib import Path

import pytest

from mappings.workbench.lint import Lint, lint_partner
from tests.mappings.folders import partner_folder, returned, x12

SHIPPED = Path(__file__).resolve().parent.parent.parent / "mappings" / "partners"


def linted(root: Path, text: str, *, sample: bool = True) -> list[Lint]:
    """What lint says of a partner with this mapping, and a sample that it reads."""
    folder = root / "shop"
    (folder / "maps").mkdir(parents=True)
    (folder / "partner.yaml").write_text(
        "id: shop\nname: The Shop\nrole: retailer\nidentities: [{scheme: x12, qualifier: ZZ, id: SHOP}]\n"
    )
    (folder / "maps" / "returns.yaml").write_text(text)
    (folder / "samples").mkdir()
    if sample:
        (folder / "samples" / "one.x12").write_text(x12(returned()))
        (folder / "samples" / "one.x12.expected.json").write_text("{}")
    return lint_partner(folder)


def only(found: list[Lint]) -> Lint:
    (one,) = found
    return one


@pytest.mark.parametrize("partner", sorted(path.parent.name for path in SHIPPED.glob("*/partner.yaml")))
def test_shipped_partners_have_no_errors(partner: str) -> None:
    assert [one.text for one in lint_partner(SHIPPED / partner) if one.is_error] == []


def test_a_short_mapping_that_says_only_what_differs_is_in_order(tmp_path: Path) -> None:
    assert linted(tmp_path, "extends: x12/180\nlines:\n  store: {from: ^BGN.02}\n") == []


def test_a_mapping_that_does_not_load_is_an_error_at_its_place(tmp_path: Path) -> None:
    one = only(linted(tmp_path, "extends: x12/180\nlines:\n  stroe: {from: BGN.02}\n"))
    assert one.is_error
    assert "returns.yaml:3:3: lines.stroe: there is no notice field 'stroe' here. Next: write 'store'." in one.text


def test_a_segment_that_the_message_has_not_is_an_error_with_a_caret(tmp_path: Path) -> None:
    text = 'extends: x12/180\nclaims: {version: "004010"}\nlines:\n  store: {from: [BGN.02, ^W07.02]}\n'
    found = linted(tmp_path, text)
    (error,) = (one for one in found if one.is_error)
    head, line, caret = error.text.splitlines()
    assert "returns.yaml:4:26: lines.store.from.1: a 180 has no segment W07. Next: write one of AMT, BGN" in head
    assert line[caret.index("^") :].startswith("^W07.02")


def test_an_element_that_the_segment_has_not(tmp_path: Path) -> None:
    found = linted(tmp_path, "extends: x12/180\nlines:\n  store: {from: [BGN.02, ^N9.33]}\n")
    assert any("lines.store.from.1: N9 has 5 elements, and no 33. Next:" in one.text for one in found)
    assert not any(one.is_error for one in found)


@pytest.mark.parametrize("paths", ["[BGN.02, BGN.02]", "['@file', BGN.02]", "['^N1.04', '^N1[SF].04']"])
def test_an_alternative_that_never_gets_a_turn(tmp_path: Path, paths: str) -> None:
    found = linted(tmp_path, f"extends: x12/180\nlines:\n  store: {{from: {paths}}}\n")
    assert any("never gets a turn" in one.text for one in found)


def test_alternatives_that_may_all_get_a_turn_are_in_order(tmp_path: Path) -> None:
    found = linted(tmp_path, "extends: x12/180\nlines:\n  store: {from: ['^N1[SF].04', '^N1.04', BGN.02]}\n")
    assert not any("gets a turn" in one.text for one in found)


def test_what_the_standard_says_anyway(tmp_path: Path) -> None:
    one = only(linted(tmp_path, "extends: x12/180\nlines:\n  unit: {from: [BLI.04], default: EA, lookup: units/x12}\n"))
    assert "returns.yaml:3:3: lines.unit: x12/180 says the same. Next: take it away" in one.text


def test_a_required_field_that_no_rule_gives(tmp_path: Path) -> None:
    text = "extends: x12/180\nlines:\n  require: [quantity, delivery_note]\n  delivery_note:\n"
    one = only(linted(tmp_path, text))
    assert one.is_error
    assert (
        "returns.yaml:3:23: lines.require.1: no rule gives delivery_note, so every line is held. Next: add a rule"
        in one.text
    )


def test_a_path_that_no_sample_has(tmp_path: Path) -> None:
    one = only(linted(tmp_path, "extends: x12/180\nlines:\n  store: {from: ['^N1[ZZ].04', ^BGN.02]}\n"))
    assert "lines.store.from.0: ^N1[ZZ].04 finds nothing in any sample. Next: add a sample that has it" in one.text


def test_a_mapping_without_a_sample(tmp_path: Path) -> None:
    one = only(linted(tmp_path, "extends: x12/180\n", sample=False))
    assert "no sample is read by this mapping. Next: put a real file into shop/samples." in one.text


def test_a_code_list_that_nobody_looks_up(tmp_path: Path) -> None:
    (tmp_path / "shop" / "codes" / "reasons").mkdir(parents=True)
    (tmp_path / "shop" / "codes" / "reasons" / "own.csv").write_text("code,means\nA,quality\n")
    one = only(linted(tmp_path, "extends: x12/180\n"))
    assert "own.csv:1:1: no mapping looks up reasons/own. Next: write `lookup: reasons/own`" in one.text


def test_a_broken_partner_file_is_an_error(tmp_path: Path) -> None:
    partner_folder(tmp_path, {})
    (tmp_path / "shop" / "partner.yaml").write_text("id: shop\nname: The Shop\nrole: baker\n")
    assert only(lint_partner(tmp_path / "shop")).is_error


def test_a_quantity_that_a_split_overrules(tmp_path: Path) -> None:
    text = "extends: x12/180\nlines:\n  quantity: {from: BLI.03, as: units, minus: N9.02}\n"
    told = "lines.quantity: `split:` gives each line its quantity"
    # A rest without fields of its own leaves lines without parts to this rule.
    assert not any(told in one.text for one in linted(tmp_path / "whole", text))
    text += "  split: [{rest_of: BLI.03, store: {const: '1'}}]\n"
    assert any(told in one.text for one in linted(tmp_path / "rest", text))


def test_an_attribute_of_xml_is_not_the_file_itself(tmp_path: Path) -> None:
    fields = "  store: {from: ['@shop', ^shop]}\n  quantity: {from: '@qty', as: units}\n"
    head = "kind: notice\nstandard: xml\nclaims: {root: r}\ndocument: {number: {from: '@no'}}\n"
    folder = partner_folder(tmp_path, {"returns": f"{head}lines:\n  each: l\n{fields}"})
    (folder.path / "samples").mkdir()
    (folder.path / "samples" / "one.xml").write_text('<r no="1"><shop>7</shop><l qty="2"/></r>')
    (folder.path / "samples" / "one.xml.expected.json").write_text("{}")
    one = only(lint_partner(folder.path))
    assert "lines.store.from.0: @shop finds nothing in any sample" in one.text
