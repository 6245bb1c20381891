"""Open this when `backhaul audit verify` tells it in the wrong words."""

from collections.abc import Iterator

from rich.console import RenderableType
from rich.text import Text

from pipelines.audit_trail import TrailVerdict
from pipelines.show import table_of

# What a kind of violation means for the whole trail, the worst first.
_MEANS = {
    "rewrite": "The chain was written anew: it is not the one that the anchors saw.",
    "tail": "The newest events are gone: the end was cut off, or an older copy of the books was put in their place.",
    "anchor": "Anchors were altered, or taken out of their line.",
    "audit": "Events of the chain were altered, removed or put in.",
    "seal": "Rows are not as they were sealed.",
    "schema": "Tables, views or guards are not ours.",
}
_NEXT = (
    "Next: keep books and anchors as they are, do not run Backhaul on them, and compare the named rows with a backup "
    "from before; docs/audit.md says what each finding means."
)


def trail_view(verdict: TrailVerdict) -> Iterator[RenderableType]:
    """What was judged, what it means, each broken row on a line of its own, and the next step."""
    yield table_of("Audit trail", ("what", "how many"), list(_looked_at(verdict)), "ln")
    if not verdict.violations:
        yield Text("✓ The trail holds: every event and every sealed row is as it was recorded.", "bold green")
        yield Text(_what_is_open(verdict), "bold")
        return
    checks = {one.check for one in verdict.violations}
    yield Text(f"✗ {len(verdict.violations)} violations", "bold red")
    for check, means in _MEANS.items():
        if check in checks:
            yield Text(means, "bold red")
    for one in verdict.violations:  # never wrapped or cut: a row's name must be found by whoever searches for it
        yield Text.assemble("  ", (one.check, "red"), f"  {one.table} ", (one.row, "bold"), f": {one.what}")
    yield Text(_NEXT, "bold")


def _looked_at(verdict: TrailVerdict) -> Iterator[tuple[str, str]]:
    yield "events of the audit chain", f"{verdict.events:,}"
    yield "anchors", f"{verdict.anchors:,}"
    if verdict.newest:
        day, seq = verdict.newest
        yield f"events since the newest anchor, {day}", f"{max(verdict.events - seq, 0):,}"


def _what_is_open(verdict: TrailVerdict) -> str:
    """The next step where nothing is broken."""
    if not verdict.anchors:
        return (
            "No anchors were looked at: a cut end or a chain written anew would not be seen. Next: `backhaul audit "
            "key`, then audit: anchors: FOLDER in the settings."
        )
    return "Next: nothing. See that the newest anchor is of today or yesterday."
