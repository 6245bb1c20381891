"""Which of several mappings of a partner a message goes to."""

import pytest

from schemas.errors import ConfigError
from tests.mappings.folders import RETURNS_180, codes, line_180, partner_folder, raw, run, x12

OTHER = """\
extends: x12/180
claims: {where: {%s}}
lines: {store: {const: OTHER}}
"""


def message(purpose: str, kind: str = "", number: str = "R1") -> list[str]:
    return [f"BGN*{purpose}*{number}*20261118****{kind}", line_180()]


def stores(folder, *messages: list[str]) -> list[str | None]:
    return run(folder, raw(x12(*messages))).notice_lines["store"].to_pylist()


def test_a_mapping_with_where_takes_what_it_names_and_leaves_the_rest(tmp_path):
    folder = partner_folder(tmp_path, {"a": RETURNS_180, "z": OTHER % 'BGN.01: ["13", "14"]'})
    assert stores(folder, message("00"), message("14", number="R2"), message("13", number="R3")) == [
        None,
        "OTHER",
        "OTHER",
    ]


def test_all_of_where_must_hold(tmp_path):
    folder = partner_folder(tmp_path, {"a": RETURNS_180, "b": OTHER % 'BGN.01: "14", BGN.07: RD'})
    assert stores(folder, message("14", "RA"), message("14", "RD", "R2")) == [None, "OTHER"]


def test_where_looks_at_the_first_segment_that_has_one_of_the_values(tmp_path):
    folder = partner_folder(tmp_path, {"a": RETURNS_180, "b": OTHER % '"^N9[ZZ].02": CONSUMER'})
    body = ["BGN*00*R1*20261118", "N9*ZZ*ELSE", "N9*ZZ*CONSUMER", line_180()]
    assert stores(folder, body) == ["OTHER"]


def test_who_says_more_comes_first_whatever_the_files_are_called(tmp_path):
    maps = {
        "a": OTHER % 'BGN.01: "14"',
        "b": (OTHER % 'BGN.01: "14", BGN.07: RD').replace("OTHER", "BOTH"),
        "c": "extends: x12/180\nclaims: {sender: 'ZZ:SHOP'}\nlines: {store: {const: SENDER}}\n",
        "d": "extends: x12/180\nclaims: {version: '004010'}\nlines: {store: {const: VERSION}}\n",
    }
    folder = partner_folder(tmp_path, maps)
    assert stores(folder, message("14"), message("14", "RD", "R2"), message("00", number="R3")) == [
        "OTHER",
        "BOTH",
        "SENDER",
    ]


def test_a_message_that_no_where_holds_is_not_claimed(tmp_path):
    folder = partner_folder(tmp_path, {"b": OTHER % 'BGN.01: "14"'})
    translation = run(folder, raw(x12(message("00"), message("14", number="R2"))))
    assert codes(translation) == ["MSG-NOT-CLAIMED"]
    assert translation.documents["number"].to_pylist() == ["R2"]
    assert [rejection.message for rejection in translation.rejections] == [0]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (RETURNS_180, RETURNS_180),
        (OTHER % 'BGN.01: ["13", "14"]', OTHER % 'BGN.01: ["14"]'),
        (OTHER % 'BGN.01: "14"', OTHER % "BGN.07: RD"),
        (RETURNS_180 + "claims: {version: '004010'}\n", RETURNS_180 + "claims: {version: ['005010', '004010']}\n"),
    ],
)
def test_claims_that_nothing_distinguishes_are_refused_with_both_files(tmp_path, one, other):
    with pytest.raises(ConfigError, match=r"one\.yaml and .*other\.yaml claim the same messages 180\. Next: .*where"):
        partner_folder(tmp_path, {"one": one, "other": other})


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (RETURNS_180, OTHER % 'BGN.01: "14"'),
        (OTHER % 'BGN.01: "13"', OTHER % 'BGN.01: "14"'),
        (RETURNS_180 + "claims: {version: '004010'}\n", RETURNS_180 + "claims: {version: '005010'}\n"),
        (RETURNS_180 + "claims: {sender: 'ZZ:SHOP'}\n", RETURNS_180 + "claims: {sender: 'ZZ:OTHER'}\n"),
        (RETURNS_180, "extends: edifact/retann\n"),
    ],
)
def test_claims_that_differ_stand_beside_each_other(tmp_path, one, other):
    assert len(partner_folder(tmp_path, {"one": one, "other": other}).maps) == 2


def test_a_path_of_where_is_checked_at_its_place(tmp_path):
    with pytest.raises(ConfigError, match=r"one\.yaml:2:.*'BGN1' is no path"):
        partner_folder(tmp_path, {"one": OTHER % 'BGN1: "14"'})
