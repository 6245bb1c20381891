"""Open this when an ERP is reached over HTTP: what the settings of all say alike, and the client made of them."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import httpx
from pydantic import BaseModel, ConfigDict, Field, field_validator

from connectors.erp.http import Explain, HttpClient, Pace
from connectors.erp.secrets import Secret
from connectors.erp.throttle import Rate, Throttle


class RemoteSettings(BaseModel):
    """How an ERP is reached and how patient we are, and what our companies and retailers are called there."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    url: str
    ca_file: Path | None = Field(None, description="certificate of the authority, where it is not a public one")
    companies: dict[str, str] = Field(default_factory=dict)
    customers: dict[str, str] = Field(default_factory=dict)
    requests_per_second: float = Field(10, gt=0)
    timeout_seconds: float = Field(60, gt=0, description="longest silence of the other side")
    longest_request_seconds: int = Field(
        300,
        ge=1,
        description="how long a request may still take effect after we gave it up: the ERP's own limit",
    )

    @field_validator("customers", "companies")
    @classmethod
    def _each_its_own(cls, named: dict[str, str]) -> dict[str, str]:
        """A document that is read back must say whose it is."""
        if twice := sorted({code for code in named.values() if list(named.values()).count(code) > 1}):
            raise ValueError(f"{twice[0]} stands for more than one")
        return named


def client_of(
    settings: RemoteSettings,
    name: str,
    headers: Mapping[str, Secret],
    explain: Explain,
    transport: httpx.BaseTransport | None,
    *,
    url: str | None = None,
    setting: str = "url",
    also_secret: Sequence[Secret] = (),
    numbers: Callable[[str], Any] = float,
) -> HttpClient:
    """A client as the settings want it; nothing is sent yet. ConfigError: the address cannot be used."""
    return HttpClient(
        name,
        url or settings.url,
        headers,
        pace=Pace(silence=settings.timeout_seconds, whole=2 * settings.timeout_seconds),
        throttle=Throttle(Rate(max(1, round(settings.requests_per_second)), 1.0)),
        ca_file=settings.ca_file,
        explain=explain,
        also_secret=also_secret,
        numbers=numbers,
        transport=transport,
        setting=setting,
    )
