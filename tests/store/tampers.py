"""Ways to tamper with books and anchors, each drawn by a seed; each says what it did, or None: it changed nothing."""

import json
import random
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

from connectors.anchors import read_anchors, write_anchor
from connectors.signing import PublicKey, SigningKey
from connectors.store.insert import SEALED_TABLES, TABLES, key_of
from connectors.store.roll import rolled, told
from connectors.store.seal import GENESIS, event_hash, row_digest, row_key

Tamper = Callable[[sqlite3.Connection, random.Random], str | None]
SEALED = sorted(SEALED_TABLES)


def refused(tamper: Tamper) -> Tamper:
    """What the database itself refuses changes nothing."""

    def run(raw: sqlite3.Connection, chance: random.Random) -> str | None:
        try:
            return tamper(raw, chance)
        except sqlite3.IntegrityError:
            return None

    return run


# --- rows


@refused
def alter_cell(raw: sqlite3.Connection, chance: random.Random) -> str | None:
    """Another value, of another kind or of none, in one cell of a sealed row."""
    table, place = a_row(raw, chance, chance.choice(SEALED))
    column = chance.choice(TABLES[table].columns.keys())
    return altered(raw, chance, table, place, column)


@refused
def delete_row(raw: sqlite3.Connection, chance: random.Random) -> str | None:
    """A sealed row that is gone."""
    table, place = a_row(raw, chance, chance.choice(SEALED))
    raw.execute(f'delete from "{table}" where rowid = ?', (place,))
    return f"delete {table} {place}"


@refused
def add_row(raw: sqlite3.Connection, chance: random.Random) -> str | None:
    """A copy of a sealed row under another key."""
    table, place = a_row(raw, chance, chance.choice(SEALED))
    names = TABLES[table].columns.keys()
    row = dict(zip(names, raw.execute(f"{_select(table)} where rowid = ?", (place,)).fetchone(), strict=True))
    for column in TABLES[table].columns:
        single = column.unique or column.name in key_of(TABLES[table])
        if single and row[column.name] is not None:
            row[column.name] = another(chance, row[column.name], simple=True)
    raw.execute(
        f'insert into "{table}" values ({", ".join("?" * len(row))})', tuple(row[n] for n in stored(raw, table))
    )
    return f"add to {table}"


@refused
def swap_rows(raw: sqlite3.Connection, chance: random.Random) -> str | None:
    """Two rows of a table that changed places: each has the other's key."""
    table = chance.choice(SEALED)
    key, names = key_of(TABLES[table]), TABLES[table].columns.keys()
    rest = [name for name in names if name not in key]
    places = [place for (place,) in raw.execute(f'select rowid from "{table}" order by rowid')]
    if len(places) < 2 or not rest:
        return None
    one, two = chance.sample(places, 2)
    chosen = ", ".join(f'"{name}"' for name in rest)
    was = [raw.execute(f'select {chosen} from "{table}" where rowid = ?', (p,)).fetchone() for p in (one, two)]
    if was[0] == was[1]:
        return None
    sets = ", ".join(f'"{name}" = ?' for name in rest)
    for place, values in ((one, was[1]), (two, was[0])):
        raw.execute(f'update "{table}" set {sets} where rowid = ?', (*values, place))
    return f"swap {one} and {two} of {table}"


# --- events


@refused
def alter_event(raw: sqlite3.Connection, chance: random.Random) -> str | None:
    """One cell of an audit event."""
    table, place = a_row(raw, chance, "audit_event")
    return altered(raw, chance, table, place, chance.choice(TABLES[table].columns.keys()))


@refused
def delete_event(raw: sqlite3.Connection, chance: random.Random) -> str | None:
    """An event that is gone, wherever it stood."""
    _, place = a_row(raw, chance, "audit_event")
    raw.execute("delete from audit_event where rowid = ?", (place,))
    return f"delete event {place}"


@refused
def add_event(raw: sqlite3.Connection, chance: random.Random) -> str | None:
    """An event that was put in, with hashes of its own that fit the last one; the row it seals is not there."""
    seq, prev_hash = raw.execute("select seq, hash from audit_event order by seq desc limit 1").fetchone()
    rows, roll = rolled({"movement": {f"made up {chance.random()}": bytes(16)}})
    said = (seq + 1, "2026-03-03 09:00:00.000000", "nobody", "decide", "nordstad", rows, prev_hash)
    raw.execute(_EVENT, (*said, event_hash(*said), roll))
    return "add an event"


@refused
def swap_events(raw: sqlite3.Connection, chance: random.Random) -> str | None:
    """Two events in each other's place."""
    last = raw.execute("select max(seq) from audit_event").fetchone()[0]
    one, two = chance.sample(range(1, last + 1), 2)
    for was, will in ((one, -1), (two, one), (-1, two)):
        raw.execute("update audit_event set seq = ? where seq = ?", (will, was))
    return f"swap events {one} and {two}"


# --- all of it


def cut_tail(raw: sqlite3.Connection, chance: random.Random) -> str | None:
    """The newest events gone together with the rows that only they sealed: what is left holds by itself."""
    last = raw.execute("select max(seq) from audit_event").fetchone()[0]
    first = chance.randint(2, last)
    before: dict[str, set[str]] = {}
    for rows, roll in raw.execute("select rows, roll from audit_event where seq < ?", (first,)).fetchall():
        for table, keys in told(rows, roll).items():
            before.setdefault(table, set()).update(keys)
    raw.execute("delete from audit_event where seq >= ?", (first,))
    for table in SEALED:
        for place, key in keys_of(raw, table):
            if key not in before.get(table, ()):
                raw.execute(f'delete from "{table}" where rowid = ?', (place,))
    return f"cut from {first}"


def write_anew(raw: sqlite3.Connection, chance: random.Random) -> str | None:
    """A cell altered, and every event from some one on written anew, with digests and hashes that fit."""
    done = alter_cell(raw, chance)
    if done is None:
        return None
    seal_anew(raw)
    return f"{done}, and all anew"


def seal_anew(raw: sqlite3.Connection) -> None:
    """Every event as if the store had written the rows as they are now."""
    digests = {}
    for table in SEALED:
        names = TABLES[table].columns.keys()
        rows = raw.execute(_select(table)).fetchall()
        digests[table] = {key_in(table, row): row_digest(names, row) for row in rows}
    prev_hash, told_already = GENESIS, {table: set() for table in SEALED}
    for seq, at, actor, action, subject, rows, roll in raw.execute(_EVENTS).fetchall():
        sealed = {table: {k: digests[table][k] for k in keys if k in digests[table]}
                  for table, keys in told(rows, roll).items()}  # fmt: skip
        for table, keys in sealed.items():
            told_already[table] |= keys.keys()
        if seq == 1:  # rows that no event tells of go to the first one
            for table in SEALED:
                sealed.setdefault(table, {}).update(digests[table])
        rows, roll = rolled(sealed)
        said = (seq, at, actor, action, subject, rows, prev_hash)
        prev_hash = event_hash(*said)
        raw.execute("delete from audit_event where seq = ?", (seq,))
        raw.execute(_EVENT, (*said, prev_hash, roll))


# --- guards


def drop_guard(raw: sqlite3.Connection, chance: random.Random) -> str | None:
    """A trigger or view that is gone, or put back so that it does nothing."""
    chosen = "select name, type, sql from sqlite_master where type in ('trigger', 'view') and name <> 'edition'"
    name, kind, sql = chance.choice(raw.execute(f"{chosen} order by name").fetchall())
    raw.execute(f'drop {kind} "{name}"')
    if chance.random() < 0.5:
        return f"drop {name}"
    harmless = f"{sql} -- " if kind == "view" else sql.replace("BEGIN SELECT", "WHEN 1 = 0 BEGIN SELECT")
    raw.execute(harmless)
    return f"put back {name}, harmless"


# --- anchors


def alter_anchors(folder: Path, chance: random.Random, keys: list[PublicKey], stranger: SigningKey) -> str:
    """One of the anchors' files altered, gone from between the others, in another's place, or signed by a stranger."""
    files = sorted(folder.glob("audit-*.txt"))
    one, two = sorted(chance.sample(files, 2))
    for file in files:
        file.chmod(0o644)
    what = chance.choice(["bit", "gone", "swapped", "signed"])
    if what == "bit":
        text = bytearray(one.read_bytes())
        text[chance.randrange(len(text))] ^= 1 << chance.randrange(8)
        one.write_bytes(text)
    elif what == "gone":
        one.unlink()  # never the newest
    elif what == "swapped":
        first, second = one.read_bytes(), two.read_bytes()
        one.write_bytes(second)
        two.write_bytes(first)
    else:
        signed = read_anchors(folder, keys).signed
        place = chance.randrange(len(signed))
        two.unlink()
        write_anchor(folder, signed[place].day, signed[place].anchor, signed[place - 1] if place else None, stranger)
    return f"{what} {one.name}"


# --- how


_EVENTS = "select seq, at, actor, action, subject, rows, roll from audit_event order by seq"
_EVENT = (
    "insert into audit_event (seq, at, actor, action, subject, rows, prev_hash, hash, roll) "
    "values (?, ?, ?, ?, ?, ?, ?, ?, ?)"
)


def a_row(raw: sqlite3.Connection, chance: random.Random, table: str) -> tuple[str, int]:
    """A row of this table, by its place."""
    return table, chance.choice([place for (place,) in raw.execute(f'select rowid from "{table}" order by rowid')])


def stored(raw: sqlite3.Connection, table: str) -> list[str]:
    """The columns in the order of the database, which migrations made."""
    return [row[1] for row in raw.execute(f'pragma table_info("{table}")')]


def altered(raw: sqlite3.Connection, chance: random.Random, table: str, place: int, column: str) -> str | None:
    """Set one cell to something else; None: what is stored is as before."""
    seen = f'select "{column}", typeof("{column}") from "{table}" where rowid = ?'
    was = raw.execute(seen, (place,)).fetchone()
    raw.execute(f'update "{table}" set "{column}" = ? where rowid = ?', (another(chance, was[0]), place))
    is_now = raw.execute(seen, (place,)).fetchone()
    return None if is_now == was else f"{table}.{column} of {place}: {was[0]!r} to {is_now and is_now[0]!r}"


def another(chance: random.Random, value: Any, simple: bool = False) -> Any:
    """Another value, of the same kind where it is to be simple, else perhaps of another one or none."""
    same: list[Any] = [f"{value}x", f"{value} ", str(value).swapcase() + "y"]
    if isinstance(value, int):
        same = [value + 1, value - 1, -value - 1, value * 10 + 1]
    if isinstance(value, bytes):
        same = [value + b"\0", value[:-1] + bytes([value[-1] ^ 1]), value[1:]]
    if simple:
        return chance.choice(same)
    others = [
        None,
        0,
        1.5,
        "",
        "\x1f",
        b"",
        str(value).encode(),
        str(value),
        json.dumps(str(value)),
        "\N{CYRILLIC SMALL LETTER A}",
    ]
    return chance.choice(same if chance.random() < 0.5 else others)


def keys_of(raw: sqlite3.Connection, table: str) -> list[tuple[int, str]]:
    """Place and key of each row."""
    names = ", ".join(f'"{name}"' for name in key_of(TABLES[table]))
    return [(place, row_key(key)) for place, *key in raw.execute(f'select rowid, {names} from "{table}"').fetchall()]


def key_in(table: str, row: tuple[Any, ...]) -> str:
    """The key of a row of all columns."""
    names = TABLES[table].columns.keys()
    return row_key(row[names.index(name)] for name in key_of(TABLES[table]))


def _select(table: str) -> str:
    named = ", ".join(f'"{column.name}"' for column in TABLES[table].columns)
    return f'select {named} from "{table}"'
