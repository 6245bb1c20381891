"""Cells that a spreadsheet may have damaged: the quick look finds every one that the close look does."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mappings.formats.cell_signs import DAY, ITEM, LABEL, NUMBER, WORD, WORTH, has_sign, signs
from mappings.formats.compiled import PASSES

CELLS = st.lists(
    st.one_of(
        st.text("0123456789.,-+/ eE'=#AbJan", max_size=22),
        st.from_regex(r"[0-9]{8,20}", fullmatch=True),
        st.from_regex(r"[0-9],[0-9]{3,6}E\+[0-9]{2}", fullmatch=True),
        st.text("0 1a", min_size=118, max_size=124),
    ),
    max_size=8,
)


@settings(deadline=None)
@pytest.mark.parametrize("wanted", [ITEM, LABEL, DAY, NUMBER, WORD])
@pytest.mark.parametrize("mark", [ord("."), ord(",")])
@given(cells=CELLS)
def test_the_quick_look_finds_what_the_close_look_finds(wanted, mark, cells):
    raw = [cell.encode() for cell in cells]
    ends = np.cumsum([len(one) for one in raw], dtype=np.int64)
    starts = ends - np.array([len(one) for one in raw], dtype=np.int64)
    data = b"".join(raw) + b" "
    expected = [
        row for row, one in enumerate(raw) if one and has_sign(data, int(starts[row]), int(ends[row]), wanted, mark)
    ]
    rows = np.empty(len(raw), np.int64)
    assert rows[: signs(data, starts, ends, wanted, mark, WORTH, rows)].tolist() == expected
    worth, buffer = np.array(WORTH, np.int64), np.frombuffer(data, np.uint8)
    assert rows[: PASSES.signs(buffer, starts, ends, wanted, mark, worth, rows)].tolist() == expected
