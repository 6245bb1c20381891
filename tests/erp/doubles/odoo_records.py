"""Open this when the double of Odoo reads or keeps a record: domains, orders, relations, transactions.

Sources: odoo/documentation, content/developer/reference/backend/orm.rst (search domains, one2many commands, reserved
fields) and external_api.rst (one transaction a call); odoo/odoo, odoo/orm (read format: ``false`` for nothing, a
many-to-one as ``[id, name]``, times in UTC to the second although they are kept to the microsecond; ``write_date`` is
the moment at which the transaction *began*); odoo/exceptions.py (names and HTTP status of refusals).
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from copy import deepcopy
from datetime import datetime
from decimal import Decimal
from typing import Any

from tests.erp.doubles.odoo_fields import FIELDS, behind, kind, readonly, required

Row = dict[str, Any]
Tables = dict[str, dict[int, Row]]


class OdooError(Exception):
    """A refusal: the Python exception's name, the status that its class has, the message."""

    def __init__(self, message: str, name: str = "odoo.exceptions.UserError", status: int = 422) -> None:
        super().__init__(message)
        self.message, self.name, self.status = message, name, status


def access_error(message: str) -> OdooError:
    return OdooError(message, "odoo.exceptions.AccessError", 403)


def not_allowed(model: str, operation: str) -> OdooError:
    """What somebody hears whose groups have not this right on the model."""
    kind = {"read": "access", "write": "modify", "create": "create", "unlink": "delete"}[operation]
    return access_error(
        f"You are not allowed to {kind} '{model}' ({model}) records.\n\n"
        "Contact your administrator to request access if necessary."
    )


def missing_error(model: str, record: int) -> OdooError:
    told = f"Record does not exist or has been deleted.\n(Record: {model}({record},), User: 2)"
    return OdooError(told, "odoo.exceptions.MissingError", 404)


def value_error(message: str) -> OdooError:
    """What is no refusal but a fault: a field that does not exist, a value of the wrong kind."""
    return OdooError(message, "builtins.ValueError", 500)


class Records:
    """The tables of a database. A change is kept when its transaction is committed, and undone when it is not."""

    def __init__(self, now: Callable[[], datetime]) -> None:
        self.tables: Tables = {model: {} for model in FIELDS}
        self._drawn = dict.fromkeys(FIELDS, 0)
        self._undo: list[tuple[str, int, Row | None]] = []
        self._now = now
        self.began = now()

    def begin(self) -> None:
        self._undo.clear()
        self.began = self._now()

    def rollback(self) -> None:
        for model, record, before in reversed(self._undo):
            if before is None:
                self.tables[model].pop(record, None)
            else:
                self.tables[model][record] = before
        self._undo.clear()

    def insert(self, model: str, values: Mapping[str, Any]) -> int:
        """A row, whatever it says; ids are never given twice."""
        self._drawn[model] += 1
        record = self._drawn[model]
        self._undo.append((model, record, None))
        self.tables[model][record] = {"id": record, "create_date": self.began, "write_date": self.began, **values}
        return record

    def update(self, model: str, record: int, values: Mapping[str, Any]) -> None:
        row = self.row(model, record)
        self._undo.append((model, record, dict(row)))
        self.tables[model][record] = {**row, **values, "write_date": self.began}

    def delete(self, model: str, record: int) -> None:
        self._undo.append((model, record, self.row(model, record)))
        del self.tables[model][record]

    def row(self, model: str, record: int) -> Row:
        if record not in self.tables[model]:
            raise missing_error(model, record)
        return self.tables[model][record]

    def copy(self) -> Tables:
        """The tables as they are now, for a replica that stays behind."""
        return deepcopy(self.tables)


def ensure_writable(model: str, values: Mapping[str, Any]) -> None:
    """What may be written: fields that there are, and that are not computed."""
    for name in values:
        if kind(model, name) is None:
            raise value_error(f"Invalid field '{name}' on model '{model}'")
        if readonly(model, name):
            raise value_error(f"'{name}' of '{model}' is computed")


def ensure_complete(model: str, row: Mapping[str, Any]) -> None:
    if lacking := [name for name in required(model) if row.get(name) in (None, False, "")]:
        told = f"Missing required value for the field '{lacking[0]}' ({lacking[0]}).\nModel: '{model}'"
        raise OdooError(told, "odoo.exceptions.ValidationError")


class View:
    """Reading: of the primary's tables, or of a replica's."""

    def __init__(self, tables: Tables, allowed: Sequence[int]) -> None:
        self.tables = tables
        self.allowed = allowed

    def search(self, model: str, domain: Sequence[Any], order: str | None = None, archived: bool = False) -> list[int]:
        """Ids that match, of the companies that the caller works for, in this order."""
        rows = [row for row in self.tables[model].values() if self._visible(model, row)]
        if "active" in FIELDS[model] and not archived and not any(leaf[0] == "active" for leaf in domain if leaf):
            rows = [row for row in rows if row.get("active", True)]
        if model == "ir.attachment" and not any(leaf[0] in ("id", "res_field") for leaf in domain):
            rows = [row for row in rows if not row.get("res_field")]
        found = [row for row in rows if self._matches(model, row, list(domain))]
        for part in reversed((order or "id").split(",")):
            name, _, way = part.strip().partition(" ")
            found.sort(key=lambda row, name=name: self._rank(model, row, name), reverse=way.strip() == "desc")
        return [row["id"] for row in found]

    def read(self, model: str, ids: Iterable[int], fields: Sequence[str]) -> list[Row]:
        """Rows as JSON has them."""
        for name in fields:
            if kind(model, name) is None:
                raise value_error(f"Invalid field '{name}' on model '{model}'")
        wanted = list(dict.fromkeys(["id", *fields]))
        return [{name: self.shown(model, self.tables[model][one], name) for name in wanted} for one in ids]

    def shown(self, model: str, row: Row, name: str) -> Any:
        """A value as JSON has it."""
        told = kind(model, name) or ""
        value = self.value(model, row, name)
        if told.startswith(("one2many", "many2many")):
            return list(value)
        if told == "boolean":
            return bool(value)
        if told.startswith("many2one"):
            return [value, self.name(behind(told) or "", value)] if value else False
        if told in ("monetary", "float"):
            return float(value or 0)
        if told == "integer":
            return value or 0
        if value is None or value == "":
            return False
        return f"{value:%Y-%m-%d %H:%M:%S}" if isinstance(value, datetime) else value

    def value(self, model: str, row: Row, name: str) -> Any:
        """A value as it is kept; the other side of a one2many is looked up."""
        told = kind(model, name) or ""
        if not told.startswith("one2many"):
            return row.get(name, () if told.startswith("many2many") else None)
        _, other, back = told.split(":")
        rows = [one for one in self.tables[other].values() if one.get(back) == row["id"]]
        if name == "attachment_ids":
            rows = [one for one in rows if one.get("res_model") == model and not one.get("res_field")]
        if name == "invoice_line_ids":
            rows = [one for one in rows if one["display_type"] in ("product", "line_section", "line_note")]
        return [one["id"] for one in rows]

    def name(self, model: str, record: int) -> str:
        row = self.tables[model].get(record, {})
        return str(row.get("name") or f"{model},{record}")

    def _visible(self, model: str, row: Row) -> bool:
        company = row["id"] if model == "res.company" else row.get("company_id")
        return not company or company in self.allowed

    def _rank(self, model: str, row: Row, name: str) -> tuple[bool, Any]:
        if kind(model, name) is None:
            raise value_error(f"Invalid field '{name}' on model '{model}'")
        value = row.get(name)
        return (value is None or value is False, 0 if value in (None, False) else value)

    def _matches(self, model: str, row: Row, domain: list[Any]) -> bool:
        results: list[bool] = []
        for leaf in reversed(domain):
            if leaf in ("&", "|"):
                left, right = results.pop(), results.pop()
                results.append((left and right) if leaf == "&" else (left or right))
            elif leaf == "!":
                results.append(not results.pop())
            else:
                results.append(self._leaf(model, row, *leaf))
        return all(results)

    def _leaf(self, model: str, row: Row, path: str, operator: str, wanted: Any) -> bool:
        name, _, rest = path.partition(".")
        told = kind(model, name)
        if told is None:
            raise value_error(f"Invalid field {model}.{name} in leaf {(path, operator, wanted)!r}")
        value = self.value(model, row, name)
        if rest:
            other = behind(told) or ""
            related = value if isinstance(value, (list, tuple)) else [value] if value else []
            return any(self._leaf(other, self.tables[other][one], rest, operator, wanted) for one in related)
        return _compared(value, operator, wanted)


def _compared(value: Any, operator: str, wanted: Any) -> bool:
    if isinstance(value, datetime) and isinstance(wanted, str):
        wanted = datetime.fromisoformat(wanted).replace(tzinfo=value.tzinfo)
        value = value if operator in (">", ">=") else value.replace(microsecond=0)
    if operator in ("=", "!=", "in", "not in"):
        several = wanted if isinstance(wanted, (list, tuple)) else [wanted]
        values = value if isinstance(value, (list, tuple)) else [value]
        found = any(one == other or (not one and other is False) for one in values or [None] for other in several)
        return found if operator in ("=", "in") else not found
    if value in (None, False):
        return False
    if operator in (">", ">=", "<", "<="):
        return {">": value > wanted, ">=": value >= wanted, "<": value < wanted, "<=": value <= wanted}[operator]
    raise value_error(f"Invalid operator '{operator}' in the double")


def decimal(value: Any) -> Decimal:
    """A number as it came, in its shortest form."""
    return Decimal(str(value or 0))
