"""Open this when a partner is told the wrong reason why a line is not credited: refusals in the codes of answers.

The list is ``mappings/codes/refusals.csv``: a finding of ``schemas.findings`` or a rule of the policy (``window_days``,
``conditions.damaged``), the words for the partner, and codes. X12 180 has two: RDR01 is the verdict (element 1292: RD
denied, RP pending) and RDR03 why (1294: NR no record of the sale, RT too late, QD quantity, UI not identifiable, MI
more information needed). RETINS has a code for the verdict alone, in CDI 7007 (26 refused, 25 held for examination;
17E and 16E in EANCOM and in directories before D.17A); why stands in FTX, in words.
"""

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType

from mappings.code_lists import SHIPPED

_OTHER = "other"
_UNPLACED = "unplaced."
_LAST_CENTURY = 88  # of directories: D.88 to D.99


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a line is not credited, or not yet: in words for the partner, and in the codes of 180 and RETINS."""

    words: str
    x12_1292: str
    x12_1294: str
    un_7007: str
    eancom_7007: str

    def x12_fields(self) -> dict[str, str]:
        """The fields of a line of the layout x12/180_answer."""
        return {"disposition": self.x12_1292, "refusal": self.x12_1294, "remark": self.words}

    def retins_fields(self, version: str) -> dict[str, str]:
        """The fields of an instruction of the layout edifact/retins in this version."""
        return {"action": self.un_7007 if _has_un_codes(version) else self.eancom_7007, "remark": self.words}


def refusal(why: str) -> Refusal:
    """The refusal for a finding's code or a decision's rule; one that asks for more where the list has none."""
    known = refusals()
    return known.get(why.removeprefix(_UNPLACED), known[_OTHER])


@cache
def refusals() -> Mapping[str, Refusal]:
    """All of the list, by finding or rule."""
    with (SHIPPED / "refusals.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    names = ("x12_1292", "x12_1294", "un_7007", "eancom_7007")
    return MappingProxyType({row["code"]: Refusal(row["means"], *(row[name] for name in names)) for row in rows})


def _has_un_codes(version: str) -> bool:
    """Whether the directory has CDI 21 to 26: UN directories from D.17A on. ``version`` is as ``D:24A:UN``."""
    number, release, agency, *_ = [*version.split(":"), "", "", ""]
    return number == "D" and agency == "UN" and release[:2].isdigit() and 17 <= int(release[:2]) < _LAST_CENTURY
