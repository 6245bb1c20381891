"""One document of each kind beside the file that it becomes: ``examples/<standard>/<layout>.yaml`` and ``.edi``."""

import re
from datetime import time
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import yaml

from mappings.formats.x12_write import write_service
from mappings.layouts import Document, Layout, layout_names, load_layout, read_document, read_service, write_document
from tests.formats.files import codes
from tests.layouts.documents import X12, file_of, reading_of

EXAMPLES = Path(__file__).parent / "examples"
VARIANTS = [
    ("x12/180_notification", "003060"),
    ("x12/180_request", "008010"),
    ("edifact/retann", "D:96A:EN:EAN001"),
    ("edifact/recadv", "D:01B:UN:EAN005"),
]


class Loader(yaml.SafeLoader):
    """Numbers with a point are decimals, never floats; times have a tag because YAML 1.1 takes 14:30 for a number."""


Loader.add_constructor("tag:yaml.org,2002:float", lambda loader, node: Decimal(loader.construct_scalar(node)))
Loader.add_constructor("!time", lambda loader, node: time.fromisoformat(loader.construct_scalar(node)))


def document_of(path: Path) -> Document:
    document: Any = yaml.load(path.read_text("utf-8"), Loader)
    assert isinstance(document, dict)
    return document


def written(layout: Layout, document: Document) -> bytes:
    if layout.name == "x12/ta1":
        return write_service(X12, write_document(layout, document))
    return file_of(layout, [[document]])


def in_lines(data: bytes, standard: str) -> bytes:
    """One segment a line, for people."""
    segment = rb"[^~]*~" if standard == "x12" else rb"(?:\?.|[^?'])*'"
    return re.sub(segment, lambda found: found.group() + b"\n", data)


@pytest.mark.parametrize("name", layout_names())
def test_the_example_is_written_as_the_file_beside_it(name: str) -> None:
    layout = load_layout(name)
    document = document_of(EXAMPLES / f"{name}.yaml")
    assert in_lines(written(layout, document), layout.standard) == (EXAMPLES / f"{name}.edi").read_bytes()


@pytest.mark.parametrize("name", layout_names())
def test_the_file_beside_it_gives_the_example(name: str) -> None:
    layout = load_layout(name)
    reading = reading_of(layout, (EXAMPLES / f"{name}.edi").read_bytes())
    assert codes(reading) == []
    document = document_of(EXAMPLES / f"{name}.yaml")
    if name == "x12/ta1":
        assert read_service(layout, reading, 0) == [document]
    else:
        assert read_document(layout, reading, 0) == document


@pytest.mark.parametrize(("name", "version"), VARIANTS)
def test_another_version_of_the_example(name: str, version: str) -> None:
    layout = load_layout(name, version)
    document = document_of(EXAMPLES / f"{name}.yaml")
    expected = EXAMPLES / f"{name}.{version.replace(':', '_')}.edi"
    assert in_lines(written(layout, document), layout.standard) == expected.read_bytes()
