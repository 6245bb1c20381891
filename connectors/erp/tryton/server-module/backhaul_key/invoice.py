# SPDX-License-Identifier: GPL-3.0-or-later
"""Open this when you ask what Backhaul adds to an invoice in Tryton: its reference, unique, and a digest."""

from trytond.model import Unique, fields
from trytond.pool import PoolMeta
from trytond.pyson import Eval


class Invoice(metaclass=PoolMeta):
    """An invoice that may stand for one credit of Backhaul."""

    __name__ = "account.invoice"

    # Read-only for people once the document is saved; a posted one Tryton itself lets nobody change.
    backhaul_key = fields.Char(
        "Backhaul Key", states={"readonly": Eval("id", -1) >= 0}, help="The credit that this document stands for."
    )
    backhaul_request = fields.Char(
        "Backhaul Request",
        states={"readonly": Eval("id", -1) >= 0},
        help="SHA-256 of the request that it was made from.",
    )

    @classmethod
    def __setup__(cls):
        super().__setup__()
        table = cls.__table__()
        cls._sql_constraints.append(
            ("backhaul_key_unique", Unique(table, table.backhaul_key), "backhaul_key.msg_key_unique")
        )

    @classmethod
    def _check_taxes(cls, invoices):
        """No warning for ours: a credit has the taxes of its original invoice, whatever the item's are today."""
        super()._check_taxes([invoice for invoice in invoices if not invoice.backhaul_key])

    @classmethod
    def copy(cls, invoices, default=None):
        """A copy stands for no credit of ours."""
        default = dict(default or {})
        default.setdefault("backhaul_key", None)
        default.setdefault("backhaul_request", None)
        return super().copy(invoices, default=default)
