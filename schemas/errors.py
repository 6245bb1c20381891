"""Open this when you raise or catch: the exceptions of Backhaul, grouped by who has to act.

    BackhaulError
    ├── ConfigError      a file of ours is wrong: a partner, a mapping, a setting    → correct the file
    ├── TransientError   the world is busy or away; the work is tried again, bounded → nobody, until the bound
    ├── PermanentError   trying again cannot help                                    → a person
    └── UncertainError   we do not know whether the other side did it                → look, never repeat

What is wrong *inside* a partner's file is never an exception: it is a finding (schemas/findings.py).
"""


class BackhaulError(Exception):
    """Everything Backhaul raises. The text is written for an operator and ends with the next step."""


class ConfigError(BackhaulError):
    """A file of ours is wrong. Names the file, and the line and key where they are known."""


class TransientError(BackhaulError):
    """The outside world did not answer or was busy. The work is left as it was and is tried again."""


class PermanentError(BackhaulError):
    """Trying again cannot help; the text says what a person must do."""


class UncertainError(BackhaulError):
    """A request may or may not have taken effect. Whoever catches it looks before doing anything again."""
