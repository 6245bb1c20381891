"""Control numbers that a sender used before, in the same batch or in an earlier one."""

from typing import Any

import pyarrow as pa

from mappings.answers.acknowledge import Batch, acknowledge
from mappings.answers.repeats import with_repeats
from mappings.catalog import Catalog
from mappings.engine import Translation, translate
from mappings.formats.segments import RawFile
from pipelines.settings import SHIPPED_PARTNERS
from tests.acknowledge.test_places import NOW, partner
from tests.formats.files import gs, isa, raw, st, x12

NONE = pa.table({name: pa.array([], pa.string()) for name in ("file", "standard", "sender", "receiver", "control")})
OURS = {"standard": "x12", "sender": "ZZ:NORDSTAD", "receiver": "ZZ:WICKHAMROWE", "control": "000000101"}


def known(**changed: str) -> pa.Table:
    return pa.Table.from_pylist([{"file": "earlier", **OURS, **changed}])


def translated(*files: RawFile) -> Translation:
    catalog = Catalog.load(SHIPPED_PARTNERS)
    return translate(files, catalog.partner("nordstad"), catalog)


def told(translation: Translation) -> list[tuple[Any, Any]]:
    rows = [row for row in translation.findings.to_pylist() if row["code"] == "ENV-CONTROL-REPEATED"]
    return [(row["file"], row["path"]) for row in rows]


def test_the_second_interchange_of_a_number_is_told() -> None:
    twice = x12(isa(gs(st()))) + x12(isa(gs(st()), ack="1"))
    got = with_repeats(translated(raw(twice)), NONE)
    assert told(got) == [("f" * 64, "ISA 000000101")]
    reading = got.readings["x12"]
    at = reading.findings["code"].to_pylist().index("ENV-CONTROL-REPEATED")
    assert reading.owners["interchange"][at].as_py() == 1
    answers = acknowledge(Batch([], [reading]), partner(), NOW, 7)
    assert [b"*E*025" in answer.data for answer in answers if answer.kind == "TA1"] == [True]


def test_a_number_of_an_earlier_file_is_told() -> None:
    assert len(told(with_repeats(translated(raw(x12())), known()))) == 1


def test_another_pair_of_parties_may_have_the_same_number() -> None:
    for changed in (
        {"sender": "ZZ:OTHER"},
        {"receiver": "ZZ:OTHER"},
        {"standard": "edifact"},
        {"control": "000000102"},
    ):
        assert told(with_repeats(translated(raw(x12())), known(**changed))) == []


def test_the_same_batch_again_gives_the_same_rows() -> None:
    assert told(with_repeats(translated(raw(x12())), known(file="f" * 64))) == []
