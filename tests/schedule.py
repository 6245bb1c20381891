"""Open this when a worker of the tests idles at the end: which files go to one worker together, and which go first.

Neither changes what a test finds: without workers, or with other ones, all tests pass in any order of files.
"""

from typing import Final

from xdist.scheduler import LoadFileScheduling
from xdist.workermanage import WorkerController

# Tests that run machine code: the first of them makes it, which takes minutes where nothing is kept yet. Two workers
# would make it twice at the same time.
MACHINE_CODE: Final = "machine code"
_RUN_MACHINE_CODE = frozenset(
    f"tests/{one}.py"
    for one in (
        "benchmarks/test_reading", "formats/test_cell_signs", "formats/test_compiled", "formats/test_delimited_cut",
        "formats/test_large", "formats/test_oracle", "formats/test_xml", "mappings/test_conversions",
        "steps/test_split", "steps/test_split_large", "steps/test_split_optimum", "steps/test_split_references",
        "steps/test_split_scale",
    )
)  # fmt: skip
# Files that take long for the number of their tests: roughly how many tests elsewhere take as long. What takes longest
# goes first, so that no worker is left alone with it at the end.
_AS_LONG_AS = {
    MACHINE_CODE: 5000, "tests/drills/test_killed_demo.py": 1000, "tests/store/test_attempts.py": 450,
    "tests/cases/test_cases.py": 850, "tests/world/test_late_notices.py": 500,
    "tests/world/test_order_of_arrival.py": 400, "tests/world/test_replay.py": 450, "tests/world/test_chain.py": 650,
    "tests/world/test_counted_again.py": 350, "tests/work/test_many_issuers.py": 600,
    "tests/drills/test_killed_world.py": 500, "tests/world/test_authorise.py": 450,
    "tests/world/test_outbound_maps.py": 250, "tests/erp/test_fates.py": 400, "tests/world/test_long_history.py": 400,
    "tests/expectations/test_suites.py": 350, "tests/world/test_any_order_of_receipts.py": 200,
    "tests/ledger/test_five_documents.py": 300, "tests/ledger/test_attempts.py": 150,
}  # fmt: skip


class LongestFirst(LoadFileScheduling):
    """Each file goes to one worker, as with ``--dist loadfile``."""

    def _split_scope(self, nodeid: str) -> str:
        file = super()._split_scope(nodeid)
        return MACHINE_CODE if file in _RUN_MACHINE_CODE else file

    def _assign_work_unit(self, node: WorkerController) -> None:
        longest = max(self.workqueue, key=lambda scope: _AS_LONG_AS.get(scope, len(self.workqueue[scope])))
        self.workqueue.move_to_end(longest, last=False)
        super()._assign_work_unit(node)
