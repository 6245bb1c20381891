"""Open this when you ask what the compiled way through a large batch notes, and where it stands: its columns."""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int64]
Bytes = npt.NDArray[np.uint8]
Marks = npt.NDArray[np.uint32]

# Why `cut` came back.
DONE, AT_END, NO_ROOM, HEADER, IRREGULAR, PAUSE = range(6)

# What a byte is inside an interchange, beside the kinds of marks in `cuts` (whose END is the terminator's).
TEXT, RELEASE, LINE_BREAK, STRANGE = 16, 17, 18, 19

# What a segment is to the walk. PASSED stands between messages (TA1); RESTART begins another interchange.
CONTENT, GROUP_OPEN, GROUP_CLOSE, MESSAGE_OPEN, MESSAGE_CLOSE, INTERCHANGE_CLOSE, RESTART, PASSED = range(8)

# Where the walk stands, in an array of its own so that it can stop and go on.
(
    AT, FILE, FILE_END, LIMIT, INSIDE, SEGMENTS, MARKS, MESSAGES, GROUPS, INTERCHANGES, EVENTS, GROUP, MESSAGE,
    LAST_END, GROUPS_HERE, MESSAGES_HERE, IN_GROUP, SCOPE, SURE, PAUSE_AT, STATE_SIZE,
) = range(21)  # fmt: skip

# Columns of what is noted of an interchange. Delimiters are bytes, -1 where there is none; DECLARED is -1 where the
# trailer states no number.
(
    I_FILE, I_START, I_END, I_BEHIND, I_LIMIT, I_COMPLETE, I_DECLARED, I_ELEMENT, I_COMPONENT, I_TERMINATOR, I_RELEASE,
    I_REPETITION, I_CONTROL, I_CONTROL_END, I_SEGMENTS, I_MARKS, I_MESSAGES, I_GROUPS, I_EVENTS,
    I_RESUME, I_GROUP, I_IN_GROUP, I_GROUPS_HERE, I_MESSAGES_HERE, I_SIZE,
) = range(25)  # fmt: skip
G_INTERCHANGE, G_START, G_HEADER_END, G_END, G_DECLARED, G_CONTROL, G_CONTROL_END, G_SIZE = range(8)
(
    M_INTERCHANGE, M_GROUP, M_START, M_END, M_FIRST, M_COUNT, M_DECLARED, M_READABLE, M_CONTROL, M_CONTROL_END, M_TYPE,
    M_TYPE_END, M_SCOPE, M_SIZE,
) = range(14)  # fmt: skip

# What is wrong, and what is noted of it: the segment at which the walk stood, the place, group and message by which a
# person finds it, the message it is of, then two spans or numbers for its text.
(
    OUTSIDE, TOO_MANY, MESSAGE_COUNT, MESSAGE_CONTROL, GROUP_COUNT, GROUP_CONTROL, ENV_COUNT, ENV_CONTROL,
    MESSAGE_OPEN_STILL, GROUP_OPEN_STILL, ENV_CUT, MESSAGE_CUT,
) = range(12)  # fmt: skip
(
    E_CODE, E_WALK, E_START, E_END, E_INTERCHANGE, E_GROUP, E_MESSAGE, E_A, E_A_END, E_B, E_B_END, E_NUMBER,
    E_SIZE,
) = range(13)  # fmt: skip

TAG_BYTES_MAX = 8
TAG_SLOTS = 1024  # a power of two; no directory has half as many tags
ODD_TAG, BAD_TAG = -1, -2  # a tag of other characters than letters and digits; one that only the plain way can read


class Room(NamedTuple):
    """Segments and marks as they fill up, as in ``cuts``; a tag may be ODD_TAG. How many there are is in the state."""

    message: npt.NDArray[np.int32]
    tag: npt.NDArray[np.int32]
    start: Ints
    end: Ints
    first_mark: Ints
    mark_at: Marks
    mark_kind: Bytes


class Rows(NamedTuple):
    """What stands around the segments, row by row; the columns are those above."""

    interchanges: Ints
    groups: Ints
    messages: Ints
    events: Ints


class Rules(NamedTuple):
    """What is given: the files, where unmistakable headers begin, the service tags of the standard and their kinds.

    ``slots`` are the tags seen, ``kinds`` what they are to the walk, ``numbers`` their numbers in the order in which
    they came, and behind these how many there are. ``meaning`` is what bytes are in the interchange being read.
    """

    is_x12: bool
    group_is_required: bool
    starts: Ints
    ends: Ints
    sure: Ints
    service_tags: Ints
    service_kinds: npt.NDArray[np.int8]
    slots: Ints
    numbers: npt.NDArray[np.int32]
    kinds: npt.NDArray[np.int8]
    meaning: Bytes
