"""Open this when you ask how well a sale fits a claim: the evidence of every pair, as one number."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from pipelines.steps.split.columns import ANSWERS, Ints, Sales, Wants
from schemas.evidence import EVIDENCE, RANK

Mask = npt.NDArray[np.bool_]
NAMES = tuple(EVIDENCE)


@dataclass(frozen=True, slots=True)
class Fit:
    """Sales that a claim can stand on, in the order of ``Sales``, each with its grade: the less, the better.

    A grade is the rank of the strongest evidence times four, plus two at another store, plus one at another price.
    """

    lines: Ints
    grades: Ints

    def best(self, left: Ints, units: int) -> "Fit":
        """The best sales with units left, best first: as many as hold ``units`` together, or all there are."""
        free = left[self.lines] > 0
        lines, grades = self.lines[free], self.grades[free]
        order = np.argsort(grades, kind="stable")
        enough = int(np.searchsorted(np.cumsum(left[lines[order]]), units)) + 1
        return Fit(lines[order[:enough]], grades[order[:enough]])

    def only(self, mask: Mask) -> "Fit":
        """The sales of this mask."""
        return Fit(self.lines[mask], self.grades[mask])


def rank_of(grade: int) -> int:
    """The rank of evidence in a grade: its index in ``schemas.evidence``."""
    return grade // 4


def fit(sales: Sales, wants: Wants, claim: int) -> Fit:
    """Every sale of the claim's retailer and item on or before its day, graded; whether units are left or not."""
    where = sales.of_item.get(wants.item(claim), slice(0, 0))
    lines = np.arange(where.start, where.stop)[sales.day[where] <= wants.day[claim]]
    same = _same(sales, wants, claim, lines)
    holds = {
        "invoice_and_line": same["invoice_and_line"] | (same["invoice"] & same["po"] & same["po_line"]),
        "po_and_line": same["po"] & same["po_line"],
        "invoice": same["invoice"],
        "po": same["po"],
        "delivery_note": same["delivery_note"],
        "repaired": same["repaired_invoice"] | same["repaired_po"],
        "box": _any_of(sales.codes["po"][lines], wants.box[claim]),
        "price": same["price"],
        "store": same["store"],
    }
    ranks = np.full(len(lines), RANK["sold"], np.int64)
    for name in reversed([name for name in NAMES if name in holds]):  # the strongest is written last
        ranks[holds[name]] = RANK[name]
    return Fit(lines, ranks * 4 + ~same["store"] * 2 + ~same["price"])


def _same(sales: Sales, wants: Wants, claim: int, lines: Ints) -> dict[str, Mask]:
    """For each statement, which lines answer it; a claim that does not make it is answered by none."""
    none = np.zeros(len(lines), np.bool_)
    codes = {name: wants.codes[name][claim] for name in ANSWERS}
    return {name: sales.codes[ANSWERS[name]][lines] == code if code >= 0 else none for name, code in codes.items()}


def _any_of(codes: Ints, wanted: Ints) -> Mask:
    found = np.zeros(len(codes), np.bool_)
    for code in wanted[wanted >= 0].tolist():
        found |= codes == code
    return found
