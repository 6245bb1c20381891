"""EDI files to read, right by default; each keyword spoils one thing. Made without the product's writers."""

import os
from collections.abc import Sequence

import pyarrow as pa

from mappings.formats.segments import RawFile, Segments
from mappings.formats.values import text

TIMES = int(os.environ.get("BACKHAUL_FUZZ", "1"))  # how many times more examples `make fuzz` tries

BODY_180 = ("BGN*00*R-1001*20260304", "N9*CN*095200000000000017", "BLI*EN*9520000000028*2*EA", "RDR*RN*DR")
BODY_RETANN = ("BGM+732+R-1001+9", "DTM+137:20260304:102", "LIN+1++9520000000028:EN", "QTY+61:2", "UNS+S", "CNT+2:1")


def raw(data: bytes, sha256: str = "f" * 64) -> RawFile:
    """A file as the vault gives it."""
    return RawFile(sha256, "returns.edi", data)


def st(
    body: Sequence[str] = BODY_180, *, kind: str = "180", control: str = "0001", se01: str = "", se02: str = ""
) -> list[str]:
    """An X12 message as its segments, ST and SE included."""
    return [f"ST*{kind}*{control}", *body, f"SE*{se01 or len(body) + 2}*{se02 or control}"]


def gs(
    *messages: list[str], code: str = "AN", control: str = "1", version: str = "004010", ge01: str = "", ge02: str = ""
) -> list[str]:
    """An X12 group as its segments."""
    head = f"GS*{code}*NORDSTAD*WICKHAMROWE*20260304*0506*{control}*X*{version}"
    return [head, *(s for m in messages for s in m), f"GE*{ge01 or len(messages)}*{ge02 or control}"]


def isa(
    *groups: list[str],
    control: str = "000000101",
    version: str = "00401",
    isa11: str = "U",
    ack: str = "0",
    sender: str = "NORDSTAD       ",
    component: str = ">",
    iea01: str = "",
    iea02: str = "",
) -> list[str]:
    """An X12 interchange as its segments."""
    head = (
        f"ISA*00*          *00*          *ZZ*{sender}*ZZ*WICKHAMROWE    *260304*0506*{isa11}*{version}*{control}"
        f"*{ack}*P*{component}"
    )
    return [head, *(s for g in groups for s in g), f"IEA*{iea01 or len(groups)}*{iea02 or control}"]


def x12(segments: Sequence[str] | None = None, *, end: str = "~\n", element: str = "*") -> bytes:
    """The bytes of X12 segments (one good 180 if none are given) with this terminator and element separator."""
    lines = isa(gs(st())) if segments is None else segments
    return "".join(line.replace("*", element) + end for line in lines).encode()


def unh(
    body: Sequence[str] = BODY_RETANN,
    *,
    kind: str = "RETANN:D:01B:UN",
    reference: str = "1",
    count: str = "",
    unt: str = "",
) -> list[str]:
    """An EDIFACT message as its segments, UNH and UNT included."""
    return [f"UNH+{reference}+{kind}", *body, f"UNT+{count or len(body) + 2}+{unt or reference}"]


def unb(
    *messages: list[str], level: str = "UNOC:3", control: str = "4711", unz: str = "", count: str = "", tail: str = ""
) -> list[str]:
    """An EDIFACT interchange as its segments, without UNA."""
    head = f"UNB+{level}+9520000010003:14+9520000000011:14+260304:0506+{control}{tail}"
    return [head, *(s for m in messages for s in m), f"UNZ+{count or len(messages)}+{unz or control}"]


def edifact(segments: Sequence[str] | None = None, *, una: str = "", end: str = "'\n", codec: str = "latin-1") -> bytes:
    """The bytes of EDIFACT segments (one good RETANN if none are given)."""
    lines = unb(unh()) if segments is None else segments
    return (una + "".join(line + end for line in lines)).encode(codec)


def codes(read: Segments) -> list[str]:
    """The codes of the findings, in order."""
    return list(read.findings["code"].to_pylist())


def records(read: Segments) -> list[tuple[str, list[tuple[int, int, int, str]]]]:
    """Every segment as its tag and its values: (element, repetition, component, text)."""
    values = read.values
    texts = text(read, pa.array(range(values.num_rows))).to_pylist()
    positions = zip(*(values[name].to_pylist() for name in ("element", "repetition", "component")), texts, strict=True)
    found: list[tuple[str, list[tuple[int, int, int, str]]]] = [(tag, []) for tag in read.segments["tag"].to_pylist()]
    for segment, value in zip(values["segment"].to_pylist(), positions, strict=True):
        found[segment][1].append(value)
    return found
