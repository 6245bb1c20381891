# SPDX-License-Identifier: GPL-3.0-or-later
"""Open this when you ask what Backhaul adds to an invoice in Tryton: its key, and no question about its taxes."""

from trytond.pool import PoolMeta

from .keyed import KeyMixin


class Invoice(KeyMixin, metaclass=PoolMeta):
    """An invoice that may stand for one credit of Backhaul."""

    __name__ = "account.invoice"

    @classmethod
    def _check_taxes(cls, invoices):
        """No warning for ours: a credit has the taxes of its original invoice, whatever the item's are today."""
        super()._check_taxes([invoice for invoice in invoices if not invoice.backhaul_key])
