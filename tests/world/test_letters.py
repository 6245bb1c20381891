"""A retailer that gets letters is asked, reminded and answered by mail too, once each."""

from datetime import date
from email import message_from_bytes
from email.policy import default
from pathlib import Path
from typing import Any

import yaml

from pipelines.wiring import open_hub
from tests.world.agreed import Agreed
from tests.world.goods_town import GoodsTown, announced, goods, goods_town
from tests.world.test_overdue import messages
from tests.world.test_questions import ASKED, ASKS, two_too_many
from tests.world.town import Town, line, notice, sale

LETTERS = {"to": "returns@shop.example", "sender": "returns@makers.example"}


def written(town: Town) -> list[tuple[str, str]]:
    """Subject and text of each letter in the shop's outbox."""
    rows = town.store.table("outbound_message", kind="letter").to_pylist()
    mails: list[Any] = [message_from_bytes(town.hub.vault.get(row["file"]), policy=default) for row in rows]
    assert all(row["name"].endswith(".eml") and row["state"] == "pending" for row in rows)
    return [(mail["Subject"], mail.get_body().get_content()) for mail in mails]


def gets_letters(home: Path, **said: str) -> None:
    told = (home / "partner.yaml").read_text()
    (home / "partner.yaml").write_text(told + yaml.safe_dump({"letters": LETTERS | said}))


def test_a_question_is_asked_by_a_table_and_by_mail(agreed: Agreed) -> None:
    agreed._terms += yaml.safe_dump({"letters": LETTERS | {"language": "de"}})
    with agreed.on(ASKS, ASKED) as town:
        town.deliver(*two_too_many())
        town.settle()
        town.settle()
        assert len(messages(town, "question")) == 1
        ((subject, text),) = written(town)
        assert subject == "Retoure R1: eine Frage, bitte bis 17.03.2026 antworten"
        assert "Die Frage hat die Nummer shop/R1?1." in text
        assert "es war mehr im Karton als angekündigt: es wird nicht gutgeschrieben, und Sie bekommen die" in text


def test_a_reminder_says_when_the_return_is_closed(agreed: Agreed) -> None:
    agreed._terms += yaml.safe_dump({"letters": LETTERS})
    with agreed.on("remind_after_days: [3], close_after_days: 100", date(2026, 3, 20)) as town:
        town.deliver(sale("I1", 3), notice("R1", line(3)))
        town.settle()
        town.settle()
        ((subject, text),) = written(town)
        assert subject == "Return R1: your goods have not come yet"
        assert "It should have been with us by 2026-03-13" in text
        assert "On 2026-06-21 we close the return, and what has not come is not credited." in text


def test_our_word_says_what_may_come_under_which_number(tmp_path: Path) -> None:
    rules = {"since": "2026-01-01", "reasons": {"price": "refuse"}}
    with goods_town(tmp_path, authorisation=rules) as before:
        gets_letters(tmp_path / "partners" / "shop")
        settings = before.hub.settings
    with open_hub(settings) as hub:
        town = GoodsTown(hub, tmp_path)
        town.deliver(sale("I1", 9), announced("R1", goods(2, carton="B1"), goods(1, reason="price")))
        town.settle()
        town.settle()
        ((subject, text),) = written(town)
        assert subject == "Return R1: our answer"
        lines = text.splitlines()
        assert "- 2 x VI-0059, box B1: may come back" in lines
        assert any(one.endswith(": may not come back and is not credited") for one in lines)
        (number,) = {row["number"] for row in town.store.table("authorisation", outcome="authorise").to_pylist()}
        assert f"The authorisation has the number {number}; write it on each box." in text
        town.send()
        (sent,) = (tmp_path / "boxes" / "shop" / "out").glob("letter_*.eml")
        assert sent.read_bytes().startswith(b"From: returns@makers.example\r\nTo: returns@shop.example\r\n")
