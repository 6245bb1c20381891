"""Open this when the pass over a large batch misses a delimiter: many bytes looked at in one go.

These are what ``vectors`` does with the processor's wide registers; here they say in plain Python what comes out.
"""

from mappings.formats.cut_columns import Bytes, Ints

BLOCK = 64  # bytes: as many as an integer has bits
WORD = 16  # bytes that a short value has at most


def sure(at: int) -> int:
    """A place in an array that is known to be none counted from its end, which need not be asked for each time."""
    return at


def digits_in(buffer: Bytes, at: int) -> int:
    """The places of digits among the WORD bytes from here: the nth is bit n."""
    return sum(1 << place for place, byte in enumerate(buffer[at : at + WORD].tolist()) if 48 <= byte <= 57)


def word_at(buffer: Bytes, at: int) -> int:
    """The eight bytes from here as a number, the first one counting most; below zero where that is beyond ASCII."""
    return int.from_bytes(buffer[at : at + 8].tobytes(), "big", signed=True)


def delimiters_in(buffer: Bytes, at: int, a: int, b: int, c: int, d: int, e: int) -> int:
    """The places of these bytes, and of all control characters, among the BLOCK bytes from here: the nth is bit n."""
    found = 0
    for place in range(BLOCK):
        byte = int(buffer[at + place])
        if byte < 32 or byte == a or byte == b or byte == c or byte == d or byte == e:
            found |= 1 << place
    return found


def letters_in(buffer: Bytes, at: int, a: int, b: int, c: int) -> int:
    """The places where these three follow one another, and begin among the BLOCK bytes from here: the nth is bit n."""
    found = 0
    for place in range(at, at + BLOCK):
        if buffer[place] == a and buffer[place + 1] == b and buffer[place + 2] == c:
            found |= 1 << place - at
    return found


def find_signs(buffer: Bytes, a: int, b: int, c: int, into: Ints) -> int:
    """How often these three bytes follow one another, and where: in order, as many as there is room for."""
    count, at, end = 0, 0, buffer.size - 2
    while at < end:
        if at + BLOCK > end:
            found = 1 if buffer[at] == a and buffer[at + 1] == b and buffer[at + 2] == c else 0
            step = 1
        else:
            found, step = letters_in(buffer, at, a, b, c), BLOCK
        while found != 0:
            if count < into.size:
                into[count] = at + lowest(found)
            count += 1
            found &= found - 1
        at += step
    return count


def copy_block(buffer: Bytes, at: int, into: Bytes, to: int) -> int:
    """Copy the BLOCK bytes from here to there; gives how many that are."""
    into[to : to + BLOCK] = buffer[at : at + BLOCK]
    return BLOCK


def lowest(bits: int) -> int:
    """The place of the lowest bit that is set; there must be one."""
    return (bits & -bits).bit_length() - 1
