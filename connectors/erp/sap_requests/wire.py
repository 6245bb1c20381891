"""Open this when you ask how SAP's sales documents are spoken to: OData V2, its pages, tags, dates and tokens.

Services: those of documents.py (A_CreditMemoRequest, A_DebitMemoRequest and what hangs on them),
API_BILLING_DOCUMENT_SRV, and that of attachments.py.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import httpx

from connectors.erp.http import Refused
from connectors.erp.port import AccessDenied
from connectors.erp.sap.gateway import gateway_client, token
from connectors.erp.sap_requests.documents import Requests
from connectors.erp.sap_requests.settings import SapRequestSettings

Record = dict[str, Any]

BILLING = "/sap/opu/odata/sap/API_BILLING_DOCUMENT_SRV/"
_WITH_REQUEST = "to_Item/to_PricingElement,to_Text,to_SubsequentProcFlowDoc"
_PAGE = 100
_AT_ONCE = 20
_NOT_FOUND = 404  # we only ask for sets, and a set that is empty is there


class Wire:
    """Reading, making and changing sales documents of one system. Faults are those of HttpClient."""

    def __init__(self, settings: SapRequestSettings, transport: httpx.BaseTransport | None = None) -> None:
        self._client = gateway_client(settings, transport)
        self._headers = {"sap-client": settings.client}

    def close(self) -> None:
        """Let go of the connections."""
        self._client.close()

    def token(self, service: str) -> dict[str, str]:
        """The header that lets us change what is in a service, fetched anew; nothing is changed."""
        return token(self._client, service, self._headers)

    def requests(self, of: Requests, where: str) -> list[Record]:
        """Requests that match, oldest first, with items, prices, texts and what followed them."""
        found = self._all(of.service, of.entities, where, _WITH_REQUEST, of.word)
        return sorted(found, key=lambda one: str(one[of.word]).zfill(10))

    def bills(self, numbers: Sequence[str]) -> list[Record]:
        """Billing documents of these numbers, with their items; those that are not there are left out."""
        found: list[Record] = []
        for start in range(0, len(numbers), _AT_ONCE):
            where = " or ".join(f"BillingDocument eq {quoted(one)}" for one in numbers[start : start + _AT_ONCE])
            found += self._all(BILLING, "A_BillingDocument", where, "to_Item", "BillingDocument")
        return found

    def create(self, of: Requests, values: Mapping[str, Any]) -> Record:
        """A new request with all its items, as SAP made it."""
        made: Record = self.change(of.service, "POST", of.entities, values, {})["d"]
        return made

    def write(self, of: Requests, record: Record, values: Mapping[str, Any]) -> None:
        """Change a request that still is as it was read. Refused with 412: it is not."""
        self.change(of.service, "PATCH", _path(of, record), values, _only(record))

    def delete(self, of: Requests, record: Record) -> None:
        """Remove a request that still is as it was read. Refused with 412: it is not."""
        self.change(of.service, "DELETE", _path(of, record), None, _only(record))

    def change(self, service: str, method: str, path: str, body: Any, headers: Mapping[str, str]) -> Any:
        """The answer to a change of what stands at this path of a service."""
        changing = {**self._headers, **self.token(service), **headers}
        return self._client.change(method, service + path, body, changing)

    def file(self, service: str, path: str) -> bytes:
        """What stands at this path of a service, byte for byte."""
        return self._client.file(service + path, self._headers)

    def _all(self, service: str, entities: str, where: str, expand: str, order: str) -> list[Record]:
        found: list[Record] = []
        while True:
            params = [
                ("$filter", where),
                ("$expand", expand),
                ("$orderby", order),
                ("$top", str(_PAGE)),
                ("$skip", str(len(found))),
                ("$format", "json"),
            ]
            page = self.results(service, entities, params)
            found += page
            if len(page) < _PAGE:
                return found

    def results(self, service: str, entities: str, params: Sequence[tuple[str, str]]) -> list[Record]:
        """The records that a set, or a function, of a service answers. AccessDenied: nobody activated it."""
        try:
            body = self._client.get(f"{service}{entities}", params, self._headers)
        except Refused as refused:
            if refused.status != _NOT_FOUND:
                raise
            raise AccessDenied(
                f"SAP has nothing at {service}: {refused.said}. "
                "Next: let somebody activate the service there; no credit is to blame."
            ) from None
        return list(body["d"]["results"])


def _path(of: Requests, record: Record) -> str:
    return f"{of.entities}({quoted(record[of.word])})"


def _only(record: Record) -> dict[str, str]:
    """As it was read: without this header a change is refused (428)."""
    return {"If-Match": str(record["__metadata"]["etag"])}


def quoted(text: str) -> str:
    """A text as a filter and a key have it."""
    return "'" + text.replace("'", "''") + "'"


def inside(record: Record, name: str) -> list[Record]:
    """What was read along with a record under this name."""
    return list(record[name]["results"])
