"""Open this when a process holds more memory, or spends more time on getting it, than you expect.

The C library gives large blocks back to the system as soon as they are free, and takes them anew for the next batch:
each page of them is then made and cleared again, which is a tenth of the time of reading a batch.
"""

import ctypes

import pyarrow as pa

_MMAP_THRESHOLD, _TRIM_THRESHOLD = -3, -1  # of mallopt, as glibc numbers them
_LARGEST, _KEPT = 1 << 30, 256 << 20


def keep_memory() -> bool:
    """Keep up to 256 MB of what was freed for the next batch, from here on; False where the C library cannot be told.

    What a process holds at its peak stays the same.
    """
    try:
        tell = ctypes.CDLL(None).mallopt
    except (AttributeError, OSError, TypeError):
        return False  # another C library than glibc
    return bool(tell(_MMAP_THRESHOLD, _LARGEST)) and bool(tell(_TRIM_THRESHOLD, _KEPT))


def give_back() -> None:
    """What was freed, to the system: behind something large that is made once in a while."""
    pa.default_memory_pool().release_unused()
    try:
        trim = ctypes.CDLL(None).malloc_trim
    except (AttributeError, OSError, TypeError):
        return  # another C library than glibc
    trim(0)
