"""Open this when you ask what a credit intent is to those who post it, and what they need of the store."""

from collections.abc import Callable, Collection
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any, Protocol

import pyarrow as pa

from schemas.outcome import Outcome

DUE_STATES = ("ready", "sent", "drafted", "uncertain")

OnStep = Callable[[str, str], None]


class IntentBook(Protocol):
    """What posting needs of the store."""

    def intents(self, states: str | Collection[str], retailer: str | None = None) -> pa.Table:
        """``credit_intent`` rows in one of these states, by reference."""
        ...

    def intent_lines(self, reference: str) -> pa.Table:
        """``credit_intent_line`` rows of an intent."""
        ...

    def reversal_lines(self, reference: str) -> pa.Table:
        """``reversal_line`` rows of a counter-document."""
        ...

    def lease(self, reference: str, owner: str, seconds: float) -> int | None:
        """A fence that is higher than every one before, or None while somebody else has the intent."""
        ...

    def record(self, outcome: Outcome) -> None:
        """All of it or nothing. StaleError: a change expected another state."""
        ...


@dataclass(frozen=True, slots=True)
class Intent:
    """A credit intent, as the store has it at this moment."""

    reference: str
    retailer: str
    currency: str
    net_minor: int
    tax_minor: int
    request: str
    request_hash: str
    state: str
    attempts: int
    draft_id: str | None
    look_again_at: datetime | None
    lease_fence: int
    kind: str | None = None

    @classmethod
    def of(cls, row: dict[str, Any]) -> "Intent":
        """The intent of a stored row."""
        return cls(**{f.name: row[f.name] for f in fields(cls) if f.name in row})
