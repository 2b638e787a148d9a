"""Says which of two contenders is faster, from times that were taken in pairs.

Each round runs all contenders, so that a round's ratio cancels what else the machine did. The ratio is that of Hodges
and Lehmann, the median of the means of all pairs of rounds, and its interval the one that belongs to Wilcoxon's
signed-rank test: it holds the true ratio in at least 95 of 100 races, and a round that another process has disturbed
moves it little (Hollander, Wolfe and Chicken, Nonparametric Statistical Methods, 3.1 to 3.3).

An interval is narrow enough when it says something: when its ends lie within `WIDTH` of each other, or when it lies
beyond a tenth. To stop as soon as an interval excludes 1 would find a difference where there is none, since one would
look often enough. To stop when it is narrow does not.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate, combinations_with_replacement
from statistics import median

LEAST_ROUNDS = 6
"""With fewer, no interval holds the ratio in 95 of 100 races."""
WIDTH = 0.06
_CONFIDENCE = 0.95
_FAR = 0.1


@dataclass(frozen=True)
class Interval:
    """A ratio of times and the interval that holds it."""

    ratio: float
    low: float
    high: float

    @classmethod
    def of(cls, times: Sequence[float], others: Sequence[float]) -> Interval:
        """The ratio of `times` to the `others` of the same rounds.

        Raises:
            ValueError: There are fewer than `LEAST_ROUNDS`.
        """
        logs = [math.log(one / other) for one, other in zip(times, others, strict=True)]
        if len(logs) < LEAST_ROUNDS:
            raise ValueError(f"An interval needs {LEAST_ROUNDS} rounds.")
        means = sorted(sum(pair) / 2 for pair in combinations_with_replacement(logs, 2))
        outside = _outside(len(logs))
        found = median(means), means[outside], means[-1 - outside]
        return cls(*map(math.exp, found))

    @property
    def narrow(self) -> bool:
        """Whether more rounds would say little more."""
        return self.high / self.low <= 1 + WIDTH or self.high < 1 - _FAR or self.low > 1 + _FAR

    @property
    def verdict(self) -> str:
        """`faster`, `slower`, `equal`, or `open` if the interval is too wide to say."""
        if self.high < 1:
            return "faster"
        if self.low > 1:
            return "slower"
        return "equal" if self.narrow else "open"

    def __str__(self) -> str:
        return f"{self.ratio:.2f} ({self.low:.2f} to {self.high:.2f}) {self.verdict}"


def _outside(rounds: int) -> int:
    """How many of the sorted means lie outside of the interval at each end."""
    # In how many ways ranks from 1 to `rounds`, each with a sign, have a positive sum of 0, 1, 2 …
    ways = [1]
    for rank in range(1, rounds + 1):
        ways = [
            (ways[total] if total < len(ways) else 0) + (ways[total - rank] if total >= rank else 0)
            for total in range(len(ways) + rank)
        ]
    beyond = (1 - _CONFIDENCE) / 2 * 2**rounds
    return sum(1 for below in accumulate(ways) if below <= beyond) - 1
