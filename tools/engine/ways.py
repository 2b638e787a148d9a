"""What is made once per machine: it is in the cache, else the first way that works puts it there."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tools.engine import progress
from tools.engine.errors import UnavailableError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from tools.engine.cache import Entry

    Way = Callable[[Path], None]
    """Puts the programs into the folder `bin` of an empty folder, or raises UnavailableError."""


def first(entry: Entry, ways: Mapping[str, Way], tried: dict[str, str]) -> Path | None:
    """The folder of the entry's programs; None if no way leads there.

    Args:
        entry: The place in the cache.
        ways: How it can be filled, by name, in the order in which they are tried.
        tried: Gets the reason for each way that failed.
    """
    try:
        found = entry.find()
    except UnavailableError as reason:
        tried["the cache"] = str(reason)
    else:
        if not entry.work.exists():
            return found
    try:
        with entry.alone():
            return _cached(entry) or _made(entry, ways, tried)
    except OSError as error:
        tried["writing the cache"] = f"{error}; name another folder in SIPGATE_ENGINE_CACHE"
        return None


def _cached(entry: Entry) -> Path | None:
    """What another process has put there meanwhile, or before; cleans up behind it."""
    try:
        found = entry.find()
    except UnavailableError:
        return None
    entry.sweep()
    return found


def _made(entry: Entry, ways: Mapping[str, Way], tried: dict[str, str]) -> Path | None:
    attempts = (_attempt(name, way, entry, tried) for name, way in ways.items())
    found = next(filter(None, attempts), None)
    if found:
        entry.sweep()
        progress.say(f"The {entry.noun} is in {found}.")
    return found


def _attempt(name: str, way: Way, entry: Entry, tried: dict[str, str]) -> Path | None:
    """The folder of what a way leads to; if it leads nowhere, that is noted."""
    try:
        with entry.staged() as stage:
            way(stage)
            return entry.adopt()
    except UnavailableError as reason:
        tried[name] = str(reason)
        progress.say(f"No {entry.noun} by {name}: {reason}.")
        return None
