"""A real Tryton that takes goods, for the contract and for tests of its own."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from connectors.erp.tryton.goods import TrytonGoodsErp
from tests.tryton.server import Server

GOODS = {"warehouse": "WH", "receipts_since": "2026-03-01", "locations": {"damaged": "DMG"}}


@contextmanager
def connected(server: Server, **changed: Any) -> Iterator[TrytonGoodsErp]:
    """On the database that all tests share, which leave each other room by their references."""
    erp = TrytonGoodsErp(server.settings(**{"database": server.shared._settings.database, "goods": GOODS} | changed))
    try:
        yield erp
    finally:
        erp.close()
