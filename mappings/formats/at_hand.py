"""Open this when a small batch waits for machine code to be made: which batches go the compiled way, and which the
plain one. Both give the same.

Making the machine code of a room takes up to half a minute, once on a machine, and loading it up to a second in each
process. A large batch is worth that; a small one only gains where its own room's code is at hand in this process.
"""

_at_hand: set[str] = set()


def goes_compiled(room: str, size: int, enough: int) -> bool:
    """Whether a batch of this size goes the compiled way: it is large enough, or one before it in this room was."""
    if size >= enough:
        _at_hand.add(room)
    return room in _at_hand
