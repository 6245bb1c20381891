"""UBL despatch lines into canonical rows, beside lxml.iterparse with find() for each field; JSON on the last line.

    python -m benchmarks.trees [MEGABYTES]

Everything runs on one core; figures are of processor seconds, of the best of some rounds. Both read the same bytes
with the same mapping (``ubl/despatch_advice``) or its paths. ``ratio`` is the median of rounds side by side.

lines_per_s       through the whole engine: bytes to canonical tables
scan_mb_per_s     bytes to the tree
lxml_lines_per_s  lxml: elements to a row of texts, neither checked nor converted
ratio             ours over lxml
small_file_ms     a file of ten lines through the whole engine, warm
"""

import hashlib
import io
import json
import sys
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Any

from lxml import etree

from benchmarks.despatches import despatch
from mappings.catalog import Catalog
from mappings.engine import translate
from mappings.formats import xml
from mappings.formats.segments import RawFile

_MEGABYTES, _LINE_BYTES, _ROUNDS = 20, 953, 5
_UBL = "urn:oasis:names:specification:ubl:schema:xsd"
_PREFIXES = {"cac": f"{_UBL}:CommonAggregateComponents-2", "cbc": f"{_UBL}:CommonBasicComponents-2"}
_FIELDS = [
    "cac:Item/cac:StandardItemIdentification/cbc:ID", "cac:Item/cac:SellersItemIdentification/cbc:ID",
    "cac:Item/cac:BuyersItemIdentification/cbc:ID", "cbc:DeliveredQuantity",
    "cac:OrderLineReference/cac:OrderReference/cbc:ID", "cac:OrderLineReference/cbc:LineID",
    "cac:DocumentReference[cbc:DocumentTypeCode='380']/cbc:ID",
    "cac:Shipment/cac:TransportHandlingUnit/cbc:ID[@schemeID='SSCC']",
]  # fmt: skip


def by_lxml(data: bytes) -> list[tuple[str | None, ...]]:
    """The lines' fields the plain way."""
    rows = []
    for _, line in etree.iterparse(io.BytesIO(data), tag=f"{{{_PREFIXES['cac']}}}DespatchLine"):
        found = [line.find(path, _PREFIXES) for path in _FIELDS]
        texts = [None if one is None else one.text for one in found]
        rows.append((*texts, None if found[3] is None else found[3].get("unitCode")))
        line.clear(keep_tail=True)
    return rows


def _spent(run: Callable[[], Any]) -> float:
    begun = time.process_time()
    run()
    return time.process_time() - begun


def _translation(folder: Path) -> Callable[[RawFile], Any]:
    """What turns a file into canonical tables, for a partner that sends UBL as it is."""
    (folder / "shop" / "maps").mkdir(parents=True)
    (folder / "shop" / "partner.yaml").write_text("id: shop\nname: The Shop\nrole: retailer\n")
    (folder / "shop" / "maps" / "returns.yaml").write_text("extends: ubl/despatch_advice\n")
    catalog = Catalog.load(folder)
    return lambda file: translate([file], catalog.partner("shop"), catalog)


def _file(lines: int) -> RawFile:
    data = despatch(lines)
    return RawFile(hashlib.sha256(data).hexdigest(), "despatch.xml", data)


def main(megabytes: int) -> dict[str, float]:
    """The figures of the module's docstring."""
    file, small = _file(megabytes * 1_000_000 // _LINE_BYTES), _file(10)
    with TemporaryDirectory() as folder:
        translated = _translation(Path(folder))
        lines = translated(file).notice_lines.num_rows  # warm: code compiled, modules at hand
        assert lines == len(by_lxml(file.data))
        ours, theirs = [], []
        for _ in range(_ROUNDS):
            ours.append(_spent(lambda: translated(file)))
            theirs.append(_spent(lambda: by_lxml(file.data)))
        scan = min(_spent(lambda: xml.read([file])) for _ in range(_ROUNDS))
        ten = min(_spent(lambda: translated(small)) for _ in range(20))
    return {
        "lines": lines,
        "megabytes": round(len(file.data) / 1e6, 1),
        "lines_per_s": round(lines / min(ours)),
        "scan_mb_per_s": round(len(file.data) / scan / 1e6),
        "lxml_lines_per_s": round(lines / min(theirs)),
        "ratio": round(median(b / a for a, b in zip(ours, theirs, strict=True)), 1),
        "small_file_ms": round(1000 * ten, 1),
    }


if __name__ == "__main__":
    print(json.dumps(main(int(sys.argv[1]) if len(sys.argv) > 1 else _MEGABYTES)))
