"""The simulator's clock, so that a test can let a token expire without waiting."""

from __future__ import annotations

import time


class Clock:
    """A clock that can be advanced."""

    def __init__(self) -> None:
        self._moved = 0.0

    def now(self) -> float:
        """Returns monotonic time, in seconds since an arbitrary start."""
        return time.monotonic() + self._moved

    def time(self) -> float:
        """Returns wall-clock time, in seconds since 1970, advanced like `now`."""
        return time.time() + self._moved

    def advance(self, seconds: float) -> None:
        """Advances the clock by this many seconds.

        Raises:
            ValueError: `seconds` is negative.
        """
        if seconds < 0:
            raise ValueError("The clock cannot go backwards: seconds must not be negative.")
        self._moved += seconds
