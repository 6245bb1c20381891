"""Open this when an ERP is asked too often: how many requests go out in a time, and the pauses that it asks for."""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

from schemas.errors import TransientError

PAUSE_SECONDS_MAX = 30.0  # a longer pause is not slept through: the work is left, and tried again by a later run
_PAUSE_SECONDS_FIRST = 1.0  # where the ERP says that it is busy and not for how long; doubled each time


@dataclass(frozen=True, slots=True)
class Rate:
    """So many requests in so many seconds, at most, by one process."""

    requests: int = 10
    seconds: float = 1.0


class Throttle:
    """A token bucket: it holds a rate's requests, and fills evenly. Any number of threads may share it."""

    def __init__(
        self,
        rate: Rate = Rate(),
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._rate = rate
        self._clock = clock
        self._sleep = sleep
        self._lock = threading.Lock()
        self._tokens = float(rate.requests)
        self._filled_at = clock()
        self._paused_until = clock()
        self._busy = 0

    def wait(self, name: str) -> None:
        """Return when a request may go out. TransientError: the ERP asked for a longer pause than we sleep."""
        with self._lock:
            now = self._clock()
            pause = self._paused_until - now
            if pause > PAUSE_SECONDS_MAX:
                raise TransientError(
                    f"{name} asked for a pause, of which {pause:.0f} s are left; nothing was sent. "
                    "Next: nothing, it is tried again after that."
                )
            filling = self._rate.requests / self._rate.seconds
            self._tokens = min(self._rate.requests, self._tokens + (now - self._filled_at) * filling) - 1
            self._filled_at = now
            delay = max(0.0, pause, -self._tokens / filling)
        if delay:
            self._sleep(delay)

    def pause(self, seconds: float | None) -> None:
        """Let nothing out for so many seconds; None: longer each time, until something is answered again."""
        with self._lock:
            if seconds is None:
                seconds = min(_PAUSE_SECONDS_FIRST * 2**self._busy, PAUSE_SECONDS_MAX)
            self._busy += 1
            self._paused_until = max(self._paused_until, self._clock() + seconds)

    def answered(self) -> None:
        """Something was answered that was no refusal to listen."""
        with self._lock:
            self._busy = 0
