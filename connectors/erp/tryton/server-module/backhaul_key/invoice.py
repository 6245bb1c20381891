# SPDX-License-Identifier: GPL-3.0-or-later
"""Open this when you ask what Backhaul adds to an invoice in Tryton: its key, its papers, no question about taxes."""

from trytond.model import fields
from trytond.pool import Pool, PoolMeta
from trytond.transaction import without_check_access

from .keyed import KeyMixin


class Invoice(KeyMixin, metaclass=PoolMeta):
    """An invoice that may stand for one credit of Backhaul."""

    __name__ = "account.invoice"

    backhaul_papers = fields.One2Many(
        "ir.attachment", "resource", "Backhaul Papers", help="What stands behind the credit: its reconciliation."
    )

    @classmethod
    def copy(cls, invoices, default=None):
        """A copy has no papers of ours."""
        default = dict(default or {})
        default.setdefault("backhaul_papers", None)
        return super().copy(invoices, default=default)

    @classmethod
    def _check_taxes(cls, invoices):
        """No warning for ours: a credit has the taxes of its original invoice, whatever the item's are today."""
        super()._check_taxes([invoice for invoice in invoices if not invoice.backhaul_key])

    @classmethod
    def draft(cls, invoices):
        """Ours also by who may not read sales: with the module sale, Tryton looks whether one hangs on the invoice."""
        ours = [invoice for invoice in invoices if invoice.backhaul_key]
        super().draft([invoice for invoice in invoices if not invoice.backhaul_key])
        if ours:
            Pool().get("ir.model.access").check(cls.__name__, "write")
            with without_check_access():
                super().draft(ours)
