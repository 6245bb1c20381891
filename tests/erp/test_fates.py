"""Every adapter under every fate of three requests in a row: in the end one credit note, to the minor unit.

Each of the 2,744 schedules (fourteen fates, three times) ends with one posted document that ties with the books and no
orphan. Where an ERP cannot promise that, it is found and told, and never booked: ``CAN_BE_DOUBLED`` says by what.
"""

from itertools import product

import pytest

from tests.erp.fate_worlds import WORLDS, opened
from tests.erp.fates import FATES, STALE
from tests.erp.three_fates import ATTEMPTS, ONCE, SCHEDULES, TOLD, ensure_once, verdict

# Business Central is asked for the primary by every read of ours.
NEVER_MET = {"business central": {STALE}, "business central, papers": {STALE}}
# One schedule in so many by default, so that an adapter takes a second; the soak takes them all.
SHARES = {"memory": 20, "sap": 70, "sap requests": 70, "sap requests, papers": 140, "odoo": 70, "odoo, papers": 140,
          "business central": 70, "business central, papers": 140}  # fmt: skip


@pytest.mark.parametrize("name", WORLDS)
def test_whatever_becomes_of_three_requests_there_is_one_credit_note(name, tmp_path):
    with opened(name, tmp_path) as world:
        assert ensure_once(name, world, SHARES[name]) > len(SCHEDULES) / SHARES[name] * 0.8


@pytest.mark.soak
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("name", WORLDS)
def test_whatever_becomes_of_three_requests_in_every_way_there_is_one_credit_note(name, tmp_path):
    with opened(name, tmp_path) as world:
        assert ensure_once(name, world, 1) == len(FATES) ** ATTEMPTS


@pytest.mark.parametrize("name", WORLDS)
def test_every_fate_is_met(name, tmp_path):
    with opened(name, tmp_path) as world:
        met = set()
        for first, fate in product(("timeout before commit", "timeout after commit"), FATES):
            assert verdict(world, (first, fate)) in (ONCE, TOLD)
            met |= set(world.faulty.met)
        assert met == set(FATES) - NEVER_MET.get(name, set())
