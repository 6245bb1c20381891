"""The simulated partners write by hand, sharing nothing with layouts: the same documents, the same bytes."""

from datetime import datetime
from pathlib import Path

import pytest

from mappings.formats import edifact_write, x12_write
from mappings.formats.segments import Segments
from mappings.layouts import Layout, load_layout, write_document
from pipelines.simulate.world import World, build_world
from tests.layouts.documents import read_all, reading_of

SENT = [
    ("nordstad", "x12/180_notification", "004010"),
    ("harwich", "x12/944", "004010"),
    ("brightwell", "edifact/retann", "D:01B:UN"),
    ("venlo", "edifact/recadv", "D:96A:UN"),
]


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> World:
    return build_world(tmp_path_factory.mktemp("small") / "world", stores=2)


def written_again(layout: Layout, reading: Segments) -> bytes:
    """The interchange, from what its documents say and who sent it."""
    (head,) = reading.interchanges.to_pylist()
    at = datetime.strptime(head["date"] + head["time"], "%y%m%d%H%M")  # noqa: DTZ007 - the sender's wall clock
    parties = head["sender_qualifier"], head["sender"], head["receiver_qualifier"], head["receiver"]
    bodies = [write_document(layout, document) for document in read_all(layout, reading)]
    if layout.standard == "x12":
        messages = [x12_write.Message(layout.message, body) for body in bodies]
        control = int(head["control"])
        group = x12_write.Group(layout.group, head["sender"], head["receiver"], control, layout.version, messages)
        return x12_write.write(x12_write.Envelope(*parties, at, control), [group])
    envelope = edifact_write.Envelope(parties[1], parties[0], parties[3], parties[2], at, head["control"])
    return edifact_write.write(envelope, [edifact_write.Message(layout.identifier, body) for body in bodies])


@pytest.mark.parametrize(("partner", "name", "version"), SENT)
def test_the_files_of_the_simulated_partners_are_written_again(
    world: World, partner: str, name: str, version: str
) -> None:
    layout = load_layout(name, version)
    paths: list[Path] = sorted(world.inbox(partner).iterdir())
    assert paths
    for path in paths:
        data = path.read_bytes()
        assert written_again(layout, reading_of(layout, data)) == data.replace(b"\n", b"")
