"""Open this when Business Central refuses our login: how a token is fetched from Entra, kept, and fetched anew."""

import threading
import time
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

import httpx

from connectors.erp.business_central.settings import BusinessCentralSettings
from connectors.erp.http import Refused
from connectors.erp.port import AccessDenied
from connectors.erp.remote import client_of
from connectors.erp.secrets import Secret, read_secret
from schemas.errors import TransientError

_EARLY_SECONDS = 120.0  # a token is given up so long before it expires: it must hold for a whole request
_KEPT = 4  # tokens whose text is struck out of what the other side says


class Tokens:
    """Tokens of our application by its client secret (OAuth 2.0 client credentials). Threads may share it."""

    def __init__(
        self,
        settings: BusinessCentralSettings,
        *,
        transport: httpx.BaseTransport | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        secret = Secret(read_secret("erp", settings.secret_file, settings.secret_env, called="secret"))
        address = urlsplit(settings.token_address)
        self._path = address.path
        self._form = {"grant_type": "client_credentials", "client_id": settings.client_id, "scope": settings.scope}
        self._secret = secret
        self._client = client_of(
            settings, "Entra", {}, _explain, transport, url=f"{address.scheme}://{address.netloc}", also_secret=[secret]
        )
        self._clock = clock
        self._lock = threading.Lock()
        self._token: Secret | None = None
        self._until = 0.0
        self.issued: list[Secret] = []

    def close(self) -> None:
        """Let go of the connections."""
        self._client.close()

    def current(self, instead_of: Secret | None = None) -> Secret:
        """A token that still holds, or a new one where ``instead_of`` was refused. AccessDenied: we get none."""
        with self._lock:
            usable = self._token is not None and self._token is not instead_of and self._clock() < self._until
            if not usable or self._token is None:
                self._token = self._fetched()
            return self._token

    def _fetched(self) -> Secret:
        started = self._clock()
        try:
            answer = self._client.ask(self._path, form=self._form | {"client_secret": self._secret.reveal()})
        except Refused as refused:
            told = str(refused).partition(" Next: ")[0]
            raise AccessDenied(
                f"{told} Next: correct tenant, client_id and secret under erp:; secrets in Entra expire."
            ) from None
        if not isinstance(answer, dict) or not answer.get("access_token"):
            raise TransientError("Entra answered without a token. Next: nothing, it is tried again.")
        self._until = started + float(answer.get("expires_in") or 0) - _EARLY_SECONDS
        token = Secret(str(answer["access_token"]), "Bearer ")
        self.issued[:] = [*self.issued[-_KEPT + 1 :], token]
        return token


def _explain(body: Any) -> str | None:
    """What Entra says in a refusal: the first line of its description, else its code."""
    if not isinstance(body, dict):
        return None
    said = str(body.get("error_description") or body.get("error") or "")
    return said.splitlines()[0] if said else None
