"""Open this when you ask how Business Central is spoken to: API v2.0 over OData, its pages, tags and numbers."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any, TypeVar
from urllib.parse import parse_qsl, unquote, urlsplit

import httpx

from connectors.erp.business_central.settings import BusinessCentralSettings
from connectors.erp.business_central.tokens import Tokens
from connectors.erp.http import Refused
from connectors.erp.port import AccessDenied
from connectors.erp.remote import client_of
from schemas.errors import PermanentError

T = TypeVar("T")
Record = dict[str, Any]

# Without it a read may come from a replica that lags behind, also on pages that ask for one themselves.
_PRIMARY = {"Data-Access-Intent": "ReadWrite"}
_NOT_FOUND = 404  # we only ask for sets, and a set that is empty is there
_NO_RECORD = "[Internal_RecordNotFound]"  # unless its filter names a document that is gone
_NEXT = "@odata.nextLink"
ETAG = "@odata.etag"


class Wire:
    """Reading, making and changing records of one environment. Faults are those of HttpClient."""

    def __init__(self, settings: BusinessCentralSettings, transport: httpx.BaseTransport | None = None) -> None:
        self.tokens = Tokens(settings, transport=transport)
        self._root = f"{urlsplit(settings.url).path.rstrip('/')}/v2.0/{settings.tenant}/{settings.environment}/api/v2.0"
        self._host = "{0.scheme}://{0.netloc}".format(urlsplit(settings.url))
        self._client = client_of(
            settings,
            "Business Central",
            {},
            explain,
            transport,
            url=self._host,
            also_secret=self.tokens.issued,
            numbers=Decimal,
        )

    def close(self) -> None:
        """Let go of the connections."""
        self._client.close()
        self.tokens.close()

    def companies(self) -> list[Record]:
        """The companies of the environment: id, name, displayName."""
        return list(self._all(f"{self._root}/companies", []))

    def search(
        self, company: str, entities: str, where: str, expand: str | None = None, order: str | None = None
    ) -> list[Record]:
        """All records that match, with the lines that ``expand`` names, however many pages they take."""
        found = list(self._all(self._of(company, entities), _query(where, expand, order)))
        for record in found if expand else ():
            self.complete(record, str(expand))
        return found

    def page(
        self,
        company: str,
        entities: str,
        where: str,
        order: str,
        size: int,
        expand: str | None = None,
        fields: Sequence[str] = (),
    ) -> tuple[list[Record], str | None]:
        """The first records that match, at most ``size``, and whether (and where) there are more."""
        return self._page(self._of(company, entities), _query(where, expand, order, fields), size)

    def lines(self, company: str, entities: str, record: Record, lines: str) -> list[Record]:
        """All lines of a document, asked for by themselves."""
        return list(self._all(f"{self._of(company, entities)}({record['id']})/{lines}", []))

    def complete(self, record: Record, lines: str) -> None:
        """Read the lines that did not fit into the record's page."""
        link = record.pop(lines + _NEXT, None)
        while link:
            more, link = self._page(*self._behind(str(link)), None)
            record[lines] += more

    def create(self, company: str, entities: str, values: Mapping[str, Any]) -> Record:
        """A new record, with what Business Central made of it."""
        made: Record = self._changed("POST", self._of(company, entities), values)
        return made

    def write(self, company: str, entities: str, record: Record, values: Mapping[str, Any]) -> None:
        """Change a record that still is as it was read. Refused with 409 or 412: it is not."""
        self._changed("PATCH", f"{self._of(company, entities)}({record['id']})", values, {"If-Match": record[ETAG]})

    def act(self, company: str, entities: str, record: Record, action: str) -> None:
        """Run a bound action of a record."""
        self._changed("POST", f"{self._of(company, entities)}({record['id']})/Microsoft.NAV.{action}", None)

    def delete(self, company: str, entities: str, record: Record) -> None:
        """Remove a record that still is as it was read. Refused with 409 or 412: it is not."""
        self._changed("DELETE", f"{self._of(company, entities)}({record['id']})", None, {"If-Match": record[ETAG]})

    def file(self, company: str, entities: str, record: Record, field: str) -> bytes:
        """What stands in a field of a record that holds a file; nothing where that is empty, or the record gone."""
        path = f"{self._of(company, entities)}({record['id']})/{field}"
        try:
            return self._authorised(lambda login: self._client.file(path, {**_PRIMARY, **login}))
        except Refused as refused:
            if refused.status != _NOT_FOUND:
                raise
            return b""

    def fill(self, company: str, entities: str, record: Record, field: str, data: bytes) -> None:
        """Put a file into a field of a record, whatever became of it since it was read."""
        path = f"{self._of(company, entities)}({record['id']})/{field}"
        self._changed("PATCH", path, data, {"If-Match": "*", "Content-Type": "application/octet-stream"})

    def _of(self, company: str, entities: str) -> str:
        return f"{self._root}/companies({company})/{entities}"

    def _all(self, path: str, params: Sequence[tuple[str, str]]) -> Iterator[Record]:
        records, link = self._page(path, params, None)
        yield from records
        while link:
            records, link = self._page(*self._behind(link), None)
            yield from records

    def _page(self, path: str, params: Sequence[tuple[str, str]], size: int | None) -> tuple[list[Record], str | None]:
        wanted = {"Prefer": f"odata.maxpagesize={size}"} if size else {}
        try:
            body = self._authorised(lambda login: self._client.get(path, params, {**_PRIMARY, **wanted, **login}))
        except Refused as refused:
            if refused.status != _NOT_FOUND or _NO_RECORD in refused.said:
                raise
            raise AccessDenied(
                f"Business Central has nothing at {self._root}: {refused.said}. "
                "Next: correct tenant, environment and companies under erp:; no credit is to blame."
            ) from None
        return list(body["value"]), body.get(_NEXT)

    def _changed(
        self, method: str, path: str, values: Mapping[str, Any] | bytes | None, headers: Mapping[str, str] | None = None
    ) -> Any:
        body = sent(values) if values is not None else None
        return self._authorised(
            lambda login: self._client.change(method, path, body, {**_PRIMARY, **(headers or {}), **login})
        )

    def _authorised(self, request: Callable[[Mapping[str, str]], T]) -> T:
        """The request under a token; where that one is refused, once more under a new one: nothing was done."""
        token = self.tokens.current()
        try:
            return request({"Authorization": token.reveal()})
        except AccessDenied:
            fresh = self.tokens.current(instead_of=token)
            return request({"Authorization": fresh.reveal()})

    def _behind(self, link: str) -> tuple[str, list[tuple[str, str]]]:
        """Path and query of a next link. PermanentError: it leads elsewhere, and would take our token there."""
        parts = urlsplit(link)
        if f"{parts.scheme}://{parts.netloc}".lower() != self._host.lower():
            raise PermanentError(
                f"Business Central continues a page at {parts.netloc}, not at {self._host}. "
                "Next: find out who answers there; correct erp: url if it is right."
            )
        return unquote(parts.path), parse_qsl(parts.query, keep_blank_values=True)


def _query(where: str, expand: str | None, order: str | None, fields: Sequence[str] = ()) -> list[tuple[str, str]]:
    given = {"$filter": where, "$expand": expand, "$orderby": order, "$select": ",".join(fields)}
    return [(name, value) for name, value in given.items() if value]


def explain(body: Any) -> str | None:
    """What Business Central says in a refusal: its message, without the id of the call, and its code."""
    fault = body.get("error") if isinstance(body, Mapping) else None
    if not isinstance(fault, Mapping):
        return None
    message = str(fault.get("message") or "").partition("CorrelationId:")[0].strip()
    return f"{message} [{fault['code']}]" if fault.get("code") else message


def quoted(text: str) -> str:
    """A text as a filter has it."""
    return "'" + text.replace("'", "''") + "'"


def any_of(field: str, texts: Sequence[str]) -> str:
    """The filter of records whose field is one of these texts."""
    return "(" + " or ".join(f"{field} eq {quoted(text)}" for text in texts) + ")"


def sent(value: Any) -> Any:
    """A value as JSON has it. PermanentError: a number of more digits than JSON's readers keep."""
    if isinstance(value, Decimal):
        number = float(value)
        if Decimal(repr(number)) != value:
            raise PermanentError(f"{value:f} has too many digits for Business Central. Next: a person books it there.")
        return int(value) if value == value.to_integral_value() else number
    if isinstance(value, Mapping):
        return {key: sent(one) for key, one in value.items()}
    if isinstance(value, (list, tuple)):
        return [sent(one) for one in value]
    return value
