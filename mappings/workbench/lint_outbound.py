"""Open this when ``map lint`` says something about an outbound map: what it repeats, and what no sample proves."""

from collections.abc import Iterator

from mappings.marks import Mark
from mappings.outbound.catalog import STANDARDS, OutboundMap
from mappings.outbound.samples import difference, samples_of
from mappings.workbench.lint_standard import told_twice
from schemas.partners import Partner


def of_outbound(one: OutboundMap, partner: Partner) -> Iterator[str]:
    """What is suspicious in an outbound map, each at its place."""
    yield from told_twice(one.path, STANDARDS)
    samples = samples_of(one)
    if not samples:
        example = f"outbound/samples/{one.name}.yaml"
        yield _told(one, f"no sample is written by this map. Next: put rows of a document into {example}.")
    for sample in samples:
        if difference(one, partner, sample):
            why = f"{sample.name} does not give the file beside it. Next: `backhaul map test {partner.id}` shows why."
            yield _told(one, why)


def _told(one: OutboundMap, message: str) -> str:
    first = one.path.read_text(encoding="utf-8").splitlines()[0]
    return str(Mark(one.path, 1, 1, first).fault("", message))
