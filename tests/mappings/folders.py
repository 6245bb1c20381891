"""Partner folders for tests, valid by default; one keyword spoils them."""

import hashlib
from pathlib import Path

from mappings.catalog import Catalog, Names, PartnerFolder
from mappings.engine import translate
from mappings.formats.segments import RawFile
from mappings.translation import Translation

RETURNS_180 = "extends: x12/180\n"
PLATE, HOLDER, BOWL = "9522234400018", "9528512300018", "9522132300021"
CARTON = "095200000000000011"


def partner_folder(root: Path, maps: dict[str, str], **keys: str) -> PartnerFolder:
    """A partner `shop` with these mappings; keys are lines of its partner.yaml."""
    own = {
        "id": "shop",
        "name": "The Shop",
        "role": "retailer",
        "identities": "[{scheme: x12, qualifier: ZZ, id: SHOP}, {scheme: edifact, qualifier: '14', id: '952'}]",
    } | keys
    folder = root / "shop"
    (folder / "maps").mkdir(parents=True, exist_ok=True)
    (folder / "partner.yaml").write_text("".join(f"{key}: {value}\n" for key, value in own.items()))
    for name, text in maps.items():
        (folder / "maps" / f"{name}.yaml").write_text(text)
    return Catalog.load(root).partner("shop")


def raw(data: bytes | str, name: str = "file") -> RawFile:
    content = data.encode() if isinstance(data, str) else data
    return RawFile(hashlib.sha256(content).hexdigest(), name, content)


def x12(*messages: list[str], sender: str = "SHOP", message: str = "180", group: str = "AN", control: int = 1) -> str:
    """An interchange; each message is its segments between ST and SE."""
    isa = f"ISA*00*{'':10}*00*{'':10}*ZZ*{sender:15}*ZZ*{'WICKHAMROWE':15}*261121*0900*U*00401*{control:09d}*0*P*>"
    segments = [isa, f"GS*{group}*{sender}*WICKHAMROWE*20261121*0900*{control}*X*004010"]
    for number, body in enumerate(messages, start=1):
        segments += [f"ST*{message}*{number:04d}", *body, f"SE*{len(body) + 2}*{number:04d}"]
    return "~".join([*segments, f"GE*{len(messages)}*{control}", f"IEA*1*{control:09d}"]) + "~"


def edifact(*messages: list[str], kind: str = "RETANN:D:01B:UN") -> str:
    """An interchange; each message is its segments between UNH and UNT."""
    segments = ["UNB+UNOC:3+952:14+9520000000011:14+261121:0900+REF1"]
    for number, body in enumerate(messages, start=1):
        segments += [f"UNH+{number}+{kind}", *body, f"UNT+{len(body) + 2}+{number}"]
    return "'".join([*segments, f"UNZ+{len(messages)}+REF1"]) + "'"


def returned(number: str = "R1", *lines: str) -> list[str]:
    """The segments of a 180."""
    return [f"BGN*00*{number}*20261118", *(lines or (line_180(),))]


def line_180(gtin: str = PLATE, quantity: str = "3", unit: str = "EA") -> str:
    return f"BLI*EN*{gtin}*{quantity}*{unit}"


def run(folder: PartnerFolder, *files: RawFile) -> Translation:
    return translate(files, folder, Catalog(folder.path.parent, {folder.id: folder}, Names({})))


def codes(translation: Translation) -> list[str]:
    return [str(code) for code in translation.findings["code"].to_pylist()]
