"""The simulator's own time, so that a test can let a token expire without waiting for it."""

from __future__ import annotations

import time


class Clock:
    """Runs like a clock on the wall, and can be moved forward."""

    def __init__(self) -> None:
        self._moved = 0.0

    def now(self) -> float:
        """Seconds since an arbitrary start; it never runs backwards."""
        return time.monotonic() + self._moved

    def time(self) -> float:
        """What the clock on the wall shows, in seconds since 1970, moved as far forward."""
        return time.time() + self._moved

    def advance(self, seconds: float) -> None:
        """It is this many seconds later.

        Raises:
            ValueError: `seconds` is negative.
        """
        if seconds < 0:
            raise ValueError("Time runs forward only.")
        self._moved += seconds
