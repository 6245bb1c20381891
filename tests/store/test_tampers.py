"""Whoever tampers with the books, the audit trail or its anchors is found, each time."""

import random
import shutil
import sqlite3
from contextlib import closing
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Connection

from connectors.anchors import read_anchors
from connectors.signing import PublicKey, SigningKey, make_key
from connectors.store import Store
from connectors.store.audit_trail import Anchor, broken_seals
from connectors.store.verify import broken_trail
from pipelines.work.anchoring import anchor_day
from tests.databases import SqliteFiles
from tests.store import tampers
from tests.store.conftest import Clock, World, credit_all

SEED, FEW, MANY = 20260302, 300, 10_000
# How often each is drawn.
BY_ROWS = {
    tampers.alter_cell: 12, tampers.delete_row: 3, tampers.add_row: 3, tampers.swap_rows: 3,
    tampers.alter_event: 6, tampers.delete_event: 1, tampers.add_event: 1, tampers.swap_events: 1,
    tampers.cut_tail: 2, tampers.write_anew: 1,
}  # fmt: skip


@dataclass
class Books:
    """Books with an anchor for each of some days, and a copy of them as they were on each."""

    store: Store
    anchors: list[Anchor]
    folder: Path
    keys: list[PublicKey]
    stranger: SigningKey
    copies: list[Path]


@pytest.fixture(scope="module")
def books(templates, tmp_path_factory):
    """Three days of returns; on each the head was signed and the books were copied."""
    place = tmp_path_factory.mktemp("books")
    shutil.copy(templates(SqliteFiles(), False).removeprefix("sqlite:///"), place / "hub.db")
    key, day, copies = make_key(place / "keys" / "audit.pem"), date(2026, 3, 2), []
    with Store.open(f"sqlite:///{place}/hub.db", Clock(), "tester") as store:
        world = World(store)
        for number, step in enumerate((lambda: world.credit_one("R8", "INV8"), lambda: credit_all(world),
                                       lambda: world.credit_one("R9", "INV9"))):  # fmt: skip
            step()
            assert anchor_day(store, place / "anchors", place / "keys" / "audit.pem", day + timedelta(number)).new
            copies.append(place / f"day-{number}.db")
            with closing(sqlite3.connect(place / "hub.db")) as now, closing(sqlite3.connect(copies[-1])) as then:
                now.backup(then)
    with SqliteFiles().raw(f"sqlite:///{place}/hub.db") as raw:
        raw.unguarded()  # what guards would refuse is to be found afterwards too
    anchors = read_anchors(place / "anchors", [key.public])
    assert anchors.broken == []
    stranger = make_key(place / "keys" / "stranger.pem")
    with Store.open(f"sqlite:///{place}/hub.db", Clock(), "tester", as_it_is=True) as store:
        yield Books(store, anchors.heads, place / "anchors", [key.public], stranger, copies)


def undetected(books: Books, number: int) -> list[str]:
    """The tampers of as many seeds that are not found."""
    kinds, weights = list(BY_ROWS), list(BY_ROWS.values())
    missed, done = [], 0
    with books.store._engine.connect() as connection:
        driver = connection.connection.driver_connection
        for pragma in ("foreign_keys = off", "ignore_check_constraints = on"):
            driver.execute(f"pragma {pragma}")
        assert broken_seals(connection, books.anchors) == []
        connection.rollback()
        seed = SEED
        while done < number:
            seed += 1
            chance = random.Random(seed)
            connection.begin()
            what = chance.choices(kinds, weights)[0](driver, chance)
            if what is not None:
                done += 1
                if not broken_seals(connection, books.anchors):
                    missed.append(f"{seed}: {what}")
            connection.rollback()
    return missed


def test_some_hundred_tampers_are_all_found(books):
    assert undetected(books, FEW) == []


@pytest.mark.soak
@pytest.mark.timeout(3600)
def test_ten_thousand_tampers_are_all_found(books):
    assert undetected(books, MANY) == []


@pytest.mark.parametrize("tamper", [tampers.cut_tail, tampers.write_anew])
def test_only_anchors_tell_that_the_end_is_gone_or_all_was_written_anew(books, tamper):
    with books.store._engine.connect() as connection:
        assert tamper(connection_of(connection), random.Random(8))
        assert broken_seals(connection) == []
        checks = {found.check for found in broken_seals(connection, books.anchors)}
        assert checks <= {"tail", "rewrite"}
        assert checks
        connection.rollback()


def connection_of(connection: Connection) -> sqlite3.Connection:
    connection.begin()
    return connection.connection.driver_connection


@pytest.mark.parametrize("day", [0, 1])
def test_an_older_copy_of_the_books_is_told_from_them(books, tmp_path, day):
    copy = shutil.copy(books.copies[day], tmp_path / "hub.db")
    with Store.open(f"sqlite:///{copy}", Clock(), as_it_is=True) as store:
        assert store.broken_trail(books.anchors[: day + 1]) == []
        assert {found.check for found in store.broken_trail(books.anchors)} == {"tail"}
        World(store).credit_one("R7", "INV7")
        World(store).credit_one("R9", "INV9")
        World(store).credit_one("R10", "INV10")
        World(store).credit_one("R11", "INV11")
        checks = {found.check for found in store.broken_trail(books.anchors)}
        assert checks
        assert checks <= {"tail", "rewrite"}


@pytest.mark.parametrize("seed", range(12))
def test_guards_that_were_dropped_or_put_back_harmless_are_named(books, tmp_path, seed):
    copy = shutil.copy(books.copies[-1], tmp_path / "hub.db")
    with Store.open(f"sqlite:///{copy}", Clock(), as_it_is=True) as store, store._engine.connect() as connection:
        assert tampers.drop_guard(connection_of(connection), random.Random(seed))
        assert {found.check for found in broken_trail(connection, books.anchors)} == {"schema"}


@pytest.mark.parametrize("seed", range(40))
def test_whoever_alters_anchors_is_found(books, tmp_path, seed):
    folder = Path(shutil.copytree(books.folder, tmp_path / "anchors"))
    tampers.alter_anchors(folder, random.Random(seed), books.keys, books.stranger)
    assert read_anchors(folder, books.keys).broken
