"""Open this when you ask how Odoo is spoken to: its External JSON-2 API (Odoo 19 and later), and its values.

``POST /json/2/<model>/<method>`` with named arguments; each call is a transaction of its own, committed when it is
answered with 200 and undone when it is not (odoo/documentation, External JSON-2 API).
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from types import MappingProxyType
from typing import Any, cast

from connectors.erp.http import HttpClient

Record = dict[str, Any]
Domain = Sequence[str | Sequence[Any]]
_NOTHING: Mapping[str, object] = MappingProxyType({})
_LANGUAGE = "en_US"  # of the words in refusals, and of translated names


class Wire:
    """Searching, making and changing records of one Odoo database. Faults are those of HttpClient."""

    def __init__(self, client: HttpClient, database: str | None) -> None:
        self._client = client
        self._headers = {"X-Odoo-Database": database} if database else {}
        self._context: dict[str, object] = {"lang": _LANGUAGE}

    def act_for(self, companies: Sequence[int]) -> None:
        """See and make what belongs to these companies; without it, only what the user's own company has."""
        self._context = {"lang": _LANGUAGE, "allowed_company_ids": list(companies)}

    def version(self) -> str:
        """The server's version, which it tells without a key: ``19.0``."""
        said = self._client.get("/web/version")
        return str(said["version"]) if isinstance(said, Mapping) and "version" in said else "no version"

    def search(
        self, model: str, domain: Domain, fields: Sequence[str], *, order: str = "id", limit: int | None = None,
        archived: bool = False,
    ) -> list[Record]:  # fmt: skip
        """The records that match, with these fields: found and read in one transaction."""
        wanted: dict[str, Any] = {"domain": list(domain), "fields": list(fields), "order": order}
        if limit:
            wanted["limit"] = limit
        context = {"active_test": False} if archived else {}
        found = self.ask(model, "search_read", context=context, **wanted)
        return [plain(row) for row in cast(list[Record], found or [])]

    def by_id(self, model: str, ids: Iterable[int | None], fields: Sequence[str]) -> dict[int, Record]:
        """The records of these ids, archived ones too."""
        wanted = sorted({one for one in ids if one})
        found = self.search(model, [["id", "in", wanted]], fields, archived=True) if wanted else []
        return {one["id"]: one for one in found}

    def ask(
        self, model: str, method: str, ids: Sequence[int] = (), *, context: Mapping[str, object] = _NOTHING, **said: Any
    ) -> Any:
        """The answer of a method that changes nothing."""
        return self._client.ask(_path(model, method), self._body(ids, context, said), self._headers)

    def create(self, model: str, values: Mapping[str, Any], company: int) -> int:
        """A new record, made in this company; answers its id."""
        companies = cast(list[int], self._context.get("allowed_company_ids", []))
        first = {"allowed_company_ids": [company, *(one for one in companies if one != company)]}
        made = self._client.change(
            "POST", _path(model, "create"), self._body((), first, {"vals_list": [values]}), self._headers
        )
        return int(made[0] if isinstance(made, list) else made)

    def write(self, model: str, record: int, values: Mapping[str, Any]) -> None:
        """Change a record."""
        self.act(model, record, "write", vals=values)

    def act(self, model: str, record: int, method: str, **said: Any) -> None:
        """Call a record's method: press a button, write, unlink."""
        self._client.change("POST", _path(model, method), self._body((record,), {}, said), self._headers)

    def _body(self, ids: Sequence[int], context: Mapping[str, object], said: Mapping[str, Any]) -> Any:
        return sent({"context": {**self._context, **context}, **({"ids": list(ids)} if ids else {}), **said})


def _path(model: str, method: str) -> str:
    return f"/json/2/{model}/{method}"


def explain(body: Any) -> str | None:
    """What Odoo says in a refusal: its message alone. The traceback beside it (``debug``) is for nobody's eyes."""
    if isinstance(body, Mapping):
        return str(body.get("message") or body.get("name") or "") or "no reason given"
    return body if isinstance(body, str) else None


def sent(value: Any) -> Any:
    """A value as Odoo's JSON has it. Decimals become the nearest binary number, whose shortest form is theirs."""
    if isinstance(value, Decimal):
        return float(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Mapping):
        return {key: sent(one) for key, one in value.items()}
    if isinstance(value, (list, tuple)):
        return [sent(one) for one in value]
    return value


def plain(row: Record) -> Record:
    """A record of Odoo's JSON as ours: ``false`` is None, numbers with a point are decimals in their shortest form.

    Lists (ids, or an id and a name) and JSON fields stay as they are.
    """
    return {
        name: None if value is False else Decimal(repr(value)) if type(value) is float else value
        for name, value in row.items()
    }


def id_of(related: Any) -> int | None:
    """The id of a many-to-one, which Odoo gives with its name."""
    return int(related[0]) if related else None


def name_of(related: Any) -> str:
    """The name of a many-to-one; empty where there is none."""
    return str(related[1]) if related else ""
