"""What every layout writes is read without a finding, and gives the document back."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some

from mappings.formats import x12
from mappings.formats.x12_write import write_service
from mappings.layouts import Layout, layout_names, load_layout, read_service, write_document
from mappings.layouts.load import versions
from tests.formats.files import codes, raw
from tests.layouts.documents import X12, documents, file_of, read_all, reading_of

MESSAGES = [(name, version) for name in layout_names() if name != "x12/ta1" for version in versions(name)]


@pytest.mark.parametrize(("name", "version"), MESSAGES)
def test_every_document_comes_back_as_it_was_written(name: str, version: str) -> None:
    comes_back(load_layout(name, version), examples=8 if version == versions(name)[0] else 2)


@pytest.mark.soak
@pytest.mark.parametrize(("name", "version"), MESSAGES)
def test_many_documents_come_back(name: str, version: str) -> None:
    comes_back(load_layout(name, version), examples=200)


def comes_back(layout: Layout, examples: int) -> None:
    """Several groups of several documents, without a finding and exactly."""

    @settings(max_examples=examples, deadline=None, suppress_health_check=list(HealthCheck))
    @given(some.lists(some.lists(documents(layout), min_size=1, max_size=2), min_size=1, max_size=2))
    def holds(groups: list) -> None:
        reading = reading_of(layout, file_of(layout, groups))
        assert reading.findings.to_pylist() == []
        assert read_all(layout, reading) == [document for group in groups for document in group]

    holds()


@settings(max_examples=30, deadline=None)
@given(some.lists(documents(load_layout("x12/ta1")), max_size=3))
def test_a_ta1_comes_back_from_outside_any_group(answers: list) -> None:
    layout = load_layout("x12/ta1")
    written = [segment for answer in answers for segment in write_document(layout, answer)]
    reading = x12.read([raw(write_service(X12, written) + write_service(X12, []))])
    assert codes(reading) == []
    assert read_service(layout, reading, 0) == answers
    assert read_service(layout, reading, 1) == []
