"""What Dagster knows: the chain, its checks, a listing sensor a mailbox, schedules; and the very job runs."""

import shutil
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import dagster as dg
import pytest

from mappings.catalog import Catalog
from pipelines.judged_tables import STORED
from pipelines.settings import PORT_VARIABLE, SETTINGS_VARIABLE
from pipelines.show import standing
from pipelines.simulate.partners_online import partners_online
from schemas.records import Movement
from tests.world.conftest import Bench

pytestmark = [
    pytest.mark.filterwarnings("ignore::dagster.BetaWarning"),
    pytest.mark.filterwarnings("ignore::dagster.PreviewWarning"),
    # Dagster's own use of SQLAlchemy and SQLite leaves connections to the garbage collector.
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]
CHAIN = ["received_files", "recorded_documents", "decided_returns", "posted_credits", "sent_answers"]
# Of the partners of the demonstration; as long as there are no settings, Dagster knows all partners that are shipped.
MAILBOXES = {
    f"mailbox_{partner}_main"
    for partner in ("brightwell", "erp_export", "essen", "harwich", "lindhaus", "nordstad", "venlo")
}


@pytest.fixture
def defs() -> dg.Definitions:
    from pipelines.definitions import defs

    return defs


@pytest.fixture
def online(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> Iterator[Bench]:
    """The small world as the settings in force, with the partners' server running."""
    monkeypatch.setenv(SETTINGS_VARIABLE, str(bench.folder / "backhaul.yaml"))
    with partners_online(bench.settings):
        yield bench


def test_it_knows_the_chain_the_report_the_checks_and_a_sensor_for_each_mailbox(defs: dg.Definitions) -> None:
    graph = defs.resolve_asset_graph()
    assert {key.to_user_string() for key in graph.get_all_asset_keys()} == {*CHAIN, "returns_report", "supplied_sales"}
    assert {check.name for check in graph.asset_check_keys} == {
        "ledger_conserves", *(f"{table}_meet_expectations" for table in STORED),
    }  # fmt: skip
    assert {sensor.name for sensor in defs.sensors or []} >= {"partner_folders", *MAILBOXES}
    assert {schedule.name for schedule in defs.schedules or []} == {
        "daily_report", "hourly_supply", "hourly_sweep", "nightly_anchor", "nightly_upkeep",
    }  # fmt: skip


def test_each_mailbox_of_the_partners_folder_in_force_has_a_sensor(bench: Bench) -> None:
    from pipelines.defs.sensors import mailbox_sensors

    catalog = Catalog.load(bench.settings.path(bench.settings.partners))
    assert {sensor.name for sensor in mailbox_sensors(catalog)} == MAILBOXES


def test_a_sensor_asks_once_for_the_same_settled_files_and_takes_none(
    online: Bench, defs: dg.Definitions, tmp_path: Path
) -> None:
    before = sorted(online.mailbox("nordstad").iterdir())
    first, second = _request(defs, tmp_path), _request(defs, tmp_path)
    assert first.partition_key == "nordstad"
    assert first.run_key == second.run_key
    assert sorted(online.mailbox("nordstad").iterdir()) == before
    before[0].unlink()
    assert _request(defs, tmp_path).run_key != first.run_key


def _request(defs: dg.Definitions, home: Path) -> dg.RunRequest:
    """What the sensor of nordstad's mailbox asks for now."""
    name = "mailbox_nordstad_main"
    with dg.DagsterInstance.local_temp(str(home)) as instance:
        instance.add_dynamic_partitions("partner", ["nordstad"])
        sensor, repository = defs.resolve_sensor_def(name), defs.get_repository_def()
        with (
            dg.partition_loading_context(dynamic_partitions_store=instance),
            dg.build_sensor_context(
                instance, repository_def=repository, resources=defs.resources, sensor_name=name
            ) as context,
        ):
            (request,) = sensor.evaluate_tick(context).run_requests or []
    return request


def test_a_sensor_of_an_empty_mailbox_skips(online: Bench, defs: dg.Definitions) -> None:
    shutil.rmtree(online.mailbox("lindhaus"))
    online.mailbox("lindhaus").mkdir()
    with dg.build_sensor_context(resources=defs.resources, sensor_name="mailbox_lindhaus_main") as context:
        tick = defs.resolve_sensor_def("mailbox_lindhaus_main").evaluate_tick(context)
    assert not tick.run_requests
    assert tick.skip_message


def test_every_partner_folder_becomes_a_partition(online: Bench, defs: dg.Definitions) -> None:
    with (
        dg.DagsterInstance.ephemeral() as instance,
        dg.build_sensor_context(instance=instance, resources=defs.resources, sensor_name="partner_folders") as context,
    ):
        tick = defs.resolve_sensor_def("partner_folders").evaluate_tick(context)
    (request,) = tick.dynamic_partitions_requests or []
    assert set(request.partition_keys) == {
        "brightwell", "erp-export", "essen", "harwich", "lindhaus", "nordstad", "venlo",
    }  # fmt: skip


def test_the_hourly_sweep_asks_for_every_partner(defs: dg.Definitions, tmp_path: Path) -> None:
    with dg.DagsterInstance.local_temp(str(tmp_path)) as instance:
        instance.add_dynamic_partitions("partner", ["nordstad", "harwich"])
        context = dg.build_schedule_context(
            instance, repository_def=defs.get_repository_def(), scheduled_execution_time=_moment()
        )
        requests = list(defs.resolve_schedule_def("hourly_sweep").evaluate_tick(context).run_requests or [])
    assert {request.partition_key for request in requests} == {"nordstad", "harwich"}


def _moment() -> datetime:
    return datetime(2026, 11, 21, 10, 15, tzinfo=UTC)


def test_the_job_carries_a_partner_from_mailbox_to_answers(online: Bench, defs: dg.Definitions) -> None:
    with dg.DagsterInstance.ephemeral() as instance:
        instance.add_dynamic_partitions("partner", ["lindhaus", "essen"])
        for partner in ("lindhaus", "essen"):
            run = defs.resolve_job_def("partner_chain").execute_in_process(partition_key=partner, instance=instance)
            assert run.success
            checks = {check.check_name: check.passed for check in run.get_asset_check_evaluations()}
            assert checks["ledger_conserves"] is True
            assert {name for name, passed in checks.items() if not passed} == set()
    with online.open() as hub:
        assert standing(hub).credit_notes > 0
        assert hub.store.verify() == []


def test_the_suites_judge_the_files_of_the_run_alone_and_leave_a_page(online: Bench, defs: dg.Definitions) -> None:
    online.keep("lindhaus", 2)
    chain = defs.resolve_job_def("partner_chain")
    with dg.DagsterInstance.ephemeral() as instance:
        instance.add_dynamic_partitions("partner", ["lindhaus"])
        first, second = (chain.execute_in_process(partition_key="lindhaus", instance=instance) for _ in range(2))
    found = {one.check_name: one for one in first.get_asset_check_evaluations()}["notice_lines_meet_expectations"]
    assert found.severity is dg.AssetCheckSeverity.WARN
    assert not found.blocking
    with online.open() as hub:
        assert found.metadata["rows"].value == hub.store.notice_lines("lindhaus").num_rows > 0
    assert found.metadata["judged"].value == "the files of one run"
    assert found.metadata["failed_expectations"].value
    assert Path(str(found.metadata["data_docs"].value)).read_text().count("<tr>") > found.metadata["expectations"].value
    again = {one.check_name: one for one in second.get_asset_check_evaluations()}["notice_lines_meet_expectations"]
    assert (again.passed, again.metadata["rows"].value) == (True, 0)


def test_a_broken_law_stops_the_run_before_money_moves(
    online: Bench, defs: dg.Definitions, monkeypatch: pytest.MonkeyPatch
) -> None:
    from connectors.store import Store, Violation

    broken = Violation("buckets_never_negative", "movement", "m", "planted")
    monkeypatch.setattr(Store, "violations", lambda self: [broken])
    with dg.DagsterInstance.ephemeral() as instance:
        instance.add_dynamic_partitions("partner", ["lindhaus", "essen"])
        chain = defs.resolve_job_def("partner_chain")
        chain.execute_in_process(partition_key="lindhaus", instance=instance, raise_on_error=False)
        run = chain.execute_in_process(partition_key="essen", instance=instance, raise_on_error=False)
        assert not run.success
    with online.open() as hub:
        assert standing(hub).credit_notes == 0
        assert hub.store.table(Movement, to_bucket="accepted").num_rows > 0


def test_upkeep_proves_the_books_and_fails_when_they_were_altered(
    settled_bench: Bench, defs: dg.Definitions, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(SETTINGS_VARIABLE, str(settled_bench.folder / "backhaul.yaml"))
    with dg.DagsterInstance.ephemeral() as instance:
        upkeep = defs.resolve_job_def("upkeep")
        assert upkeep.execute_in_process(instance=instance).success
        vault = settled_bench.folder / "vault"
        min(path for path in vault.rglob("*") if path.is_file()).unlink()
        assert not upkeep.execute_in_process(instance=instance, raise_on_error=False).success


def test_the_server_of_the_demonstration_is_only_said_while_it_runs(bench: Bench) -> None:
    import os

    assert PORT_VARIABLE not in os.environ
    with partners_online(bench.settings):
        assert os.environ[PORT_VARIABLE].isdigit()
    assert PORT_VARIABLE not in os.environ


def test_the_instance_file_is_copied_and_no_state_lies_beside_it(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    from pipelines.dagster_home import INSTANCE_FILE, use_dagster_home

    monkeypatch.setenv("DAGSTER_HOME", "unset")
    home = use_dagster_home(bench.folder)
    assert (home / "dagster.yaml").read_text() == INSTANCE_FILE.read_text()
    with dg.DagsterInstance.get() as instance:
        assert Path(instance.root_directory) == home
        assert not instance.telemetry_enabled
