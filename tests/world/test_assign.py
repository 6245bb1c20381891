"""A person's word: stored, placed at once, stronger than all evidence, and undone when it is taken back."""

import pytest
from typer.testing import CliRunner

from pipelines.cli import app
from pipelines.work.assign import assign, unassign
from schemas.errors import PermanentError
from tests.world.town import BOWL, Town, line, notice, receipt, sale

R1 = "shop/R1/1"


@pytest.fixture
def sold(town: Town) -> Town:
    """Two sales; by the shop's order rule the older one is taken."""
    town.deliver(sale("I1", 3, 999, on=1), sale("I2", 3, 1003, on=2))
    return town


def where(town: Town) -> dict[str, dict[str, int]]:
    """Units by return line and sale."""
    found: dict[str, dict[str, int]] = {}
    for return_line, at, _, _, units, *_ in town.standing():
        of_line = found.setdefault(return_line, {})
        of_line[at] = of_line.get(at, 0) + units
    return found


def test_assigned_units_stand_where_the_person_says_and_go_back_when_it_is_undone(sold: Town) -> None:
    sold.deliver(notice("R1", line(2)))
    before = sold.standing(), sold.balances()
    done = assign(sold.hub, R1, "WR01/I2/1", "the shop sent the slip", "Ada")
    assert (done.units, done.placed_anew) == (2, ())
    (row,) = sold.standing()
    assert (row[1], row[4], row[7]) == ("WR01/I2/1", 2, "assigned")
    unassign(sold.hub, R1, "the slip was another shop's", "Ben")
    assert (sold.standing(), sold.balances()) == before
    rows = sold.store.table("assignment").to_pylist()
    assert [(row["by"], row["reason"], row["undoes"]) for row in rows] == [
        ("Ada", "the shop sent the slip", None),
        ("Ben", "the slip was another shop's", f"{R1}@1"),
    ]
    assert sold.store.verify() == []


def test_it_drives_others_from_the_sale_and_says_whom(sold: Town) -> None:
    sold.deliver(notice("R0", line(2), on=40), notice("R1", line(2)))
    done = assign(sold.hub, R1, "WR01/I1/1", "slip", "Ada")
    assert done.placed_anew == ("shop/R0/1",)
    assert where(sold) == {R1: {"WR01/I1/1": 2}, "shop/R0/1": {"WR01/I1/1": 1, "WR01/I2/1": 1}}


def test_a_line_that_a_person_placed_still_says_what_else_is_in_its_box(town: Town) -> None:
    bowl = sale("I3", 3, gtin=BOWL, po="P2")
    town.deliver(sale("I1", 3, on=1, po="P1"), sale("I2", 3, on=2, po="P2"), bowl)
    town.deliver(notice("R1", line(2), line(1, BOWL, po="P2")))
    assert where(town)[R1] == {"WR01/I2/1": 2}
    assign(town.hub, "shop/R1/2", "WR01/I3/1", "slip", "Ada")
    town.deliver(sale("I0", 9, on=0, po="P0"))
    assert where(town)[R1] == {"WR01/I2/1": 2}


def test_it_holds_whatever_arrives_later(sold: Town) -> None:
    sold.deliver(notice("R1", line(2)))
    assign(sold.hub, R1, "WR01/I2/1", "slip", "Ada")
    sold.deliver(notice("R0", line(3, invoice="I2"), on=40), sale("I0", 9, on=0), receipt("W1", 2, "R1"))
    assert where(sold)[R1] == {"WR01/I2/1": 2}
    assert where(sold)["shop/R0/1"] == {"WR01/I2/1": 1, "WR01/I0/1": 2}


def test_some_units_of_a_line_or_of_a_portion(sold: Town) -> None:
    sold.deliver(notice("R1", line(5)))
    assert where(sold) == {R1: {"WR01/I1/1": 3, "WR01/I2/1": 2}}
    assign(sold.hub, R1, "WR01/I2/1", "slip", "Ada", units=3)
    assert where(sold) == {R1: {"WR01/I1/1": 2, "WR01/I2/1": 3}}
    portion = next(row["portion"] for row in sold.store.open_portions().to_pylist() if row["announced_units"] == 2)
    with pytest.raises(PermanentError, match="the sale has 0 units left"):
        assign(sold.hub, portion, "WR01/I2/1", "slip", "Ada")
    unassign(sold.hub, R1, "again", "Ada")
    assign(sold.hub, portion, "WR01/I1/1", "slip", "Ada", units=1)
    assert sold.store.verify() == []


def test_what_is_counted_in_keeps_its_condition(sold: Town) -> None:
    sold.deliver(notice("R1", line(2)), receipt("W1", 1, "R1", condition="damaged"))
    assign(sold.hub, R1, "WR01/I2/1", "slip", "Ada")
    assert [(row[1], row[2], row[3], row[4]) for row in sold.standing()] == [
        ("WR01/I2/1", "announced", None, 1),
        ("WR01/I2/1", "received", "damaged", 1),
    ]
    assert sold.store.verify() == []


def test_units_that_are_accepted_never_move(sold: Town) -> None:
    sold.deliver(notice("R1", line(2)), receipt("W1", 1, "R1"))
    sold.settle()
    assign(sold.hub, R1, "WR01/I2/1", "slip", "Ada")
    assert [(row[1], row[2]) for row in sold.standing()] == [("WR01/I2/1", "announced")]
    assert sold.balances() == {"WR01/I1/1": (1, 999, 190), "WR01/I2/1": (1, 1003, 191)}
    sold.deliver(receipt("W2", 1, "R1"))
    sold.settle()
    with pytest.raises(PermanentError, match="none of its units may move"):
        assign(sold.hub, R1, "WR01/I1/1", "slip", "Ada")
    assert sold.store.verify() == []


@pytest.mark.parametrize(
    ("to", "units", "why"),
    [
        ("WR01/I9/1", None, "There is no invoice line WR01/I9/1"),
        ("WR01/B1/1", None, "item .* was sold there, .* is returned"),
        ("WR01/I3/1", None, "sold on 2026-03-02, after the return on 2026-02-20"),
        ("WR01/I1/1", 0, "0 is no number of units"),
        ("WR01/I1/1", 3, "2 units of it may move, 3 were named"),
    ],
)
def test_what_cannot_be_is_refused_in_plain_words(sold: Town, to: str, units: int | None, why: str) -> None:
    sold.deliver(sale("B1", 1, gtin=BOWL), sale("I3", 1, on=60), notice("R1", line(2)))
    head = sold.store.head()
    with pytest.raises(PermanentError, match=why) as refused:
        assign(sold.hub, R1, to, "slip", "Ada", units)
    assert "Next:" in str(refused.value)
    assert sold.store.head() == head


def test_a_line_is_assigned_once_at_a_time_and_needs_reason_and_author(sold: Town) -> None:
    sold.deliver(notice("R1", line(2)))
    with pytest.raises(PermanentError, match="Nobody assigned"):
        unassign(sold.hub, R1, "why", "Ada")
    with pytest.raises(PermanentError, match="a reason and an author"):
        assign(sold.hub, R1, "WR01/I2/1", " ", "Ada")
    with pytest.raises(PermanentError, match="There is no return line"):
        assign(sold.hub, "shop/R9/1", "WR01/I2/1", "slip", "Ada")
    assign(sold.hub, R1, "WR01/I2/1", "slip", "Ada")
    with pytest.raises(PermanentError, match="take that back first"):
        assign(sold.hub, R1, "WR01/I1/1", "slip", "Ada")


def test_the_words_people_type(sold: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    sold.deliver(notice("R1", line(2)))
    settings = sold.hub.settings
    (settings.folder / "backhaul.yaml").write_text(
        "companies: {WR01: {legal_name: Makers Ltd}}\npartners: partners\nclock: 2026-06-01T12:00:00Z\n"
    )
    monkeypatch.setenv("BACKHAUL_SETTINGS", str(settings.folder / "backhaul.yaml"))
    said = CliRunner().invoke(app, ["assign", R1, "WR01/I2/1", "--reason", "slip", "--by", "Ada"])
    assert (said.exit_code, "2 of shop/R1/1 on WR01/I2/1, by Ada." in said.output) == (0, True)
    assert where(sold)[R1] == {"WR01/I2/1": 2}
    said = CliRunner().invoke(app, ["unassign", R1, "--reason", "wrong slip", "--by", "Ben"])
    assert (said.exit_code, where(sold)[R1]) == (0, {"WR01/I1/1": 2})
