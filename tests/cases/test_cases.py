"""Every worked case, through the real chain: documents in, decisions, amounts and differences out."""

from pathlib import Path

import pytest

from tests.cases.compared import differing
from tests.cases.form import Told, cases_of
from tests.cases.shop import Shop

FILES = sorted(Path(__file__).parent.glob("*.yaml"))
CASES = [told for path in FILES for told in cases_of(path)]


@pytest.fixture(scope="session")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Shop:
    """The shop in which all cases happen, one after the other."""
    return Shop(tmp_path_factory.mktemp("cases"))


@pytest.mark.parametrize("told", CASES, ids=lambda told: f"{told.file}: {told.title}")
def test_it_comes_out_as_the_case_says(told: Told, shop: Shop) -> None:
    hub = shop.carried(told)
    wrong = differing(hub, told.case)
    broken = [f"law {one.check}: {one.row}: {one.what}" for one in hub.store.violations()]
    if wrong or broken:
        pytest.fail("\n".join([f"{told.file}: {told.title}", *wrong, *broken]), pytrace=False)
