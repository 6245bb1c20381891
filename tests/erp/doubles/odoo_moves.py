"""Open this when the double of Odoo does something with an invoice: its lines, taxes, numbers and locked periods.

Sources, odoo/odoo (18.0, 19.0):

- addons/account/models/account_move.py: ``create`` (never posted at once; ``tax_totals`` is applied after the lines),
  ``write`` (what a posted move lets nobody change), ``unlink`` with its two guards (audit trail, chain of numbers),
  ``action_post`` and ``_post`` (what must be there; "must be in draft"; a violated lock date *moves* the accounting day
  behind the lock, and only if it cannot, posting is refused), ``_inverse_tax_totals`` (tax of a group set by hand),
  ``_get_accounting_date``, ``_check_fiscal_lock_dates``, ``_reconcile_reversed_moves``, ``button_draft``,
  ``button_cancel``. ``ref`` is unique for nobody: only vendor bills are looked at for duplicates.
- addons/account/models/account_tax.py: a tax is rounded line by line, or its exact parts are added up and rounded once,
  as the company's ``tax_calculation_rounding_method`` says; half goes away from zero.
- addons/account/models/account_move_line.py: ``price_unit`` is kept with the digits of "Product Price".
- addons/account/models/company.py: the lock dates.
"""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from schemas.money import exponent
from tests.erp.doubles.odoo_attachments import Attachments
from tests.erp.doubles.odoo_records import (
    OdooError,
    Records,
    Row,
    decimal,
    ensure_complete,
    ensure_writable,
    value_error,
)

MOVE, LINE = "account.move", "account.move.line"
_LOCKS = {"fiscalyear_lock_date": "Global Lock Date", "sale_lock_date": "Sales Lock Date",
          "hard_lock_date": "Hard Lock Date", "tax_lock_date": "Tax Return Lock Date"}  # fmt: skip
_FIXED = ("invoice_line_ids", "line_ids", "invoice_date", "date", "partner_id", "currency_id", "fiscal_position_id",
          "invoice_payment_term_id")  # fmt: skip
_APART = ("invoice_line_ids", "line_ids", "tax_totals", "attachment_ids")  # done after the head
_TEXTS = ("line_note", "line_section")


class Moves:
    """What account.move does. ``today``: the day in the user's time zone."""

    def __init__(self, records: Records, attachments: Attachments, today: Callable[[], date]) -> None:
        self._records = records
        self._attachments = attachments
        self._today = today

    def create(self, values: Mapping[str, Any]) -> int:
        """A draft with its lines and taxes."""
        if values.get("state") == "posted":
            raise OdooError(
                "You cannot create a move already in the posted state. Please create a draft move and post it after."
            )
        _ensure_writable(values)
        head = {name: value for name, value in values.items() if name not in _APART}
        journal = self._records.row("account.journal", head.get("journal_id") or self._sale_journal())
        if journal["type"] != "sale":
            raise OdooError("Cannot create a sale document in a non sale journal", "odoo.exceptions.ValidationError")
        partner = head.get("partner_id")
        move = self._records.insert(MOVE, {
            "state": "draft", "name": False, "posted_before": False, "auto_post": "no", "payment_state": "not_paid",
            "move_type": "entry", **head, "journal_id": journal["id"], "company_id": journal["company_id"],
            "currency_id": head.get("currency_id") or self._company(journal["company_id"])["currency_id"],
            "commercial_partner_id": self._commercial(partner) if partner else None,
            "date": head.get("invoice_date") or self._today().isoformat(), "reversed_entry_id":
            head.get("reversed_entry_id") or None,
        })  # fmt: skip
        for command in values.get("invoice_line_ids", []):
            self._command(move, command)
        self._taxes(move)
        self._tax_totals(move, values.get("tax_totals"))
        self._attach(move, values)
        return move

    def write(self, move: int, values: Mapping[str, Any]) -> None:
        """Change it as far as its state lets anybody."""
        _ensure_writable(values)
        row = self._records.row(MOVE, move)
        fixed = [name for name in values if name in _FIXED]
        if row["state"] == "posted" and fixed:
            raise OdooError(f"You cannot modify the following readonly fields on a posted move: {', '.join(fixed)}")
        head = {name: value for name, value in values.items() if name not in _APART}
        if head.get("invoice_date"):
            head["date"] = head["invoice_date"]
        self._records.update(MOVE, move, head)
        for command in values.get("invoice_line_ids", []):
            self._command(move, command)
        if "invoice_line_ids" in values:
            self._taxes(move)
        self._tax_totals(move, values.get("tax_totals"))
        self._attach(move, values)

    def unlink(self, move: int, accountant: bool) -> None:
        """Delete it, if it never had a number that others follow."""
        row = self._records.row(MOVE, move)
        if row["posted_before"] and self._company(row["company_id"]).get("restrictive_audit_trail"):
            raise OdooError(
                "To keep the audit trail, you can not delete journal entries once they have been posted.\n"
                "Instead, you can cancel the journal entry."
            )
        if row["state"] == "posted" or (row["name"] and not accountant and row["name"] != self._last(row)):
            raise OdooError(
                "You cannot delete this entry, as it has already consumed a sequence number and is not the last one in "
                "the chain. You should probably revert it instead."
            )
        for line in self._lines(move):
            self._records.delete(LINE, line["id"])
        self._records.delete(MOVE, move)
        self._attachments.go_with(MOVE, move)

    def action_post(self, move: int) -> bool:
        """Number it and put it into the books."""
        row = self._records.row(MOVE, move)
        if told := self._against_posting(row):
            raise OdooError("\n".join(told))
        if not row.get("invoice_date"):
            self._records.update(MOVE, move, {"invoice_date": self._today().isoformat()})
            row = self._records.row(MOVE, move)
        if self._violated(row, row["date"]):
            self._records.update(MOVE, move, {"date": self._moved_day(row).isoformat()})
            row = self._records.row(MOVE, move)
        if left := self._violated(row, row["date"]):
            info = " and ".join(f"{_LOCKS[name]} ({day:%m/%d/%Y})" for name, day in left.items())
            raise OdooError(f"You cannot add/modify entries prior to and inclusive of: {info}.")
        name = row["name"] or self._next(row)
        self._records.update(MOVE, move, {"state": "posted", "posted_before": True, "name": name,
                                          "payment_reference": row.get("payment_reference") or name})  # fmt: skip
        self._reconcile(self._records.row(MOVE, move))
        return False

    def button_draft(self, move: int) -> None:
        row = self._records.row(MOVE, move)
        if row["state"] not in ("cancel", "posted"):
            raise OdooError("Only posted/cancelled journal entries can be reset to draft.")
        self._records.update(MOVE, move, {"state": "draft"})

    def button_cancel(self, move: int) -> None:
        if self._records.row(MOVE, move)["state"] == "posted":
            self.button_draft(move)
        if self._records.row(MOVE, move)["state"] != "draft":
            raise OdooError("Only draft journal entries can be cancelled.")
        self._records.update(MOVE, move, {"state": "cancel", "auto_post": "no"})

    def _attach(self, move: int, values: Mapping[str, Any]) -> None:
        self._attachments.command(move, values.get("attachment_ids", []))

    def _command(self, move: int, command: Sequence[Any]) -> None:
        """A one2many command: 0 makes a line, 1 changes one, 2 deletes one."""
        if command[0] == 0:
            self._new_line(move, command[2])
        elif command[0] == 1:
            self._records.update(LINE, command[1], command[2])
        elif command[0] == 2:
            self._records.delete(LINE, command[1])
        else:
            raise value_error(f"command {command!r} is not in the double")

    def _new_line(self, move: int, values: Mapping[str, Any]) -> None:
        ensure_writable(LINE, values)
        shown = values.get("display_type") or "product"
        line = {"discount": 0, "sequence": 10, "tax_ids": (), **values, "display_type": shown, "move_id": move}
        line["tax_ids"] = _many2many(values.get("tax_ids", ())) if shown == "product" else ()
        head = self._records.row(MOVE, move)
        line |= {"price_subtotal": Decimal(0), "move_type": head["move_type"]}
        if shown == "product":
            line["quantity"] = decimal(values.get("quantity", 1))
            line["price_unit"] = _rounded(decimal(values.get("price_unit")), self._price_digits())
            exact = line["quantity"] * line["price_unit"] * (1 - decimal(line["discount"]) / 100)
            line["price_subtotal"] = _rounded(exact, self._cents(head))
            line["exact"] = exact
            ensure_complete(LINE, {**line, "move_id": move})
            if not line.get("account_id"):
                raise OdooError("Missing required account on accountable line.", "odoo.exceptions.ValidationError")
        self._records.insert(LINE, line)

    def _taxes(self, move: int) -> None:
        """The tax lines, made anew from the lines that are taxed."""
        head = self._records.row(MOVE, move)
        for line in self._lines(move):
            if line["display_type"] == "tax":
                self._records.delete(LINE, line["id"])
        by_line = self._company(head["company_id"]).get("tax_calculation_rounding_method") != "round_globally"
        amounts: dict[int, Decimal] = defaultdict(Decimal)
        for line in self._lines(move):
            for tax in line["tax_ids"]:
                exact = self._one_tax(self._records.row("account.tax", tax), line)
                amounts[tax] += _rounded(exact, self._cents(head)) if by_line else exact
        for tax, amount in sorted(amounts.items()):
            group = self._records.row("account.tax", tax)["tax_group_id"]
            self._records.insert(LINE, {
                "move_id": move, "display_type": "tax", "name": "tax", "tax_line_id": tax, "tax_group_id": group,
                "amount_currency": _rounded(amount, self._cents(head)), "tax_ids": (), "sequence": 20_000,
            })  # fmt: skip
        self._sum(move)

    def _one_tax(self, tax: Row, line: Row) -> Decimal:
        rate = decimal(tax["amount"])
        if tax["amount_type"] == "fixed":
            return rate * line["quantity"]
        base: Decimal = line["exact"]
        return base - base / (1 + rate / 100) if tax.get("price_include") else base * rate / 100

    def _tax_totals(self, move: int, said: Any) -> None:
        """Taxes of a group as somebody set them: the difference goes to the group's first tax line."""
        for subtotal in (said or {}).get("subtotals", []):
            for group in subtotal["tax_groups"]:
                lines = [one for one in self._lines(move) if one.get("tax_group_id") == group["id"]]
                if lines:
                    delta = sum((one["amount_currency"] for one in lines), Decimal(0)) - decimal(
                        group["tax_amount_currency"]
                    )
                    self._records.update(LINE, lines[0]["id"], {"amount_currency": lines[0]["amount_currency"] - delta})
        self._sum(move)

    def _sum(self, move: int) -> None:
        lines = self._lines(move)
        untaxed = sum((one["price_subtotal"] for one in lines if one["display_type"] == "product"), Decimal(0))
        tax = sum((one["amount_currency"] for one in lines if one["display_type"] == "tax"), Decimal(0))
        total = untaxed + tax
        sums = {"amount_untaxed": untaxed, "amount_tax": tax, "amount_total": total, "amount_residual": total}
        self._records.update(MOVE, move, sums)

    def _against_posting(self, row: Row) -> list[str]:
        told = []
        if row["amount_total"] < 0:
            told.append(
                "You cannot validate an invoice with a negative total amount. You should create a credit note instead."
            )
        if not row.get("partner_id"):
            told.append("The field 'Customer' is required, please complete it to validate the Customer Invoice.")
        if row["state"] != "draft":
            told.append(f"The entry {row['name']} (id {row['id']}) must be in draft.")
        if not [line for line in self._lines(row["id"]) if line["display_type"] not in _TEXTS]:
            told.append("You need to add a line before posting.")
        journal = self._records.row("account.journal", row["journal_id"])
        if not journal.get("active", True):
            told.append(f"You cannot post an entry in an archived journal ({journal['name']})")
        if not self._records.row("res.currency", row["currency_id"]).get("active", True):
            told.append("You cannot validate a document with an inactive currency.")
        return told

    def _violated(self, row: Row, day: str) -> dict[str, date]:
        company, taxed = self._company(row["company_id"]), any(one["tax_ids"] for one in self._lines(row["id"]))
        locks = {name: date.fromisoformat(company[name]) for name in _LOCKS if company.get(name)}
        return {name: until for name, until in sorted(locks.items(), key=lambda one: one[1])
                if date.fromisoformat(day) <= until and (taxed or name != "tax_lock_date")}  # fmt: skip

    def _moved_day(self, row: Row) -> date:
        """The first day behind the lock, or as late in its period (a month, a year) as today lets it be."""
        first = max(self._violated(row, row["date"]).values()) + timedelta(days=1)
        yearly = self._last(row) is not None
        end = (
            date(first.year, 12, 31)
            if yearly
            else (first.replace(day=28) + timedelta(days=4)).replace(day=1) - timedelta(days=1)
        )
        return min(self._today(), end)

    def _reconcile(self, row: Row) -> None:
        """A credit note pays the invoice that it reverses, as far as both go."""
        original = row.get("reversed_entry_id")
        if not original or self._records.row(MOVE, original)["state"] != "posted":
            return
        invoice = self._records.row(MOVE, original)
        paid = min(row["amount_residual"], invoice["amount_residual"])
        for one, whole in ((row, "paid"), (invoice, "reversed")):
            left = one["amount_residual"] - paid
            state = whole if not left else "partial" if left != one["amount_total"] else one["payment_state"]
            self._records.update(MOVE, one["id"], {"amount_residual": left, "payment_state": state})

    def _next(self, row: Row) -> str:
        last = self._last(row)
        return f"{self._prefix(row)}{int(last.rpartition('/')[2]) + 1 if last else 1:05}"

    def _last(self, row: Row) -> str | None:
        prefix = self._prefix(row)
        names = [one["name"] for one in self._records.tables[MOVE].values()
                 if one["journal_id"] == row["journal_id"] and str(one["name"] or "").startswith(prefix)]  # fmt: skip
        return max(names, default=None)

    def _prefix(self, row: Row) -> str:
        journal = self._records.row("account.journal", row["journal_id"])
        refund = "R" if journal.get("refund_sequence", True) and row["move_type"] == "out_refund" else ""
        return f"{refund}{journal['code']}/{row['date'][:4]}/"

    def _sale_journal(self) -> int:
        return next(one["id"] for one in self._records.tables["account.journal"].values() if one["type"] == "sale")

    def _commercial(self, partner: int) -> int:
        row = self._records.row("res.partner", partner)
        return self._commercial(row["parent_id"]) if row.get("parent_id") else partner

    def _company(self, company: int) -> Row:
        return self._records.row("res.company", company)

    def _cents(self, head: Row) -> int:
        return exponent(self._records.row("res.currency", head["currency_id"])["name"])

    def _price_digits(self) -> int:
        rows = self._records.tables["decimal.precision"].values()
        return next((row["digits"] for row in rows if row["name"] == "Product Price"), 2)

    def _lines(self, move: int) -> list[Row]:
        rows = [one for one in self._records.tables[LINE].values() if one["move_id"] == move]
        return sorted(rows, key=lambda one: (one["sequence"], one["id"]))


def _ensure_writable(values: Mapping[str, Any]) -> None:
    ensure_writable(MOVE, values)
    if "line_ids" in values:
        raise NotImplementedError("the double knows journal items only by invoice_line_ids")


def _many2many(said: Any) -> tuple[int, ...]:
    """Ids, or the commands 6 (these) and 4 (this one too)."""
    ids: list[int] = []
    for one in said:
        if isinstance(one, int):
            ids.append(one)
        elif one[0] == 6:
            ids = list(one[2])
        elif one[0] == 4:
            ids.append(one[1])
    return tuple(ids)


def _rounded(amount: Decimal, places: int) -> Decimal:
    return amount.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)
