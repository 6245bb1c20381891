"""What translation says about each accident: a finding of the catalogue, never an exception, and never a wrong line."""

from collections.abc import Callable
from hashlib import sha256

import pytest

from mappings.catalog import Catalog
from mappings.engine import translate
from mappings.formats.segments import RawFile
from mappings.translation import Translation
from pipelines.settings import SHIPPED_PARTNERS
from pipelines.simulate import accidents
from pipelines.simulate.accidents import OF_ANY_FILE, OF_EDI, Accident


@pytest.fixture(scope="module")
def catalog() -> Catalog:
    return Catalog.load(SHIPPED_PARTNERS)


def translated(catalog: Catalog, retailer: str, accident: Accident) -> Translation:
    name, data = accident
    return translate([RawFile(sha256(data).hexdigest(), name, data)], catalog.partner(retailer), catalog)


@pytest.mark.parametrize(
    ("accident", "retailer", "code"),
    [
        (accidents.unknown_sender, "nordstad", "ENV-UNKNOWN-SENDER"),
        (accidents.unknown_sender, "brightwell", "ENV-UNKNOWN-SENDER"),
        (accidents.order, "nordstad", "MSG-NOT-CLAIMED"),
        (accidents.order, "brightwell", "MSG-NOT-CLAIMED"),
        (accidents.order, "lindhaus", "FILE-UNCLAIMED"),
        (accidents.truncated, "lindhaus", "TABLE-ROW-RAGGED"),
        *[(accidents.picture, retailer, "FILE-UNKNOWN-FORMAT") for retailer in ("nordstad", "brightwell", "lindhaus")],
        *[(accidents.empty, retailer, "FILE-EMPTY") for retailer in ("nordstad", "brightwell", "lindhaus")],
    ],
)
def test_the_accident_has_its_finding(
    catalog: Catalog, accident: Callable[[bytes], Accident], retailer: str, code: str, good_files: dict[str, bytes]
):
    translation = translated(catalog, retailer, accident(good_files[retailer]))
    assert code in translation.findings["code"].to_pylist()


@pytest.mark.parametrize("retailer", ["nordstad", "brightwell", "lindhaus"])
def test_what_is_no_return_gives_no_lines(catalog: Catalog, retailer: str, good_files: dict[str, bytes]):
    good = good_files[retailer]
    for accident in (accidents.order, accidents.picture, accidents.letter, accidents.empty):
        translation = translated(catalog, retailer, accident(good))
        assert translation.notice_lines.num_rows == 0
        assert "fatal" in translation.findings["severity"].to_pylist()


@pytest.mark.parametrize("retailer", ["nordstad", "brightwell", "lindhaus"])
def test_no_accident_raises_and_none_is_silent(catalog: Catalog, retailer: str, good_files: dict[str, bytes]):
    """Well-formed ones leave it to the checks against what is known; all others are found here."""
    well_formed = {accidents.unknown_item, accidents.beyond_sold, accidents.renamed, accidents.resent}
    fitting = OF_ANY_FILE if retailer == "lindhaus" else OF_ANY_FILE + OF_EDI
    for accident in set(fitting) - well_formed - {accidents.half_written}:
        assert translated(catalog, retailer, accident(good_files[retailer])).findings.num_rows > 0, accident.__name__
    for accident in well_formed:
        assert translated(catalog, retailer, accident(good_files[retailer])).findings.num_rows == 0, accident.__name__
