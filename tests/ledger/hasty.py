"""A store that does not wait for the disk: what was committed may be lost in a power cut, and nothing else differs."""

import sqlite3

from sqlalchemy import event

from connectors.store import Store


def hasty(store: Store) -> None:
    """From now on the store's connections do not wait for the disk."""
    store._engine.dispose()
    event.listen(store._engine, "connect", _do_not_wait)


def _do_not_wait(connection: sqlite3.Connection, _record: object) -> None:
    connection.execute("PRAGMA synchronous=OFF").close()
