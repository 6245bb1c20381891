"""Open this when a credit waits because of its policy: which versions there are, who approved them, and until when.

The policies on the disk always decide. That credits go out by them without a person is an approval of its own: a
person's, who is not the author, and it ends. A retailer's first policies are approved with the retailer itself, for
``control: standing_days``.
"""

import json
from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any

import pyarrow as pa

from connectors.store.reads import Reads
from mappings.catalog import PartnerFolder
from mappings.policies import named
from pipelines.steps.control import person
from pipelines.wiring import Hub
from schemas.control import Control
from schemas.errors import PermanentError
from schemas.outcome import Change, Outcome
from schemas.policies import Agreed, content_of
from schemas.records import PolicyVersion

FOUNDING, WAITING, APPROVED = "founding", "waiting", "approved"
_MOMENT = pa.timestamp("us", "UTC")
_SHAPE = pa.schema([
    ("partner", pa.string()), ("policy", pa.string()), ("version", pa.string()), ("state", pa.string()),
    ("valid_from", pa.date32()), ("expires", pa.date32()), ("written_by", pa.string()), ("first_seen_at", _MOMENT),
    ("stands_until", pa.date32()), ("content", pa.string()),
])  # fmt: skip

Row = Mapping[str, Any]


def note_policies(hub: Hub, folder: PartnerFolder) -> None:
    """Record the retailer's policies that were never seen in this version.

    They are founding when they are its first ones, or decided before versions were kept; else they wait for approval.
    """
    rows = policy_rows(hub.store, folder.id)
    known = {(row["policy"], row["version"]) for row in rows}
    new = [one for one in folder.policies if (one.name, one.version) not in known]
    if not new:
        return
    founding = _founding(hub.store, folder) if not known else set()
    seen = [_seen(folder.id, one, hub.now(), one.version in founding) for one in new]
    hub.store.record(Outcome("see policies", folder.id, {"policy_version": pa.Table.from_pylist(seen, _SHAPE)}))


def _founding(store: Reads, folder: PartnerFolder) -> set[str]:
    """The versions that nobody has to approve: nothing was decided before, or just these have decided it."""
    decided = set(store.query("reports/versions_decided.sql", retailer=folder.id)["version"].to_pylist())
    return {one.version for one in folder.policies if not decided or one.version in decided}


def _seen(partner: str, one: Agreed, now: datetime, founding: bool) -> dict[str, Any]:
    return {
        "partner": partner,
        "policy": one.name,
        "version": one.version,
        "state": FOUNDING if founding else WAITING,
        "valid_from": one.valid_from,
        "expires": one.expires,
        "written_by": one.policy.written_by,
        "first_seen_at": now,
        "stands_until": _until(one, now.date()) if founding else None,
        "content": content_of(one),
    }


def _until(one: Agreed, approved_on: date) -> date:
    """The last day on which credits go out by it: what it says itself, or so many days after its approval."""
    ends = max(approved_on, one.valid_from or approved_on) + timedelta(days=one.policy.control.standing_days)
    return min(ends, one.expires) if one.expires else ends


def approve_policy(hub: Hub, folder: PartnerFolder, name: str, by: str, note: str | None) -> tuple[Agreed, date]:
    """Let credits go out by the policy on the disk without a person; answers it, and the last day of that.

    PermanentError: its author approves it, or it has ended. ConfigError: there is no such policy.
    """
    one = named(folder.policies, name, folder.path)
    note_policies(hub, folder)
    if one.policy.written_by and person(by) == person(one.policy.written_by):
        raise PermanentError(f"{by} wrote {folder.id} {name}. Next: let somebody else approve it.")
    until = _until(one, hub.now().date())
    if until < hub.now().date():
        raise PermanentError(
            f"{folder.id} {name} expired on {until}. Next: write a policy that goes on, with a later `expires:`."
        )
    (row,) = (r for r in policy_rows(hub.store, folder.id) if (r["policy"], r["version"]) == (name, one.version))
    values = {
        "state": APPROVED,
        "approved_at": hub.now(),
        "approved_by": by.strip(),
        "stands_until": until,
        "note": note,
    }
    key = {column: row[column] for column in ("partner", "policy", "version")}
    change = Change("policy_version", key, values, {"state": row["state"], "approved_at": row["approved_at"]})
    hub.store.record(Outcome("approve policy", f"{folder.id}/{name}", changes=(change,)), actor=by.strip())
    return one, until


def policy_rows(store: Reads, partner: str) -> list[dict[str, Any]]:
    """The retailer's ``policy_version`` rows."""
    rows: list[dict[str, Any]] = store.table(PolicyVersion, partner=partner).to_pylist()
    return rows


def unapproved(rows: Sequence[Row], today: date) -> dict[str, str]:
    """By version by which credits do not go out today without a person: why not."""
    told = {row["version"]: why for row in rows if (why := _why_not(row, today))}
    standing = {row["version"] for row in rows if not _why_not(row, today)}
    return {version: why for version, why in told.items() if version not in standing}


def _why_not(row: Row, today: date) -> str | None:
    name = f"the policy {row['partner']}/{row['policy']}, version {row['version']},"
    if row["state"] == WAITING:
        return f"{name} changed on {row['first_seen_at']:%Y-%m-%d} and is not approved"
    if row["stands_until"] is not None and row["stands_until"] < today:
        return f"{name} let credits go out by themselves until {row['stands_until']} and is not approved anew"
    return None


def young_editors(rows: Sequence[Row], now: datetime) -> dict[str, str]:
    """By version that was first seen less than ``control: editor_days`` ago, who wrote it."""
    return {row["version"]: row["written_by"] for row in rows if row["written_by"] and _is_young(row, now)}


def _is_young(row: Row, now: datetime) -> bool:
    days = json.loads(row["content"]).get("control", {}).get("editor_days", Control().editor_days)
    return bool((now.date() - row["first_seen_at"].date()).days < days)
