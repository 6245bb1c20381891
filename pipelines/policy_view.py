"""Open this when ``backhaul policy`` is hard to read: policies, their versions and trials as tables."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow as pa
import yaml
from rich.console import RenderableType
from rich.syntax import Syntax
from rich.text import Text

from mappings.catalog import PartnerFolder
from pipelines.partner_check import Check
from pipelines.show import COLOURS, money, table_of
from pipelines.steps.policy_change import Tried
from schemas.policies import Agreed

Row = Mapping[str, Any]
MARKS = {"ok": ("✓ ", "green"), "missing": ("✗ ", "bold red"), "note": ("– ", "dim")}
_STATES = {"founding": "green", "approved": "green", "waiting": "yellow"}
_COLOURS = {"credit": COLOURS["credited"], "refuse": COLOURS["refused"], "hold": COLOURS["open"]}


# --- list


def policies_table(folders: Sequence[PartnerFolder], rows: Sequence[Row], today: date) -> RenderableType:
    """Every version that was seen, those on the disk marked, and until when credits go out by it."""
    on_disk = {(one.id, policy.name, policy.version) for one in folders for policy in one.policies}
    cells = []
    for row in rows:
        here = (row["partner"], row["policy"], row["version"]) in on_disk
        state = Text(row["state"], _STATES[row["state"]])
        ends = row["stands_until"]
        until = Text(str(ends or ""), "red" if ends and ends < today else "")
        cells.append((
            row["partner"], row["policy"], row["valid_from"], row["version"] if here else Text(row["version"], "dim"),
            row["written_by"], state, row["approved_by"], until, row["decisions"],
        ))  # fmt: skip
    columns = ("Partner", "policy", "from", "version", "written by", "state", "approved by", "until", "decided")
    return table_of("Policies, as they were seen at work", columns, cells, "lwwwlwlwn")


def unseen_view(folders: Sequence[PartnerFolder], rows: Sequence[Row]) -> Iterator[Text]:
    """Policies on the disk by which nothing was decided yet."""
    seen = {(row["partner"], row["policy"], row["version"]) for row in rows}
    for folder in folders:
        for one in folder.policies:
            if folder.partner.role == "retailer" and (folder.id, one.name, one.version) not in seen:
                yield Text(f"{folder.id} {one.name} {one.version}: not seen at work yet.", "dim")


# --- show


def policy_view(folder: PartnerFolder, one: Agreed) -> Iterator[RenderableType]:
    """A policy, whole; what is not usual is marked."""
    days = f", for returns from {one.valid_from}" if one.valid_from else ""
    ends = f"; by itself until {one.expires}" if one.expires else ""
    yield Text(f"{folder.partner.name}: {one.name}, version {one.version}{days}{ends}", "bold")
    own = one.policy.model_dump(mode="json", exclude_defaults=True)
    whole = one.policy.model_dump(mode="json", exclude_none=True)
    text = yaml.safe_dump(whole, sort_keys=False, allow_unicode=True, default_flow_style=None, width=100)
    lines = [
        f"{line}  # as usual" if not line.startswith(" ") and line.split(":")[0] not in own else line
        for line in text.splitlines()
    ]
    yield Syntax("\n".join(lines), "yaml", background_color="default", word_wrap=True)


# --- check


def checks_view(path: Path, faults: Sequence[str], checks: Sequence[tuple[str, Check]]) -> Iterator[RenderableType]:
    """Each policy with what is in place; faults show their place in the file."""
    for fault in faults:
        yield Text.assemble(MARKS["missing"], fault)
    for name, one in checks:
        following = f" Next: {one.following}." if one.state == "missing" else ""
        yield Text.assemble(MARKS[one.state], (f"{name}: {one.name}", "bold"), f": {one.told}.{following}")
    wrong = len(faults) + sum(one.state == "missing" for _, one in checks)
    yield Text(f"{path.name}: {wrong} to mend." if wrong else f"{path.name}: nothing to mend.", "bold")


# --- try


def tried_view(folder: PartnerFolder, other: Agreed, tried: Tried, since: date, limit: int) -> Iterator[RenderableType]:
    """What would be decided otherwise, summed up, with the totals of both, and the largest lines."""
    name = f"{folder.partner.name} since {since}, by {other.name} {other.version}"
    changed = tried.changed.to_pylist()
    yield Text(f"{name}: {len(changed):,} of {tried.all.num_rows:,} decisions would be others.", "bold")
    if changed:
        columns = ("was", "would be", "by rule", "decisions", "units", "net", "")
        yield table_of("What changes", columns, _sums(changed), "lllnnn")
        yield _largest(changed, limit)
    yield _totals(tried.all)
    yield Text("Nothing was written.", "dim")


def _sums(changed: Sequence[Row]) -> list[tuple[Any, ...]]:
    sums: dict[tuple[str, str, str, str], list[int]] = defaultdict(lambda: [0, 0, 0])
    for row in changed:
        entry = sums[row["outcome"], row["would"], row["would_rule"], row["currency"]]
        for index, value in enumerate((1, row["units"], row["would_net"])):
            entry[index] += value
    return [
        (_outcome(was), _outcome(would), rule, f"{count:,}", f"{units:,}", money(net, currency), currency)
        for (was, would, rule, currency), (count, units, net) in sorted(sums.items())
    ]


def _largest(changed: Sequence[Row], limit: int) -> RenderableType:
    rows = sorted(changed, key=lambda row: (-max(row["net"], row["would_net"]), row["decision"]))[:limit]
    cells = [
        (row["return_line"], row["units"], money(row["would_net"], row["currency"]), row["currency"], row["because"])
        for row in rows
    ]
    return table_of("The largest of them", ("line", "units", "net", "", "it would say"), cells, "lnn")


def _totals(rows: pa.Table) -> RenderableType:
    """Units and net by outcome, as decided and as they would be, for each currency."""
    sums: dict[tuple[str, str], list[int]] = defaultdict(lambda: [0, 0, 0, 0])
    for row in rows.to_pylist():
        was, would = sums[row["currency"], row["outcome"]], sums[row["currency"], row["would"]]
        was[0], was[1] = was[0] + row["units"], was[1] + row["net"]
        would[2], would[3] = would[2] + row["units"], would[3] + row["would_net"]
    cells = [
        (
            _outcome(outcome), f"{was:,}", money(was_net, currency), f"{would:,}", money(would_net, currency),
            f"{would - was:+,}", _signed(would_net - was_net, currency), currency,
        )
        for (currency, outcome), (was, was_net, would, would_net) in sorted(sums.items())
    ]  # fmt: skip
    columns = ("", "units", "net", "would be units", "net", "more units", "more net", "")
    return table_of("In all", columns, cells, "lnnnnnn")


def _signed(minor: int, currency: str) -> str:
    return f"{'+' if minor > 0 else ''}{money(minor, currency)}"


def _outcome(name: str) -> Text:
    return Text(name, _COLOURS.get(name, ""))
