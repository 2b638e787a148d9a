"""When each call of one creation comes, sends, gets its response and ends, and when a thread has nothing to do."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from statistics import quantiles

from benchmarks.life import Conditions, measured, measured_life

_COMMAND = "create"


@dataclass(frozen=True)
class Call:
    """One call of the engine; moments are seconds since the command's start.

    Attributes:
        thread: The number of its thread, from 0.
        arrived: When it came to the process.
        began: When a thread took it.
        requests: Method, and when each request left and when its response came.
        ended: When the thread was done with it.
    """

    thread: int
    arrived: float
    began: float
    requests: tuple[tuple[str, float, float], ...]
    ended: float

    @property
    def sent(self) -> float:
        """When its last request left."""
        return self.requests[-1][1]

    @property
    def answered(self) -> float:
        """When the response to its last request came."""
        return self.requests[-1][2]


@dataclass(frozen=True)
class Trace:
    """The creation of all clients by one contender.

    Attributes:
        contender: Its name.
        conditions: What it met.
        seconds: How long the whole command took.
        calls: In the order in which they began.
    """

    contender: str
    conditions: Conditions
    seconds: float
    calls: tuple[Call, ...]

    @property
    def threads(self) -> list[list[Call]]:
        """The calls of each thread, in order."""
        by_thread: defaultdict[int, list[Call]] = defaultdict(list)
        for call in self.calls:
            by_thread[call.thread].append(call)
        return list(by_thread.values())


def trace(contender: str, conditions: Conditions, engine: Path) -> Trace:
    """Creates all clients once and records the calls."""
    (lap,), lines = measured_life(measured(contender), conditions, engine, (_COMMAND,))
    lines = sorted(
        (line for line in lines if line["call"] == _COMMAND), key=lambda line: line["began"]
    )
    threads = {
        name: place for place, name in enumerate(dict.fromkeys(line["thread"] for line in lines))
    }
    calls = tuple(
        Call(
            threads[line["thread"]],
            line["arrived"] - lap.began,
            line["began"] - lap.began,
            tuple(
                (method, left - lap.began, came - lap.began)
                for method, left, came in line["requests"]
            ),
            line["ended"] - lap.began,
        )
        for line in lines
    )
    return Trace(contender, conditions, lap.seconds, calls)


_ROWS = (
    "the first call comes, s",
    "the last call ends, s",
    "the command ends, s",
    "requests under way, mean",
    "a call waits for a thread, ms",
    "… from there to its POST, ms",
    "… from POST to response, ms",
    "… from there to its end, ms",
    "a thread waits for its next call, ms",
)


def table(traces: Sequence[Trace]) -> str:
    """The figures as Markdown."""
    columns = [_column(one) for one in traces]
    names = [f"{one.contender}, {len(one.threads)} threads" for one in traces]
    lines = [
        f"\nOne creation, {traces[0].conditions}: median, and nine tenths are below",
        f"| | {' | '.join(names)} |",
        "|---|" + "---|" * len(traces),
    ]
    lines += [
        f"| {label} | {' | '.join(cells)} |"
        for label, cells in zip(_ROWS, zip(*columns, strict=True), strict=True)
    ]
    return "\n".join(lines) + "\n"


def _column(one: Trace) -> list[str]:
    first, last = one.calls[0].arrived, max(call.ended for call in one.calls)
    network = sum(came - left for call in one.calls for _, left, came in call.requests)
    return [
        f"{first:.2f}",
        f"{last:.2f}",
        f"{one.seconds:.2f}",
        f"{network / (last - first):.2f}",
        _spread(call.began - call.arrived for call in one.calls),
        _spread(call.sent - call.began for call in one.calls),
        _spread(call.answered - call.sent for call in one.calls),
        _spread(call.ended - call.answered for call in one.calls),
        _spread(
            following.began - call.ended
            for calls in one.threads
            for call, following in pairwise(calls)
        ),
    ]


def _spread(seconds: Iterable[float]) -> str:
    """The median and what nine tenths are below, in milliseconds, and the sum in seconds."""
    values = list(seconds)
    if len(values) < 2:  # noqa: PLR2004  one has no spread
        return "too few"
    tenths = quantiles(values, n=10, method="inclusive")
    return f"{1000 * tenths[4]:.1f}, {1000 * tenths[8]:.1f} (sum {sum(values):.2f} s)"
