"""Open this when letters come out wrong: which character set a partner's bytes are really in.

A declared character set is believed only as far as the bytes bear it out: declared set, then UTF-8, then cp1252.
"""

import codecs
from functools import cache

import numpy as np
import pyarrow as pa

# UNB S001 0001 (syntax level) to the codec of its character set. A and B are subsets of ISO 646.
SYNTAX_LEVELS: dict[str, str] = {
    "UNOA": "ascii", "UNOB": "ascii", "UNOC": "iso8859-1", "UNOD": "iso8859-2", "UNOE": "iso8859-5",
    "UNOF": "iso8859-7", "UNOG": "iso8859-3", "UNOH": "iso8859-4", "UNOI": "iso8859-6", "UNOJ": "iso8859-8",
    "UNOK": "iso8859-9", "UNOW": "utf-8", "UNOY": "utf-8",
}  # fmt: skip

_BELOW_C1_END = -0x60  # C1 controls are 0x80 to 0x9F: as signed bytes, whatever is below 0xA0
_EVERY_BYTE = 256

Data = bytes | memoryview  # a view saves copying what is large


def actual(data: Data, declared: str | None) -> str:
    """The codec that decodes these bytes without error: the declared one if they bear it out, else the best guess.

    Bytes that are valid UTF-8 with letters beyond ASCII are UTF-8 whatever an 8-bit set declares: no 8-bit text is
    that by chance. C1 control characters give away cp1252 that calls itself ISO 8859.
    """
    if _is_ascii(data):
        return declared if declared and (not _is_wide(declared) or _fits(data, declared)) else "utf-8"
    order = ["utf-8", "cp1252", "latin-1"]  # latin-1 takes every byte, so the last one always fits
    if declared and _is_wide(declared):
        order.insert(0, declared)
    elif declared and not (_is_iso_8859(declared) and _holds_c1(data)):
        order.insert(1, declared)
    return next(codec for codec in order if _fits(data, codec))


def is_as_declared(codec: str, declared: str | None, data: Data) -> bool:
    """Whether the codec found is the declared one, or the difference cannot be seen in these bytes."""
    return (declared is not None and _same(codec, declared)) or _is_ascii(data)


def _is_ascii(data: Data) -> bool:
    return data.isascii() if isinstance(data, bytes) else _lowest(data) >= 0


def _lowest(data: Data) -> int:
    """The lowest of the bytes as signed numbers: those beyond ASCII are below 0, C1 controls lowest."""
    return int(np.frombuffer(data, np.int8).min(initial=0))


def _fits(data: Data, codec: str) -> bool:
    if codec == "utf-8":
        return _is_utf8(data)
    if letters := _letters(codec):
        return len(letters) == _EVERY_BYTE or not bytes(data).translate(None, letters)
    try:
        bytes(data).decode(codec)
    except UnicodeDecodeError:
        return False
    return True


def _is_utf8(data: Data) -> bool:
    """Whether the bytes are UTF-8, which Arrow sees many times faster than decoding them shows."""
    ends = pa.py_buffer(np.array([0, len(data)], np.int64))
    try:
        pa.Array.from_buffers(pa.large_string(), 1, [None, ends, pa.py_buffer(data)]).validate(full=True)
    except pa.ArrowInvalid:
        return False
    return True


@cache
def _letters(codec: str) -> bytes:
    """The bytes that an 8-bit character set has letters for; empty for a set in which a letter may take several."""
    if not codecs.lookup(codec).name.startswith(("cp125", "cp437", "cp85", "iso8859", "latin")):
        return b""

    def has_letter(byte: int) -> bool:
        try:
            bytes([byte]).decode(codec)
        except UnicodeDecodeError:
            return False
        return True

    return bytes(byte for byte in range(256) if has_letter(byte))


@cache
def _same(one: str, other: str) -> bool:
    return codecs.lookup(one).name == codecs.lookup(other).name


@cache
def _is_iso_8859(codec: str) -> bool:
    return codecs.lookup(codec).name.startswith("iso8859")


@cache
def _is_wide(codec: str) -> bool:
    return codecs.lookup(codec).name.startswith(("utf-16", "utf-32"))


def _holds_c1(data: Data) -> bool:
    return _lowest(data) < _BELOW_C1_END
