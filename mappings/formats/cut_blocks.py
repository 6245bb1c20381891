"""Open this when the pass over a large batch misses a delimiter: many bytes looked at in one go.

These are what ``vectors`` does with the processor's wide registers; here they say in plain Python what comes out.
"""

from mappings.formats.cut_columns import Bytes

BLOCK = 64  # bytes: as many as an integer has bits


def delimiters_in(buffer: Bytes, at: int, a: int, b: int, c: int, d: int, e: int) -> int:
    """The places of these bytes, and of all control characters, among the BLOCK bytes from here: the nth is bit n."""
    found = 0
    for place in range(BLOCK):
        byte = int(buffer[at + place])
        if byte < 32 or byte == a or byte == b or byte == c or byte == d or byte == e:
            found |= 1 << place
    return found


def lowest(bits: int) -> int:
    """The place of the lowest bit that is set; there must be one."""
    return (bits & -bits).bit_length() - 1
