# SPDX-License-Identifier: GPL-3.0-or-later
"""Open this when you ask what Backhaul adds to sales and customer returns in Tryton: its key, and no question.

Each is registered only where its module (sale, stock) is active; see tryton.cfg.
"""

from trytond.pool import PoolMeta

from .keyed import KeyMixin


class Sale(KeyMixin, metaclass=PoolMeta):
    """A sale that may stand for one replacement order of Backhaul."""

    __name__ = "sale.sale"


class ShipmentOutReturn(KeyMixin, metaclass=PoolMeta):
    """Goods back from a customer that may stand for one receipt of Backhaul."""

    __name__ = "stock.shipment.out.return"


class Move(metaclass=PoolMeta):
    """A move of goods."""

    __name__ = "stock.move"

    @classmethod
    def check_origin(cls, moves, types=None):
        """No warning for ours: what they come from is a receipt in Backhaul, and has no document in Tryton."""
        super().check_origin([move for move in moves if not getattr(move.shipment, "backhaul_key", None)], types=types)
