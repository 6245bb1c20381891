# SPDX-License-Identifier: GPL-3.0-or-later
"""Open this when you ask what Backhaul adds to an invoice in Tryton: key, papers, what it is set off against."""

from trytond.model import fields
from trytond.pool import Pool, PoolMeta
from trytond.pyson import Eval
from trytond.transaction import without_check_access

from .keyed import KeyMixin


class Invoice(KeyMixin, metaclass=PoolMeta):
    """An invoice that may stand for one credit of Backhaul."""

    __name__ = "account.invoice"

    backhaul_papers = fields.One2Many(
        "ir.attachment", "resource", "Backhaul Papers", help="What stands behind the credit: its reconciliation."
    )
    backhaul_sets_off = fields.Many2One(
        "account.invoice",
        "Backhaul Sets Off",
        states={"readonly": Eval("state") != "draft"},
        help="The invoice that this credit pays when it is posted, where so much of it is open then.",
    )

    @classmethod
    def copy(cls, invoices, default=None):
        """A copy has no papers of ours, and pays nothing."""
        default = dict(default or {})
        default.setdefault("backhaul_papers", None)
        default.setdefault("backhaul_sets_off", None)
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

    @classmethod
    def _post(cls, invoices):
        """A posted credit of ours pays its invoice in the same transaction."""
        super()._post(invoices)
        for note in invoices:
            if note.backhaul_key and note.backhaul_sets_off:
                cls._set_off(note, note.backhaul_sets_off)

    @classmethod
    def _set_off(cls, note, original):
        """The open lines of the note pay the original, if so much of it is open; else all stays as it is.

        Where nothing of the original is left open, both are reconciled.
        """
        cls.lock([original])
        given = [line for line in note.lines_to_pay if not line.reconciliation and not line.invoice_payment]
        open_amount = cls(original.id).amount_to_pay
        if not given or original.state != "posted" or open_amount < -note.total_amount:
            return
        cls.add_payment_lines({original: given})
        original = cls(original.id)
        if not original.amount_to_pay:
            lines = [*original.lines_to_pay, *original.payment_lines]
            Pool().get("account.move.line").reconcile([line for line in lines if not line.reconciliation])
