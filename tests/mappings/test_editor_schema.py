"""The schemas that editors use are current, take every shipped file, and underline what people get wrong."""

import json
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema import Draft202012Validator
from typer.testing import CliRunner

from mappings.catalog import STANDARDS
from mappings.functions.cleaning import CLEAN
from mappings.outbound.catalog import STANDARDS as OUTBOUND_STANDARDS
from mappings.workbench.editor_schema import FILES, main, path_of, schema_text
from pipelines.cli import app

PARTNERS = STANDARDS.parent / "partners"
OUTBOUND = [*sorted(OUTBOUND_STANDARDS.glob("*/*.yaml")), *sorted(PARTNERS.glob("*/outbound/*.yaml"))]
MAPPINGS = [*sorted(STANDARDS.glob("*/*.yaml")), *sorted(PARTNERS.glob("*/maps/*.yaml"))]


@cache
def validator_of(which: str) -> Draft202012Validator:
    return Draft202012Validator(json.loads(schema_text(which)))


def faults(which: str, data: Any) -> list[str]:
    validator = validator_of(which)
    return [f"{'.'.join(map(str, fault.absolute_path))}: {fault.message}" for fault in validator.iter_errors(data)]


@pytest.mark.parametrize("which", FILES)
def test_the_kept_schema_is_current_and_is_one(which):
    assert path_of(which).read_text(encoding="utf-8") == schema_text(which), "run editor_schema --write"
    Draft202012Validator.check_schema(json.loads(schema_text(which)))


def test_a_stale_schema_is_told_and_written_anew(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr("mappings.workbench.editor_schema._FOLDER", tmp_path)
    for name in FILES.values():
        (tmp_path / name).write_text("{}")
    assert main([]) == 1
    assert main(["--write"]) == 0
    assert main([]) == 0
    assert "mapping.schema.json is not current" in capsys.readouterr().out


@pytest.mark.parametrize("which", FILES)
def test_the_command_prints_the_kept_schema(which):
    printed = CliRunner().invoke(app, ["map", "schema", *([] if which == "mapping" else [f"--{which}"])])
    assert printed.exit_code == 0
    assert printed.output == path_of(which).read_text(encoding="utf-8")


@pytest.mark.parametrize("path", MAPPINGS, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_every_shipped_mapping_is_valid(path: Path):
    assert faults("mapping", yaml.safe_load(path.read_text(encoding="utf-8"))) == []


@pytest.mark.parametrize("path", OUTBOUND, ids=lambda path: f"{path.parent.parent.name}/{path.parent.name}/{path.name}")
def test_every_shipped_outbound_map_is_valid(path: Path):
    assert faults("outbound", yaml.safe_load(path.read_text(encoding="utf-8"))) == []


@pytest.mark.parametrize("path", sorted(PARTNERS.glob("*/partner.yaml")), ids=lambda path: path.parent.name)
def test_every_shipped_partner_is_valid(path: Path):
    assert faults("partner", yaml.safe_load(path.read_text(encoding="utf-8"))) == []


SHORT = """\
kind: receipt
standard: x12
claims: {message: 944, version: "004010", where: {W17.01: F}}
pairs: {W07: [4, 6]}
document: {number: {from: W17.03}}
lines:
  each: W07
  until: W14
  require: [quantity, [gtin, vendor_item]]
  split:
    - {rest_of: W07.01, condition: sellable}
    - {each: W13, quantity: W13.01, where: {W13.03: 01}, store: 7, carton: {from: W13.04},
       repeat: {first: 3, size: 2}, condition: {from: W13.03, lookup: conditions/own}}
  store: {from: N1.04, clean: upper}
  vendor_item: {from: [W07.05], clean: [strip, {prefix: 7}, {pattern: "(a)"}], only: A}
  gtin: {from: W07.03, as: gtin}
  received_on: {from: ^W17.02, as: date, form: CCYYMMDD}
  complete: {const: true, as: flag}
  notice_number: {from: N9.02, when: {N9.01: RZ}, otherwise: {from: [N9.03], clean: lower}}
  quantity: {from: W07.01, as: units, times: W07.09, minus: [W07.10]}
  unit:
"""


def test_all_short_forms_are_valid():
    assert faults("mapping", yaml.safe_load(SHORT)) == []


def test_a_mapping_over_a_standard_needs_nothing_else_and_may_take_keys_away():
    assert faults("mapping", {"extends": "x12/180", "document": {"issued_on": None}, "lines": {"reason": None}}) == []
    assert faults("mapping", {"extends": "x12/180", "lines": {"store": {"from": None, "const": "7"}}}) == []


@pytest.mark.parametrize(
    ("right", "wrong"),
    [
        ("kind: receipt", "kind: receipts"),
        ("standard: x12", "standard: x13"),
        ("kind: receipt\n", ""),
        ("  each: W07\n", ""),
        ("claims: {message", "claims: {mesage"),
        ("clean: upper", "clean: uper"),
        ("clean: upper", "clean: prefix"),
        ("clean: upper", "clean: {upper: x}"),
        ("{prefix: 7}", "{prefix: 7, strip: 1}"),
        ("as: gtin", "as: ean"),
        ("  gtin: {", "  gtn: {"),
        ("  gtin: {", "  sold_on: {from: x, as: date, form: CCYYMMDD}\n  gtin: {"),
        ("only: A", "only: A, skip: B"),
        ("{from: W07.03, as", "{from: W07.03, const: x, as"),
        ("{from: W07.03, as", "{form: W07.03, frm: x, as"),
        ("condition: sellable", "condition: sellabel"),
        ("lookup: conditions/own", "lookup: own"),
        ("pairs: {W07: [4, 6]}", "pairs: {W07: 4}"),
        ("until: W14", "until: {tag: W14}"),
        ("document: {number: {from: W17.03}}", "document: {}"),
        ("document: {number: {from: W17.03}}", "document: W17.03"),
        ("kind: receipt", "extends: x12/18\nkind: receipt"),
        ("lines:\n", "line:\n"),
    ],
)
def test_a_mistake_in_a_mapping_is_underlined(right, wrong):
    assert right in SHORT
    assert faults("mapping", yaml.safe_load(SHORT.replace(right, wrong, 1)))


WRITTEN = """\
kind: credit
writes: {layout: x12/812, version: "004010"}
document:
  number: {from: number, clean: [strip, {first: 22}]}
  parties[SE].name: {from: [our_name, our_id], join: " "}
lines:
  each: lines
  reason: {from: reason, lookup: x12_426/reasons, unknown: 72}
  remark:
"""


def test_an_outbound_map_is_valid():
    assert faults("outbound", yaml.safe_load(WRITTEN)) == []
    assert faults("outbound", {"extends": "x12/824", "lines": {"summary": {"from": "code"}, "remark": None}}) == []


@pytest.mark.parametrize(
    ("right", "wrong"),
    [
        ("kind: credit", "kind: credits"),
        ("kind: credit\n", ""),
        ("layout: x12/812", "layout: x12/813"),
        ("from: number", "from: nummer"),
        ("[our_name, our_id]", "[our_name, our_gln]"),
        ("from: reason", "from: code"),
        ("clean: [strip,", "clean: [stripp,"),
        ("  each: lines\n", ""),
        ("document:", "header:"),
        ("unknown: 72", "unkown: 72"),
    ],
)
def test_a_mistake_in_an_outbound_map_is_underlined(right, wrong):
    assert right in WRITTEN
    assert faults("outbound", yaml.safe_load(WRITTEN.replace(right, wrong, 1)))


PARTNER = """\
id: shop
name: The Shop
role: retailer
identities: [{scheme: x12, qualifier: ZZ, id: SHOP}]
channels: [{kind: sftp, inbox: in, archive: done, arrival: {rule: rename}}]
acknowledge: 999
policy: {window_days: 90, conditions: {damaged: refuse}, unplaced: {LINE-NEVER-SOLD: hold}, limits: {line: 100}}
"""


def test_a_partner_is_valid():
    assert faults("partner", yaml.safe_load(PARTNER)) == []


@pytest.mark.parametrize(
    ("right", "wrong"),
    [
        ("role: retailer", "role: shop"),
        ("role: retailer", "rolle: retailer"),
        ("id: shop", "id: The Shop"),
        ("name: The Shop\n", ""),
        ("scheme: x12", "scheme: isa"),
        ("kind: sftp", "kind: ftp"),
        ("inbox: in, ", ""),
        ("rule: rename", "rule: renamed"),
        ("acknowledge: 999", "acknowledge: 998"),
        ("damaged: refuse", "broken: refuse"),
        ("damaged: refuse", "damaged: refused"),
        ("LINE-NEVER-SOLD", "LINE-NEVER"),
        ("window_days: 90", "window_days: [90]"),
        ("limits: {line: 100}", "limits: {lines: 100}"),
    ],
)
def test_a_mistake_in_a_partner_is_underlined(right, wrong):
    assert right in PARTNER
    assert faults("partner", yaml.safe_load(PARTNER.replace(right, wrong, 1)))


POLICY = """\
valid_from: "2027-03-01"
expires: "2028-02-29"
policy:
  written_by: Ines Carvalho
  window_days: 90
  conditions: {damaged: hold}
  control: {standing_days: 200}
  credit: {basis: {price: last}}
"""


def test_a_policy_file_is_valid():
    assert faults("policy", yaml.safe_load(POLICY)) == []


@pytest.mark.parametrize(
    ("right", "wrong"),
    [
        ('valid_from: "2027-03-01"\n', ""),
        ("expires", "expired"),
        ("  written_by: Ines Carvalho\n", ""),
        ("window_days: 90", "windo_days: 90"),
        ("window_days: 90", "receipt_days: 90"),
        ("standing_days: 200", "judged_by: sold_on"),
        ("damaged: hold", "broken: hold"),
        ("price: last", "price: lowest"),
    ],
)
def test_a_mistake_in_a_policy_file_is_underlined(right, wrong):
    assert right in POLICY
    assert faults("policy", yaml.safe_load(POLICY.replace(right, wrong, 1)))


def test_the_schema_of_policies_names_nothing_that_holds_for_all_days():
    assert not {"Authorisation", "Reconciliation", "Channel"} & json.loads(schema_text("policy"))["$defs"].keys()


def test_functions_are_offered_with_what_they_give():
    offered = json.dumps(json.loads(schema_text("mapping"))["$defs"]["Clean"])
    for name, function in CLEAN.items():
        assert json.dumps((function.__doc__ or "").split("\n")[0]) in offered
        assert f'"{name}"' in offered
