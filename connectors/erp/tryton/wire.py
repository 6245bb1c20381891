"""Open this when you ask how Tryton is spoken to: its REST interface (8.x), its dates and decimals, its context."""

import base64
import json
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any, cast

from connectors.erp.http import HttpClient

Record = dict[str, Any]
Domain = Sequence[Sequence[Any]]


class Wire:
    """Searching, making and changing records of one Tryton database. Faults are those of HttpClient."""

    def __init__(self, client: HttpClient, database: str) -> None:
        self._client = client
        self._models = f"/{database}/rest/model/"
        self._headers: dict[str, str] = {}

    def act_for(self, companies: Sequence[int]) -> None:
        """See what these companies have; without it only what belongs to no company can be read."""
        context = {"company": companies[0], "companies": list(companies), "company_filter": "all"}
        self._headers = {"X-Tryton-Context": _encoded(context)}

    def search(self, model: str, domain: Domain, fields: Sequence[str], limit: int | None = None) -> list[Record]:
        """The records that match, by id, with these fields; names of related records' fields are dotted."""
        params = [("d", _encoded(sent(domain))), ("o", _encoded([["id", "ASC"]])), *(("f", name) for name in fields)]
        params += [("s", str(limit))] if limit is not None else []
        found = self._client.get(self._models + model, params, self._headers)
        return cast(list[Record], plain(found or []))

    def create(self, model: str, values: Mapping[str, Any]) -> int:
        """A new record; answers its id."""
        made = self._client.change("POST", f"{self._models}{model}?f=id", sent(values), self._headers)
        return int(made["id"])

    def write(self, model: str, record: int, values: Mapping[str, Any]) -> None:
        """Change a record."""
        self._client.change("PUT", f"{self._models}{model}/{record}?f=id", sent(values), self._headers)

    def act(self, model: str, record: int, action: str) -> None:
        """Press a button of a record."""
        self._client.change("POST", f"{self._models}{model}/{record}/{action}?f=id", {}, self._headers)

    def ask(self, model: str, question: str, about: Mapping[str, Any]) -> Any:
        """The answer of a model's own question."""
        return plain(self._client.change("POST", f"{self._models}{model}/{question}", sent(about), self._headers))

    def delete(self, model: str, record: int) -> None:
        """Remove a record."""
        self._client.change("DELETE", f"{self._models}{model}/{record}", None, self._headers)


def explain(body: Any) -> str | None:
    """What Tryton says in a refusal."""
    if not isinstance(body, Mapping):
        return None
    return " ".join(str(body[key]) for key in ("message", "description") if body.get(key)) or None


def sent(value: Any) -> Any:
    """A value as Tryton's JSON has it."""
    if isinstance(value, Decimal):
        return {"__class__": "Decimal", "decimal": f"{value:f}"}
    if isinstance(value, bytes):
        return {"__class__": "bytes", "base64": base64.b64encode(value).decode()}
    if isinstance(value, datetime):
        names = ("year", "month", "day", "hour", "minute", "second", "microsecond")
        return {"__class__": "datetime"} | {name: getattr(value, name) for name in names}
    if isinstance(value, date):
        return {"__class__": "date", "year": value.year, "month": value.month, "day": value.day}
    if isinstance(value, Mapping):
        return {key: sent(one) for key, one in value.items()}
    if isinstance(value, (list, tuple)):
        return [sent(one) for one in value]
    return value


def plain(value: Any) -> Any:
    """A value of Tryton's JSON as ours; names of models are left out."""
    if isinstance(value, list):
        return [plain(one) for one in value]
    if not isinstance(value, dict):
        return value
    if value.get("__class__") == "Decimal":
        return Decimal(value["decimal"])
    if value.get("__class__") == "datetime":
        return datetime(**{name: part for name, part in value.items() if name != "__class__"})  # noqa: DTZ001 (UTC)
    if value.get("__class__") == "date":
        return date(value["year"], value["month"], value["day"])
    return {key: plain(one) for key, one in value.items() if key != "__name__"}


def _encoded(value: Any) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).decode()
