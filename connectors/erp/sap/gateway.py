"""Open this when you ask how an SAP gateway is reached: login, the token for changes, and its days and its refusals."""

import base64
from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

import httpx

from connectors.erp.http import HttpClient
from connectors.erp.port import AccessDenied
from connectors.erp.remote import client_of
from connectors.erp.sap.settings import SapConnection
from connectors.erp.secrets import Secret, read_secret

_EPOCH = date(1970, 1, 1).toordinal()
_DAY_MS = 86_400_000


def gateway_client(settings: SapConnection, transport: httpx.BaseTransport | None = None) -> HttpClient:
    """A client with our login, in the client (system) of the settings. ConfigError: there is no password."""
    password = read_secret("erp", settings.password_file, settings.password_env, called="password")
    login = Secret(base64.b64encode(f"{settings.user}:{password}".encode()).decode(), "Basic ")
    return client_of(settings, "SAP", {"Authorization": login}, explain, transport, also_secret=[Secret(password)])


def token(client: HttpClient, service: str, headers: Mapping[str, str]) -> dict[str, str]:
    """The header without which a service takes no change. AccessDenied: the gateway gives us none."""
    found = client.headers(service, [("$format", "json")], {**headers, "X-CSRF-Token": "Fetch"})
    given = found.get("X-CSRF-Token")
    if not given:
        raise AccessDenied("SAP gives no token for changes. Next: see the user's rights to the gateway services.")
    return {"X-CSRF-Token": given}


def explain(body: Any) -> str | None:
    """What the gateway says in a refusal: its message, then the inner errors that say more."""
    fault = body.get("error") if isinstance(body, Mapping) else None
    if not isinstance(fault, Mapping):
        return None
    message = fault.get("message")
    told = [str(message.get("value"))] if isinstance(message, Mapping) else []
    every = [one.strip().rstrip(".") for one in (*told, *_inner(fault.get("innererror")))]
    return "; ".join(dict.fromkeys(every)) or None


def _inner(found: Any) -> Iterator[str]:
    """The messages of the inner errors, without those that only name a class of SAP's own programs."""
    details = found.get("errordetails") if isinstance(found, Mapping) else None
    for one in details if isinstance(details, list) else ():
        if isinstance(one, Mapping) and one.get("severity") == "error" and "/CX_" not in str(one.get("code")):
            yield str(one.get("message"))


def day_text(day: date) -> str:
    """A day as OData V2 has it in JSON: /Date(milliseconds)/."""
    return f"/Date({(day.toordinal() - _EPOCH) * _DAY_MS})/"


def day_of(text: Any) -> date:
    """The day of such a text; the time of day is left out."""
    milliseconds = int(str(text).removeprefix("/Date(").partition(")")[0])
    return date.fromordinal(_EPOCH + milliseconds // _DAY_MS)
