"""Answers to us among a partner's files: they are heard without a mapping, make no document, and are not answered."""

from datetime import UTC, datetime

import pytest

from mappings.answers.acknowledge import Answer, Batch, acknowledge
from mappings.catalog import Catalog
from mappings.engine import translate
from mappings.translation import Translation
from pipelines.settings import SHIPPED_PARTNERS
from tests.formats.files import edifact, gs, isa, raw, st, unb, unh, x12

NOW = datetime(2026, 3, 5, 9, 30, tzinfo=UTC)
CATALOG = Catalog.load(SHIPPED_PARTNERS)

OTI = ("BGN*11*1*20260304", "OTI*TR*TN*BA7-1*****7")
FA = ("AK1*RA*7", "AK9*A*1*1*1")
UCI = ("UCI+7+9520000000011:14+9520000010003:14+7",)
APERAK = ("BGM+305+9+9+AP", "RFF+ACW:BA7-1")


def read(partner: str, data: bytes) -> tuple[Translation, list[Answer]]:
    """What a file of this partner becomes, and how it is answered."""
    folder, file = CATALOG.partner(partner), raw(data)
    found = translate([file], folder, CATALOG)
    batch = Batch([file], tuple(found.readings.values()), found.rejections, found.findings, found.documents)
    return found, acknowledge(batch, folder.partner.model_copy(update={"business_answers": "all"}), NOW, 1)


def fa(body: tuple[str, ...] = FA, kind: str = "997", code: str = "FA", **spoilt: str) -> list[str]:
    return gs(st(body, kind=kind, **spoilt), code=code)


ALONE = {
    "997": ("nordstad", x12(isa(fa()))),
    "997 that asks for a TA1": ("nordstad", x12(isa(fa(), ack="1"))),
    "999": ("nordstad", x12(isa(fa(kind="999")))),
    "824": ("nordstad", x12(isa(fa(OTI, "824", "AG")))),
    "997 and 824": ("nordstad", x12(isa(fa(), fa(OTI, "824", "AG")))),
    "TA1": ("nordstad", x12([isa()[0], "TA1*000000007*260304*0506*A*000", isa()[-1]])),
    "CONTRL": ("brightwell", edifact(unb(unh(UCI, kind="CONTRL:D:3:UN")))),
    "CONTRL 4": ("brightwell", edifact(unb(unh(UCI, kind="CONTRL:4:1:UN"), level="UNOC:4"))),
    "APERAK": ("brightwell", edifact(unb(unh(APERAK, kind="APERAK:D:96A:UN")))),
}


@pytest.mark.parametrize("name", ALONE)
def test_answers_alone_are_accepted_and_not_answered(name: str) -> None:
    found, answers = read(*ALONE[name])
    assert found.findings.to_pylist() == []
    assert found.documents.num_rows == 0
    assert found.acknowledged.num_rows >= 1
    assert found.interchanges["state"].to_pylist() == ["accepted"]
    assert answers == []


def test_returns_beside_an_answer_are_read_and_answered() -> None:
    found, answers = read("nordstad", x12(isa(fa(), gs(st(), control="2"))))
    assert found.documents["message_type"].to_pylist() == ["180"]
    assert found.acknowledged["kind"].to_pylist() == ["997"]
    assert [answer.kind for answer in answers] == ["997", "824"]
    assert b"AK1*AN*2~" in answers[0].data


def test_a_stranger_is_not_heard() -> None:
    found, _ = read("nordstad", x12(isa(fa(), sender="STRANGER       ")))
    assert found.findings["code"].to_pylist() == ["ENV-UNKNOWN-SENDER"]
    assert found.acknowledged.num_rows == 0


def test_an_answer_that_may_have_lost_segments_is_not_heard_and_a_person_sees_it() -> None:
    found, answers = read("nordstad", x12(isa(fa(se01="9"))))
    assert found.findings["code"].to_pylist() == ["MSG-COUNT-WRONG"]
    assert found.acknowledged.num_rows == 0
    assert answers == []


def test_what_is_neither_claimed_nor_an_answer_is_still_told() -> None:
    found, _ = read("nordstad", x12(isa(gs(st(["BEG*00*SA*1**20260304"], kind="850"), code="PO"))))
    assert "MSG-NOT-CLAIMED" in found.findings["code"].to_pylist()
