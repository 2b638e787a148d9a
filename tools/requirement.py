"""Finds or installs what a tool needs: an existing one if there is one, else by the first installer that works.

An existing one is used without a word. Only one process installs; the others wait for it. Each installer's failure is
reported when it happens, and all of them together in the final error.
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

    Sources = Mapping[str, Callable[[], Path]]
    """Functions by name, in order, that return the path or raise ToolError."""


Candidate = TypeVar("Candidate")


class Requirement(NamedTuple):
    """A program or folder that a tool needs.

    Attributes:
        key: The name of its lock in the cache.
        noun: What messages call it.
        advice: What to do if it cannot be installed, without a period.
        existing: Where it may be already.
        installers: How to install it.
    """

    key: str
    noun: str
    advice: str
    existing: Sources
    installers: Sources

    def locate(self) -> Path:
        """Returns its path, after an installation that may take minutes. Progress goes to stderr.

        Raises:
            ToolError: None was found and none could be installed; the message has all reasons and the advice.
        """
        failures: dict[str, str] = {}
        if found := self._first(self.existing, failures):
            return found
        try:
            with cache.alone(self.key, self.noun):
                # Another process may have installed it meanwhile.
                found = self._first(self.existing, failures) or self._first(
                    self.installers, failures, reported=True
                )
        except OSError as error:
            failures["writing the cache"] = f"{error}; set {cache.OVERRIDE} to another folder"
        if found:
            progress.say(f"The {self.noun} is in {found}.")
            return found
        # A reason can be such a list itself.
        reasons = (
            f"  - {name}: {reason}".replace("\n", "\n  ") for name, reason in failures.items()
        )
        raise ToolError(
            f"There is no {self.noun}. {self.advice}, or remove one of these obstacles:\n"
            + "\n".join(reasons)
        )

    def _first(
        self, sources: Sources, failures: dict[str, str], *, reported: bool = False
    ) -> Path | None:
        """Returns the first path, and adds the reasons of the sources that failed to `failures`."""

        def attempt(name: str, source: Callable[[], Path]) -> Path | None:
            try:
                return source()
            except ToolError as reason:
                unsuitable = isinstance(reason, UnsuitableError)
                if reported or (unsuitable and failures.get(name) != str(reason)):
                    progress.say(f"No {self.noun} by {name}: {reason}.")
                failures[name] = str(reason)
                return None

        attempts = (attempt(name, source) for name, source in sources.items())
        return next(filter(None, attempts), None)


def cached(
    entry: cache.Entry, noun: str, advice: str, installers: Mapping[str, Callable[[Path], None]]
) -> Requirement:
    """Returns the requirement for an entry of the cache. Each installer gets an empty folder to fill."""
    fillers = {name: partial(entry.fill, install) for name, install in installers.items()}
    return Requirement(entry.key, noun, advice, {"the cache": entry.find}, fillers)


def from_environment(variable: str, noun: str, check: Callable[[str], Path]) -> Path | None:
    """Returns the path in an environment variable, or None if the variable is not set.

    Raises:
        ToolError: The check rejects the path.
    """
    name = os.environ.get(variable)
    try:
        return check(name) if name else None
    except ToolError as reason:
        raise ToolError(f"{variable} does not name a {noun} that works: {reason}.") from reason


def first_suitable(
    candidates: Iterable[Candidate], check: Callable[[Candidate], Path], none: str
) -> Path:
    """Returns the path of the first candidate that the check accepts.

    Raises:
        ToolError: There is none. The message has the reason for each candidate, or is `none` without candidates.
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
