"""``backhaul partner``: who there is, and what keeps one from going live."""

from collections.abc import Callable
from pathlib import Path

import pytest
import yaml
from typer.testing import CliRunner, Result

from pipelines.cli import app
from tests.world.conftest import Bench

Invoke = Callable[..., Result]


@pytest.fixture
def call(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> Invoke:
    """Run ``backhaul partner`` in a world with a partners' folder of its own."""
    monkeypatch.setenv("COLUMNS", "120")
    monkeypatch.setenv("BACKHAUL_SETTINGS", str(bench.folder / "backhaul.yaml"))
    return lambda *words: CliRunner().invoke(app, ["partner", *map(str, words)])


def settings(bench: Bench, **changed: object) -> None:
    """Other settings."""
    path = bench.folder / "backhaul.yaml"
    path.write_text(yaml.safe_dump(yaml.safe_load(path.read_text()) | changed))


def spoil(bench: Bench, partner: str, old: str, new: str = "") -> None:
    """Other words in a partner.yaml."""
    path = bench.folder / "partners" / partner / "partner.yaml"
    assert old in path.read_text()
    path.write_text(path.read_text().replace(old, new))


def said(result: Result) -> str:
    return " ".join(result.stdout.split())


def test_the_list_tells_each_partner(call: Invoke) -> None:
    result = call("list")
    assert result.exit_code == 0
    assert "nordstad Nordstad Stores retailer x12 notice 2 sftp 997" in said(result)
    assert "venlo Venlo Returns Dock warehouse edifact receipt 1 sftp CONTRL" in said(result)


@pytest.mark.parametrize("partner", ["nordstad", "venlo", "essen", "erp-export"])
def test_the_demonstrations_partners_can_go_live(call: Invoke, partner: str) -> None:
    result = call("check", partner)
    assert result.exit_code == 0, result.stdout
    assert "✗" not in result.stdout
    assert f"{partner} can go live. Next: `backhaul run {partner}`." in said(result)


def test_every_kind_of_check_is_on_the_list(call: Invoke) -> None:
    text = said(call("check", "nordstad"))
    for told in (
        "✓ identity in x12 ZZ:NORDSTAD", "✓ host key pinned: SHA256:", "✓ inbox returns reached;",
        "✓ outbox answers reached;", "✓ sample returns.x12 as expected",
        "✓ answer to returns.x12 997: read back, and matched with what it answers", "✓ policy: conditions",
        "✓ credit notes to Nordstad Stores Ltd",
    ):  # fmt: skip
        assert told in text


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("id: NORDSTAD}", "id: NORTHERN}", "✗ senders of samples ZZ:NORDSTAD is none of its identities"),
        ("identities:", "our_names:", "there is no key 'our_names' here"),
        ("our_identity: {scheme: x12, qualifier: ZZ, id: WICKHAMROWE}\n", "", "✗ our identity"),
        ("  window_days: 365\n", "", "✗ policy: window_days not agreed; the default would be: 365 days"),
        ("  receipt_days: 21\n", "", "✗ policy: receipt_days"),
        ("goods_stay: [keep", "goods_stay: [burn", "policy.goods_stay.0: there is no disposition 'burn' here"),
        ("  version: nordstad-1\n", "  conditions: {sellable: credit}\n", "✗ policy: conditions nothing about damaged"),
        ("  vat_id: GB000000017\n", "", "✗ credit notes to vat_id is not stated"),
        ("outbox: answers, ", "", "✗ outbox channel main has none, and answers are wanted"),
    ],
)
def test_what_is_missing_is_told_with_the_next_step(call: Invoke, bench: Bench, old: str, new: str, told: str) -> None:
    spoil(bench, "nordstad", old, new)
    result = call("check", "nordstad")
    assert result.exit_code in (1, 2)
    everything = " ".join((result.stdout + result.stderr).split())
    assert told in everything
    assert "Next: " in everything


@pytest.mark.parametrize(("profile", "needed"), [("en16931", False), ("peppol", True)])
def test_a_network_needs_an_electronic_address(call: Invoke, bench: Bench, profile: str, needed: bool) -> None:
    spoil(bench, "nordstad", '  endpoint: ["0088", "9520000030001"]\n')
    settings(bench, erp={"profile": profile})
    assert ("✗ credit notes to endpoint is not stated" in said(call("check", "nordstad"))) == needed


def test_a_server_that_does_not_answer_is_told(call: Invoke, bench: Bench) -> None:
    connections = yaml.safe_load((bench.folder / "backhaul.yaml").read_text())["connections"]
    connections["nordstad"]["main"]["port"] = 1
    settings(bench, connections=connections)
    result = call("check", "nordstad")
    assert result.exit_code == 1
    assert "✗ inbox returns" in result.stdout
    assert "nordstad cannot go live yet." in said(result)


def test_a_key_that_is_none_is_told(call: Invoke, bench: Bench) -> None:
    connections = yaml.safe_load((bench.folder / "backhaul.yaml").read_text())["connections"]
    connections["nordstad"]["main"]["host_keys"] = ["ssh-ed25519"]
    settings(bench, connections=connections)
    assert "✗ host key one of them is no public key Next: ask the partner for its fingerprint" in said(
        call("check", "nordstad")
    )


def test_a_folder_that_is_missing_is_told(call: Invoke, bench: Bench) -> None:
    bench.mailbox("essen", "answers").rmdir()
    result = call("check", "essen")
    assert result.exit_code == 1
    assert "✗ outbox answers" in result.stdout


def test_a_mapping_without_a_sample_and_a_sample_that_differs(call: Invoke, bench: Bench) -> None:
    (bench.folder / "partners" / "essen" / "samples" / "receipts.csv").unlink()
    assert "✗ sample of receipts no sample is read by it Next: put a real file into essen/samples." in said(
        call("check", "essen")
    )
    maps = bench.folder / "partners" / "nordstad" / "maps" / "returns.yaml"
    maps.write_text(maps.read_text() + "lines:\n  unit_price:\n")
    assert "✗ sample returns.x12" in call("check", "nordstad").stdout


def test_without_settings_the_outside_is_missing(
    call: Invoke, bench: Bench, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.delenv("BACKHAUL_SETTINGS")
    (tmp_path / "empty").mkdir()
    monkeypatch.chdir(tmp_path / "empty")
    result = call("check", "essen")
    assert result.exit_code == 1
    assert "✗ channel main there are no settings Next: write a backhaul.yaml (docs/settings.md)." in said(result)
