"""What the policy leaves to a person is said by commands, and a claim shows what it rests on."""

from pathlib import Path

import yaml
from typer.testing import CliRunner

from pipelines.cli import app
from tests.world.goods_town import GoodsTown, announced, goods, goods_town
from tests.world.town import BOWL, receipt, sale

BY = ["--by", "Ada Holm", "--reason", "seen"]


def settings_file(town: GoodsTown) -> list[str]:
    """The town's settings as a file, as an option of a command."""
    path = town.folder / "backhaul.yaml"
    path.write_text(yaml.safe_dump(town.hub.settings.model_dump(mode="json", exclude_none=True)))
    return ["--settings", str(path)]


def said(*words: str, code: int = 0) -> str:
    result = CliRunner().invoke(app, list(words), env={"COLUMNS": "200"})
    assert result.exit_code == code, result.output
    return " ".join(result.output.split())


def test_words_on_announced_goods(tmp_path: Path) -> None:
    terms = {"since": "2026-01-01", "reasons": {"damaged": "ask"}}
    with goods_town(tmp_path, authorisation=terms) as town:
        town.deliver(sale("I1", 9), sale("I2", 9, gtin=BOWL))
        town.deliver(announced("R1", goods(3, reason="damaged"), goods(2, BOWL, reason="damaged")))
        town.settle()
        settings = settings_file(town)
        assert "may come as RA-" in said("authorise", "shop/R1/1", *BY, *settings)
        assert "shop/R1/2 is refused, by Ada Holm" in said("refuse", "shop/R1/2", *BY, *settings)
        assert "Nothing of shop/R1/2 waits" in said("refuse", "shop/R1/2", *BY, *settings, code=2)
        assert town.buckets() == {"authorised": 3, "refused": 2}


def test_routes_and_claims(tmp_path: Path) -> None:
    claims = {"reasons": ["defective"], "files": 1, "terms": [{"months": 24}], "remedies": [{"outcome": "replace"}]}
    terms = {"since": "2026-01-01", "claims": claims}
    with goods_town(tmp_path, goods=terms, conditions={"sellable": "credit", "unknown": "credit"}) as town:
        town.deliver(sale("I1", 9), sale("I2", 9, gtin=BOWL))
        town.deliver(announced("R1", goods(3, reason="defective")), announced("R2", goods(2, BOWL)))
        town.deliver(receipt("W1", 3, "R1"), receipt("W2", 2, "R2", BOWL, condition="unknown"))
        town.settle()
        settings = settings_file(town)
        assert "2 of shop/R2/1: destroy" in said("route", "shop/R2/1", "destroy", *BY, *settings)
        photo = tmp_path / "photo.jpg"
        photo.write_bytes(b"dark")
        told = said("claim", "attach", "shop/R1/1", str(photo), "--by", "Ada Holm", "--note", "no light", *settings)
        assert "shop/R1/1&1 is attached" in told
        town.settle()
        shown = said("claim", "show", "shop/R1/1", *settings)
        assert all(word in shown for word in ("photo.jpg", "no light", "replace", "RO-"))
        assert "Next:" in said("claim", "replace", "shop/R1/1", *BY, *settings, code=2)
