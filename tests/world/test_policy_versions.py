"""Credits go out without a person only by a policy that somebody else than its author approved, until it ends."""

import io
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta

import pytest
from rich.console import Console

from mappings.catalog import Catalog
from pipelines.explain import story_view
from pipelines.steps.policy_change import try_policy
from pipelines.work.approve import approve
from pipelines.work.policy_try import tried
from pipelines.work.policy_versions import approve_policy, policy_rows
from pipelines.work.settle import settle
from schemas.errors import ConfigError, PermanentError
from schemas.partners import Policy
from schemas.policies import Agreed, without_days
from schemas.records import CreditIntent, Decision, Movement
from schemas.tables import DECIDED, UNDECIDED
from tests.world.town import Town, line, notice, receipt, sale

SPRING = "valid_from: 2026-02-01\nexpires: {ends}\npolicy: {{written_by: Ines, window_days: {days}}}\n"


@pytest.fixture
def agree(town: Town) -> Callable[..., None]:
    """Writes a policy file of the shop's."""

    def write(days: int = 200, ends: str = "2026-12-31") -> None:
        home = town.hub.catalog.partner("shop").path / "policies"
        home.mkdir(exist_ok=True)
        (home / "spring.yaml").write_text(SPRING.format(days=days, ends=ends))
        town.hub = replace(town.hub, catalog=Catalog.load(home.parent.parent))

    return write


def credit(town: Town, number: str) -> str:
    """A lamp comes back; answers what its credit waits for, or nothing."""
    if number == "R1":
        town.deliver(sale("I1", 100))
    town.deliver(notice(number, line(1)))
    town.deliver(receipt(f"A-{number}", 1, of=number, complete=True))
    settle(town.hub, town.hub.catalog.partner("shop").partner)
    (intent,) = town.store.table(CreditIntent, return_id=f"shop/{number}").to_pylist()
    return str(intent["problem"] or "")


def test_the_first_policies_of_a_retailer_need_no_approval_of_their_own(town: Town, agree: Callable[..., None]) -> None:
    agree()
    assert credit(town, "R1") == ""
    states = {row["policy"]: (row["state"], row["stands_until"]) for row in policy_rows(town.store, "shop")}
    assert states == {"partner.yaml": ("founding", date(2027, 6, 1)), "spring": ("founding", date(2026, 12, 31))}


def test_a_policy_that_changed_waits_until_another_than_its_author_approves_it(
    town: Town, agree: Callable[..., None]
) -> None:
    assert credit(town, "R1") == ""
    agree()
    assert "the policy shop/spring, version" in credit(town, "R2")
    shop = town.hub.catalog.partner("shop")
    with pytest.raises(PermanentError, match=r"INES  wrote shop spring. Next: let somebody else"):
        approve_policy(town.hub, shop, "spring", "INES ", None)
    with pytest.raises(ConfigError, match=r"there is no policy 'sprin' here. Next: write 'spring'"):
        approve_policy(town.hub, shop, "sprin", "Ada", None)
    _, until = approve_policy(town.hub, shop, "spring", "Ada", "agreed by letter")
    assert until == date(2026, 12, 31)
    assert credit(town, "R3") == ""
    agree(days=201)
    assert "is not approved" in credit(town, "R4")
    assert town.store.verify() == []


def test_what_has_expired_decides_and_no_longer_credits_by_itself(town: Town, agree: Callable[..., None]) -> None:
    agree(ends="2026-05-31")
    assert "let credits go out by themselves until 2026-05-31" in credit(town, "R1")
    with pytest.raises(PermanentError, match=r"expired on 2026-05-31. Next: write a policy that goes on"):
        approve_policy(town.hub, town.hub.catalog.partner("shop"), "spring", "Ada", None)


def test_an_approval_ends_after_the_agreed_days_and_can_be_given_anew(town: Town) -> None:
    assert credit(town, "R1") == ""
    now = town.hub.now() + timedelta(days=366)
    town.hub = replace(town.hub, now=lambda: now)
    assert "until 2027-06-01 and is not approved anew" in credit(town, "R2")
    approve_policy(town.hub, town.hub.catalog.partner("shop"), "partner.yaml", "Ada", None)
    assert credit(town, "R3") == ""


def test_a_policy_is_tried_on_what_was_decided_and_writes_nothing(town: Town) -> None:
    credit(town, "R1")
    credit(town, "R2")
    before = [town.store.table(record).num_rows for record in (Decision, Movement)]
    decided = town.store.decided("shop", town.hub.now() - timedelta(days=1))
    same = try_policy(decided, without_days(town.hub.catalog.partner("shop").partner.policy))
    assert (same.all.num_rows, same.changed.num_rows) == (2, 0)
    strict = try_policy(decided, Agreed("strict", Policy(window_days=1), "v"))
    rows = strict.changed.to_pylist()
    assert {(row["outcome"], row["would"], row["would_rule"], row["net"]) for row in rows} == {
        ("credit", "refuse", "window_days", 1000)
    }
    assert [town.store.table(record).num_rows for record in (Decision, Movement)] == before
    assert town.store.decided("shop", town.hub.now() + timedelta(days=1)).num_rows == 0


def test_caps_are_tried_with_what_was_credited_before_those_days(town: Town) -> None:
    for number in ("R1", "R2", "R3"):
        credit(town, number)
    now, day = town.hub.now(), timedelta(days=1)
    policy = Policy.model_validate({
        "caps": [{"name": "all", "amount": 20}], "credit": {"deductions": {"when_taken": "settle"}},
    })  # fmt: skip
    found = tried(town.hub, town.hub.catalog.partner("shop"), Agreed("capped", policy, "v"), now - day)
    assert found.all.num_rows == 3
    assert [(row["return_line"], row["would_rule"]) for row in found.changed.to_pylist()] == [("shop/R3/1", "caps.all")]
    all_of_them, none = (
        town.store.query("reports/credited_since.sql", retailer="shop", since=at)["net_minor"].to_pylist()
        for at in (now - day, now + day)
    )
    assert (sum(all_of_them), none) == (3000, [])


def test_the_facts_of_a_decision_are_those_that_it_was_made_on(town: Town) -> None:
    town.deliver(sale("I1", 100))
    town.deliver(notice("R1", line(3)))
    town.deliver(receipt("A1", 3, of="R1", complete=True))
    before = town.store.undecided("shop")
    settle(town.hub, town.hub.catalog.partner("shop").partner)
    after = town.store.decided("shop", town.hub.now() - timedelta(days=1))
    assert after.schema.names == DECIDED.names
    assert before.equals(after.select(UNDECIDED.names).cast(before.schema))


def test_the_database_refuses_an_approval_by_the_author_of_a_policy(town: Town, agree: Callable[..., None]) -> None:
    credit(town, "R1")
    agree()
    credit(town, "R2")
    columns = "approved_by = 'Ines', state = 'approved'"
    with pytest.raises(Exception, match="policy_version_four_eyes"), town.store._writer.begin() as connection:
        connection.exec_driver_sql(f"update policy_version set {columns} where policy = 'spring'")


def test_a_decision_is_explained_with_its_policy_and_who_approved_what(town: Town, agree: Callable[..., None]) -> None:
    credit(town, "R1")
    agree()
    credit(town, "R2")
    approve_policy(town.hub, town.hub.catalog.partner("shop"), "spring", "Ada", None)
    (intent,) = town.store.table(CreditIntent, return_id="shop/R2").to_pylist()
    approve(town.hub, intent["reference"], "Ben")
    told = " ".join(story_text(town, "shop/R2/1").split())
    version = intent_version(town, "shop/R2/1")
    assert (
        "credit 1 unit on 2026-06-01: 1 unit counted in as sellable, returned on 2026-02-20, 49 days after the sale on "
        "2026-01-02 (window 200 days): 10.00 EUR net and 1.90 EUR tax. That says the rule conditions.sellable of the "
        f"policy spring, for returns from 2026-02-01 (policy {version}), written by Ines, approved by Ada on "
        "2026-06-01, until 2026-12-31."
    ) in told
    assert "Ben approved it; Ines wrote the policy that decided it." in told
    plain = " ".join(story_text(town, "shop/R1/1").split())
    assert "of the policy in partner.yaml" in plain
    assert "in force since the retailer began, until 2027-06-01" in plain


def story_text(town: Town, line_id: str) -> str:
    console = Console(width=4000, file=io.StringIO(), record=True)
    for part in story_view(town.hub, line_id):
        console.print(part)
    return console.export_text()


def intent_version(town: Town, line_id: str) -> str:
    (row,) = town.store.table(Decision, return_line=line_id).to_pylist()
    return str(row["policy_version"])
