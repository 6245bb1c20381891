"""`<` finds what encloses a line, whatever the order of the levels, and never what belongs to another."""

import numpy as np
import pytest

from mappings.formats import edifact, x12
from mappings.messages.enclosing import Enclosing, Tree, with_levels_below
from mappings.messages.lookups import Index, Loops
from mappings.messages.paths import parse
from tests.mappings.folders import edifact as edifact_file
from tests.mappings.folders import raw
from tests.mappings.folders import x12 as x12_file


def read(kind: str, *messages: list[str]):
    if kind[0].isdigit():
        return x12.read([raw(x12_file(*messages, message=kind, group="SH"))])
    return edifact.read([raw(edifact_file(*messages, kind=kind))])


class Asked:
    """The lines of some messages, and what paths find for them."""

    def __init__(self, kind: str, *messages: list[str], each: str = "LIN", until: tuple[str, ...] = ("HL", "CPS")):
        self.index = Index(read(kind, *messages))
        trailers = ("CTT", "CNT", "SE", "UNT")
        self.loops = Loops.of(self.index, each, (*until, *trailers), {})
        reading = self.index.segments
        self.tree = Tree.of(reading.loops, reading.cuts.loop, reading.cuts.message)
        self.enclosing = Enclosing.of(self.tree, self.loops.lines)

    def found(self, written: str) -> list[str | None]:
        """What `<` finds for each line."""
        path = parse(written)
        segments = self.index.tagged(path.tag)
        segments = segments[self.loops.line_of[segments] < 0]
        marks = self.index.picked(path, segments, [])
        segments, marks = segments[marks >= 0], marks[marks >= 0]
        at = self.enclosing.nearest(np.arange(len(self.loops.lines)), segments)
        return self.index.column(np.append(marks, -1)[at]).text.to_pylist()

    def below(self, tag: str) -> list[int]:
        """The line, or -1, of each segment of this tag, levels below lines counted in."""
        line_of = with_levels_below(self.tree, self.loops.lines, self.loops.line_of)
        return line_of[self.index.tagged(tag)].tolist()


HEAD = ["BSN*00*S1*20261118*0900", "HL*1**S", "N1*ST*Shop*92*0042"]


def test_an_order_without_number_does_not_take_the_one_before_it():
    asked = Asked("856", [
        *HEAD,
        "HL*2*1*O", "PRF*PO-1", "HL*3*2*P", "MAN*GM*A", "HL*4*3*I", "LIN**EN*1",
        "HL*5*1*O", "HL*6*5*P", "MAN*GM*B", "HL*7*6*I", "LIN**EN*2",
        "HL*8*1*O", "PRF*PO-3", "HL*9*8*P", "HL*10*9*I", "LIN**EN*3",
    ])  # fmt: skip
    assert asked.found("<PRF.01") == ["PO-1", None, "PO-3"]
    assert asked.found("<MAN.02") == ["A", "B", None]
    assert asked.found("<N1[ST].04") == ["0042"] * 3
    assert asked.found("<BSN.02") == ["S1"] * 3


def test_a_carton_may_stand_above_its_orders():
    asked = Asked("856", [
        *HEAD,
        "HL*2*1*P", "MAN*GM*A",
        "HL*3*2*O", "PRF*PO-1", "HL*4*3*I", "LIN**EN*1", "HL*5*3*I", "LIN**EN*2",
        "HL*6*2*O", "PRF*PO-2", "HL*7*6*I", "LIN**EN*3",
        "HL*8*1*P", "HL*9*8*O", "HL*10*9*I", "LIN**EN*4",
    ])  # fmt: skip
    assert asked.found("<PRF.01") == ["PO-1", "PO-1", "PO-2", None]
    assert asked.found("<MAN.02") == ["A", "A", "A", None]


def test_the_levels_follow_their_numbers_and_not_their_order():
    asked = Asked("856", [
        *HEAD,
        "HL*2*1*O", "PRF*PO-1", "HL*3*1*O", "PRF*PO-2",
        "HL*4*2*I", "LIN**EN*1", "HL*5*3*I", "LIN**EN*2", "HL*6*7*I", "LIN**EN*3", "HL*7*1*O", "PRF*PO-3",
    ])  # fmt: skip
    assert asked.found("<PRF.01") == ["PO-1", "PO-2", "PO-3"]


def test_cartons_below_an_item_belong_to_its_line():
    asked = Asked("856", [
        *HEAD,
        "HL*2*1*O", "PRF*PO-1",
        "HL*3*2*I", "LIN**EN*1", "HL*4*3*P", "MAN*GM*A", "HL*5*3*P", "MAN*GM*B",
        "HL*6*2*I", "LIN**EN*2", "HL*7*6*T", "HL*8*7*P", "MAN*GM*C",
        "HL*9*2*P", "MAN*GM*D",
    ])  # fmt: skip
    assert asked.below("MAN") == [0, 0, 1, -1]
    assert asked.found("<MAN.02") == [None, None]
    assert asked.below("HL") == [-1, -1, -1, 0, 0, -1, 1, 1, -1]


def test_an_item_that_names_no_level_takes_what_stands_before_it():
    asked = Asked("856", [*HEAD, "HL*2*1*O", "PRF*PO-1", "HL*3**I", "LIN**EN*1", "HL*4*99*I", "LIN**EN*2"])
    assert asked.found("<PRF.01") == ["PO-1", "PO-1"]


def test_levels_in_a_circle_end():
    asked = Asked("856", [*HEAD, "HL*2*3*O", "PRF*PO-1", "HL*3*2*I", "LIN**EN*1", "HL*4*4*I", "LIN**EN*2"])
    assert asked.found("<BSN.02") == ["S1", "S1"]


def test_messages_do_not_see_each_other():
    first = [*HEAD, "HL*2*1*O", "PRF*PO-1", "HL*3*2*I", "LIN**EN*1"]
    asked = Asked("856", first, ["BSN*00*S2*20261118*0900", "HL*1**I", "LIN**EN*2", "HL*2**I", "LIN**EN*3"])
    assert asked.found("<PRF.01") == ["PO-1", None, None]
    assert asked.found("<BSN.02") == ["S1", "S2", "S2"]


DESADV = ["BGM+351+D1+9", "DTM+137:20261118:102", "RFF+ON:PO-1", "NAD+DP+42::92", "CPS+1", "PAC+3"]


def test_a_carton_speaks_of_its_own_lines_alone():
    asked = Asked("DESADV:D:96A:UN", [
        *DESADV,
        "CPS+2+1", "PAC+1", "PCI+33E", "GIN+BJ+A", "LIN+1++1:EN", "LIN+2++2:EN",
        "CPS+3+1", "PAC+1", "LIN+3++3:EN",
        "CPS+4+1", "PAC+1", "PCI+33E", "GIN+BJ+EMPTY",
        "CPS+5+1", "LIN+4++4:EN",
        "CPS+6", "LIN+5++5:EN",
    ])  # fmt: skip
    assert asked.found("<GIN[BJ].2") == ["A", "A", None, None, None]
    assert asked.found("<RFF[ON].1.2") == ["PO-1"] * 5
    assert asked.found("<NAD[DP].2") == ["42"] * 5
    assert asked.found("<PAC.1") == ["1", "1", "1", "3", None]


def test_cartons_on_a_pallet_take_its_label_when_they_have_none():
    asked = Asked("DESADV:D:01B:UN", [
        *DESADV,
        "CPS+2+1", "PAC+1++201", "PCI+33E", "GIN+BJ+PALLET",
        "CPS+3+2", "PAC+1++CT", "PCI+33E", "GIN+BJ+A", "LIN+1++1:SRV",
        "CPS+4+2", "PAC+1++CT", "LIN+2++2:SRV",
    ])  # fmt: skip
    assert asked.found("<GIN[BJ].2") == ["A", "PALLET"]


def test_loops_without_levels_enclose_too():
    body = [
        "BPR*I*100*C*ACH", "ENT*1",
        "RMR*IV*INV-1**90*100", "ADX*-10*11", "RMR*IV*INV-2**50*50", "RMR*IV*INV-3**20*25", "ADX*-5*06",
        "ENT*2", "ADX*-7*13",
    ]  # fmt: skip
    asked = Asked("820", body, each="ADX", until=("RMR", "ENT"))
    assert asked.found("<RMR.02") == ["INV-1", "INV-3", None]
    assert asked.found("<ENT.01") == ["1", "1", "2"]


def test_a_message_without_a_table_takes_the_last_one_before_the_line():
    asked = Asked(
        "SLSRPT:D:96A:UN", ["BGM+73E+1", "LOC+162+A", "LIN+1++1:EN", "LOC+162+B", "LIN+2++2:EN"], until=("LOC",)
    )
    assert (asked.index.segments.cuts.loop == -1).all()
    assert asked.found("<LOC.2") == ["A", "B"]


@pytest.mark.parametrize("kind", ["856", "DESADV:D:96A:UN"])
def test_nothing_to_ask_gives_nothing(kind):
    asked = Asked(kind, ["BSN*00*S1" if kind == "856" else "BGM+351+1+9"])
    assert asked.found("<MAN.02") == []
    assert asked.below("LIN") == []
