"""The one way in which everything is got: it is there, else it is made, by the first way that works.

Nothing is said of what is there. Where something has to be made, only one process does so; the others wait for it.
Why a way led nowhere is said when it was tried, and all reasons together in the end.
"""

from __future__ import annotations

import os
from functools import partial
from typing import TYPE_CHECKING, NamedTuple, TypeVar

from tools import cache, progress
from tools.errors import ToolError, UnsuitableError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from pathlib import Path

    Ways = Mapping[str, Callable[[], Path]]
    """By name and in order, what answers with a path or raises ToolError."""


Candidate = TypeVar("Candidate")


class Thing(NamedTuple):
    """What can be got.

    Attributes:
        key: What its lock is called in the cache.
        noun: What a person calls it.
        advice: What somebody can do who does without the ways to make it.
        found: The ways to one that is there.
        made: The ways to a new one.
    """

    key: str
    noun: str
    advice: str
    found: Ways
    made: Ways

    def locate(self) -> Path:
        """Where it is, which may have taken minutes; progress and explanations go to stderr.

        Raises:
            ToolError: No way led there; the message names each, why it failed and what to do.
        """
        tried: dict[str, str] = {}
        if found := self._first(self.found, tried):
            return found
        try:
            with cache.alone(self.key, self.noun):
                # Another process may have made it meanwhile.
                found = self._first(self.found, tried) or self._first(self.made, tried, told=True)
        except OSError as error:
            tried["writing the cache"] = f"{error}; name another folder in {cache.OVERRIDE}"
        if found:
            progress.say(f"The {self.noun} is in {found}.")
            return found
        # A reason can be such a list itself.
        reasons = (f"  - {name}: {reason}".replace("\n", "\n  ") for name, reason in tried.items())
        raise ToolError(
            f"There is no {self.noun}. {self.advice}, or remove one of these obstacles:\n"
            + "\n".join(reasons)
        )

    def _first(self, ways: Ways, tried: dict[str, str], *, told: bool = False) -> Path | None:
        """What the first way that works leads to; why the others do not is noted."""

        def attempt(name: str, way: Callable[[], Path]) -> Path | None:
            try:
                return way()
            except ToolError as reason:
                if told or (isinstance(reason, UnsuitableError) and tried.get(name) != str(reason)):
                    progress.say(f"No {self.noun} by {name}: {reason}.")
                tried[name] = str(reason)
                return None

        return next(filter(None, (attempt(name, way) for name, way in ways.items())), None)


def cached(
    entry: cache.Entry, noun: str, advice: str, made: Mapping[str, Callable[[Path], None]]
) -> Thing:
    """What the cache has, or one of these ways puts into an empty folder of it."""
    ways = {name: partial(entry.fill, way) for name, way in made.items()}
    return Thing(entry.key, noun, advice, {"the cache": entry.find}, ways)


def named(variable: str, noun: str, check: Callable[[str], Path]) -> Path | None:
    """What a variable of the environment names; no other one is taken for one that does not work.

    Raises:
        ToolError: It names none that works.
    """
    name = os.environ.get(variable)
    try:
        return check(name) if name else None
    except ToolError as reason:
        raise ToolError(f"{variable} names no {noun}: {reason}.") from reason


def first_of(
    candidates: Iterable[Candidate], check: Callable[[Candidate], Path], none: str
) -> Path:
    """The first candidate that the check takes.

    Raises:
        ToolError: There is none; the message holds what is wrong with each, or says that there is `none`.
    """
    reasons = []

    def attempt(candidate: Candidate) -> Path | None:
        try:
            return check(candidate)
        except ToolError as reason:
            reasons.append(str(reason))
            return None

    found = next(filter(None, map(attempt, candidates)), None)
    if found is None:
        raise ToolError("; ".join(reasons) or none)
    return found
