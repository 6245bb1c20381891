"""Open this when a credit waits because a mapping changed: which versions there are, and how long they are young.

The mappings on the disk always run. A version that this partner did not begin with is in state `test` from the moment
it is first seen until somebody promotes it; credits of lines that it read need a person until it was live for the
retailer's ``policy: map_hold_days``.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import pyarrow as pa

from connectors.store.reads import Reads
from mappings.catalog import Map, PartnerFolder, content_of, map_of
from pipelines.wiring import Hub
from schemas.errors import PermanentError
from schemas.outcome import Change, Outcome
from schemas.partners import Partner
from schemas.records import MapVersion

TEST, LIVE, RETIRED = "test", "live", "retired"
_SHAPE = pa.schema([
    ("partner", pa.string()), ("map", pa.string()), ("version", pa.string()), ("state", pa.string()),
    ("first_seen_at", pa.timestamp("us", "UTC")), ("note", pa.string()), ("content", pa.string()),
])  # fmt: skip

Row = Mapping[str, Any]


def note_versions(hub: Hub, folder: PartnerFolder) -> None:
    """Record the partner's mappings that were never seen in this version.

    They are live when they are its first ones, or have read documents before versions were kept; else in `test`.
    """
    known = {(row["map"], row["version"]) for row in _rows(hub.store, folder.id)}
    new = [one for one in folder.maps if (one.name, one.version) not in known]
    if not new:
        return
    live = _founding(hub.store, folder) if not known else set()
    rows = [
        {
            "partner": folder.id,
            "map": one.name,
            "version": one.version,
            "state": LIVE if one.name in live else TEST,
            "first_seen_at": hub.now(),
            "note": None,
            "content": content_of(one.rules, one.codes),
        }
        for one in new
    ]
    hub.store.record(Outcome("see mappings", folder.id, {"map_version": pa.Table.from_pylist(rows, _SHAPE)}))


def _founding(store: Reads, folder: PartnerFolder) -> set[str]:
    """The names of the mappings that nobody has to promote: nothing was read before, or just these have read it."""
    read = set(store.query("reports/versions_read.sql", partner=folder.id)["version"].to_pylist())
    return {one.name for one in folder.maps if not read or one.version in read}


def promote(hub: Hub, folder: PartnerFolder, name: str, by: str, note: str | None) -> Map:
    """Let the version of a mapping that is on the disk go live, in the name of a person; the one before is retired.

    PermanentError: there is no such mapping, or this version is live already.
    """
    one = _named(folder, name)
    note_versions(hub, folder)
    rows = [row for row in _rows(hub.store, folder.id) if row["map"] == name]
    mine = next(row for row in rows if row["version"] == one.version)
    if mine["state"] == LIVE:
        raise PermanentError(
            f"{folder.id} {name} {one.version} is live already. Next: nothing; "
            f"`backhaul map versions {folder.id}` shows since when."
        )
    values = {"state": LIVE, "promoted_at": hub.now(), "promoted_by": by, "note": note}
    changes = [_change(mine, values), *(_change(row, {"state": RETIRED}) for row in rows if row["state"] == LIVE)]
    hub.store.record(Outcome("promote mapping", f"{folder.id}/{name}", changes=tuple(changes)), actor=by)
    return one


def _named(folder: PartnerFolder, name: str) -> Map:
    for one in folder.maps:
        if one.name == name:
            return one
    known = ", ".join(one.name for one in folder.maps) or "none"
    raise PermanentError(f"{folder.id} has no mapping {name!r}. Next: write one of its mappings: {known}.")


def _change(row: Row, values: Mapping[str, Any]) -> Change:
    key = {name: row[name] for name in ("partner", "map", "version")}
    return Change("map_version", key, values, {"state": row["state"]})


def live_maps(store: Reads, folder: PartnerFolder) -> tuple[Map, ...]:
    """The partner's mappings as they last went live, by name: what is on the disk may be newer."""
    return tuple(
        map_of(row["content"], row["version"], row["map"], folder.path / "maps" / f"{row['map']}.yaml")
        for row in sorted(_rows(store, folder.id), key=lambda row: str(row["map"]))
        if row["state"] == LIVE
    )


def stored_map(store: Reads, folder: PartnerFolder, version: str) -> Map:
    """The partner's mapping whose version begins so. PermanentError: there is none, or more than one."""
    found = [row for row in _rows(store, folder.id) if str(row["version"]).startswith(version)]
    if len(found) != 1:
        many = "more than one version begins" if found else "no recorded version begins"
        raise PermanentError(
            f"{folder.id}: {many} with {version!r}. Next: `backhaul map versions {folder.id}` lists them."
        )
    return map_of(
        found[0]["content"], found[0]["version"], found[0]["map"], folder.path / "maps" / f"{found[0]['map']}.yaml"
    )


def map_that_read(store: Reads, folder: PartnerFolder, version: str) -> Map | None:
    """The partner's mapping of exactly this version; None for what was read before versions were kept."""
    if any(row["version"] == version for row in _rows(store, folder.id)):
        return stored_map(store, folder, version)
    return next((one for one in folder.maps if one.version == version), None)


def young_maps(hub: Hub, retailer: Partner) -> dict[str, str]:
    """By decision that no credit carries yet, why it needs a person: a mapping behind it has just changed."""
    days = retailer.policy.map_hold_days
    if not days:
        return {}
    doubts: dict[str, str] = {}
    for row in hub.store.query("reports/read_by.sql", retailer=retailer.id).to_pylist():
        if _is_young(row, hub.now(), days):
            doubts[row["decision"]] = _told(row)
    return doubts


def _is_young(row: Row, now: datetime, days: int) -> bool:
    """A version in test is young for ever, one that went live for so many days."""
    return row["state"] == TEST or bool((now.date() - row["promoted_at"].date()).days < days)


def _told(row: Row) -> str:
    if row["state"] == TEST:
        return (
            f"the map {row['partner']}/{row['map']} changed on {row['first_seen_at']:%Y-%m-%d} "
            f"and version {row['version']} is not promoted"
        )
    changed = f"{row['promoted_at']:%Y-%m-%d}, version {row['version']}"
    return f"the map {row['partner']}/{row['map']} changed on {changed}"


def _rows(store: Reads, partner: str) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = store.table(MapVersion, partner=partner).to_pylist()
    return rows
