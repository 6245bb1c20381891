"""A fault in a policy file names file, line and column with a caret, and says what to write instead."""

from typing import get_args

import pytest

from mappings.catalog import Catalog
from mappings.policy_codes import CODES
from schemas.errors import ConfigError
from schemas.partners import Policy
from tests.mappings.folders import RETURNS_180, partner_folder

HERE = "→"
GOOD = """\
# From March on.
valid_from: 2026-03-01
expires: 2026-12-31
policy:
  written_by: Ines
  window_days: 90
  conditions: {damaged: hold}
"""
FAULTS = {
    "no first day": ("valid_from: 2026-03-01\n", "", "this key is missing", "add `valid_from:`"),
    "no day": ("valid_from: 2026", f"valid_from: {HERE}March 2026", "a day should stand here", "2026-03-01"),
    "an end before the beginning": ("expires: 2026-12-31", "expires: 2026-02-28", "before `valid_from`", "a later day"),
    "an unknown key": ("window_days", f"{HERE}windo_days", "no key 'windo_days'", "write 'window_days'"),
    "no number": ("window_days: 90", f"window_days: {HERE}90 days", "a whole number", "digits only"),
    "a condition that there is none of": (
        "{damaged: hold", f"{{{HERE}damagd: hold", "no condition 'damagd'", "write 'damaged'",
    ),
    "a reason that there is none of": (
        "window_days: 90", f"credit: {{entitlement: {{reasons: {{{HERE}overstok: refuse}}}}}}", "no reason 'overstok'",
        "write 'overstock'",
    ),
    "a finding that there is none of": (
        "window_days: 90", f"unplaced: {{LINE-SOLD-LATER: hold, {HERE}LINE-NEVER-SOLT: hold}}",
        "no finding 'LINE-NEVER-SOLT'", "write 'LINE-NEVER-SOLD'",
    ),
    "a code in a list": (
        "window_days: 90", f"credit: {{fees: {{restocking_reasons: [overstock, {HERE}ordering]}}}}",
        "credit.fees.restocking_reasons.1: there is no reason 'ordering'", "write 'ordering_error'",
    ),
    "an unknown verdict": ("damaged: hold", f"damaged: {HERE}keep", "", "credit"),
    "what holds for all days": ("window_days: 90", f"{HERE}order: oldest", "for all days", "in partner.yaml"),
    "which day counts": (
        "window_days: 90", f"control: {{{HERE}judged_by: sold_on}}", "the same for all", "in partner.yaml",
    ),
    "no author": ("  written_by: Ines\n", "", "nobody is named who wrote it", "`written_by:`"),
}  # fmt: skip


def loaded(root, text, name="spring", **keys):
    partner_folder(root, {"returns": RETURNS_180}, **keys)
    policies = root / "shop" / "policies"
    policies.mkdir(exist_ok=True)
    (policies / f"{name}.yaml").write_text(text)
    return Catalog.load(root).partner("shop").policies


@pytest.mark.parametrize("name", FAULTS)
def test_a_fault_is_shown_at_its_place(tmp_path, name):
    good, bad, *words = FAULTS[name]
    assert good in GOOD
    text = GOOD.replace(good, bad, 1)
    with pytest.raises(ConfigError) as told:
        loaded(tmp_path, text.replace(HERE, ""))
    assert all(word in str(told.value) for word in ("spring.yaml:", "Next: ", *words)), str(told.value)
    if HERE in text:
        before = text[: text.index(HERE)]
        line, column = before.count("\n") + 1, len(before) - before.rfind("\n")
        assert f"spring.yaml:{line}:{column}: " in str(told.value)


def test_two_policies_never_begin_on_one_day(tmp_path):
    loaded(tmp_path, GOOD)
    with pytest.raises(ConfigError, match=r"summer.yaml:2:13: valid_from: spring.yaml begins on this day too"):
        loaded(tmp_path, GOOD, "summer")


def test_a_file_says_what_differs_from_partner_yaml_and_from_what_is_usual(tmp_path):
    plain, spring = loaded(tmp_path, GOOD, policy="{window_days: 30, spread_tolerance: 5}")
    assert (plain.policy.window_days, spring.policy.window_days) == (30, 90)
    assert spring.policy.spread_tolerance == 5
    assert spring.policy.conditions == plain.policy.conditions | {"damaged": "hold"}


def test_policies_stand_by_their_first_day(tmp_path):
    loaded(tmp_path, GOOD.replace("2026-03-01", "2026-05-01"), "a")
    assert [one.name for one in loaded(tmp_path, GOOD, "b")] == ["partner.yaml", "b", "a"]


def test_the_author_of_partner_yaml_wrote_no_other_policy(tmp_path):
    plain, spring = loaded(tmp_path, GOOD, policy="{written_by: Olaf}")
    assert (plain.policy.written_by, spring.policy.written_by) == ("Olaf", "Ines")


OF_ALL_DAYS = {
    "goods_stay: [keep, →burn]": "disposition 'burn'",
    "authorisation: {reasons: {→damagd: refuse}}": "reason 'damagd'",
    "goods: {routes: [{route: restock, conditions: [→sellabel]}]}": "condition 'sellabel'",
    "goods: {routes: [{route: restock}, {route: outlet, reasons: [→unsold]}]}": "reason 'unsold'",
    "goods: {claims: {reasons: [→defektive]}}": "reason 'defektive'",
    "goods: {claims: {requested: [→swap]}}": "disposition 'swap'",
    "goods: {claims: {terms: [{months: 24}, {months: 6, excluded: [→misused]}]}}": "reason 'misused'",
    "goods: {claims: {remedies: [{outcome: repair, reasons: [→broken]}]}}": "reason 'broken'",
    "goods: {claims: {remedies: [{outcome: repair, requested: [→mend]}]}}": "disposition 'mend'",
}


@pytest.mark.parametrize("written", OF_ALL_DAYS)
def test_a_code_that_there_is_none_of_is_shown_in_partner_yaml_too(tmp_path, written):
    with pytest.raises(ConfigError) as told:
        loaded(tmp_path, GOOD, policy="{" + written.replace("→", "") + "}")
    _, line, caret = str(told.value).splitlines()
    assert f"there is no {OF_ALL_DAYS[written]} here. Next: write " in str(told.value)
    assert line[caret.index("^") :].startswith(written.partition("→")[2])


def test_every_key_with_codes_is_one_of_a_policy():
    for key in CODES:
        model = Policy
        for part in (part for part in key.split(".") if part != "*"):
            assert part in model.model_fields, key
            inner = [one for one in _inner(model.model_fields[part].annotation) if hasattr(one, "model_fields")]
            model = inner[0] if inner else model


def _inner(annotation):
    return [one for part in get_args(annotation) for one in _inner(part)] or [annotation]
