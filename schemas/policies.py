"""Open this when you write a file below a partner's ``policies/``: a policy that holds from a day on.

A file is laid over the ``policy:`` of partner.yaml, key by key: only what differs is written.
"""

import hashlib
import json
from dataclasses import dataclass
from datetime import date
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, model_validator

from schemas.partners import Policy

# The name of the policy without days: it holds wherever no file does.
WITHOUT_DAYS = "partner.yaml"
# What can differ by day: terms of deciding by the day that counts, limits and control by the day of the credit. The
# rest is needed before there is such a day, and holds for all days.
DATED = (
    "version", "written_by", "window_days", "conditions", "unplaced", "spread_tolerance", "limits", "map_hold_days",
    "control", "credit",
)  # fmt: skip


class PolicyFile(BaseModel):
    """A file of a partner's policies: what holds for returns from a day on, until a later one does."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    valid_from: date = Field(description="the first day that it holds for; which day counts says control: judged_by")
    expires: date | None = Field(
        None, description="the last day on which credits go out by it without a person; it goes on deciding"
    )
    policy: Policy = Field(description="what differs from the policy in partner.yaml")

    @model_validator(mode="after")
    def _ends_after_it_begins(self) -> "PolicyFile":
        if self.expires is not None and self.expires < self.valid_from:
            raise ValueError("`expires` is before `valid_from`; write a later day")
        return self


@dataclass(frozen=True, slots=True)
class Agreed:
    """A policy with the days that it holds for, and the version that decisions carry."""

    name: str
    policy: Policy
    version: str
    valid_from: date | None = None
    expires: date | None = None


def without_days(policy: Policy) -> Agreed:
    """The policy of partner.yaml, which holds wherever no file does."""
    return Agreed(WITHOUT_DAYS, policy, version_of(policy))


def version_of(policy: Policy, valid_from: date | None = None, expires: date | None = None) -> str:
    """The first 12 hex digits of the sha256 of the content: what a decision was made by.

    What nobody wrote is left out, so that a new key of the language makes no new version of policies without it.
    """
    days = {name: str(day) for name, day in (("valid_from", valid_from), ("expires", expires)) if day}
    content = {"policy": policy.model_dump(mode="json", exclude_defaults=True), **days}
    return hashlib.sha256(_json(content if days else content["policy"]).encode()).hexdigest()[:12]


def content_of(agreed: Agreed) -> str:
    """The whole policy with all its defaults, as JSON: what the store keeps of a version."""
    return _json(agreed.policy.model_dump(mode="json"))


def _json(content: Any) -> str:
    return json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
