"""The order of the ways to an engine, and what is said when none leads there.

1. The user's own `pulumi`, on PATH.
2. What an earlier run left in the per-user cache.
3. Pulumi's official installer.
4. A build from Go modules.
"""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

from tools.engine import installed, pins, progress
from tools.engine.cache import Entry
from tools.engine.errors import EngineNotFoundError, UnavailableError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path


def locate(installer: Sequence[str] | None = None) -> Path:
    """The folder of a Pulumi engine that works: put it first on PATH.

    Progress and explanations go to stderr. The first call on a machine can take minutes.

    Args:
        installer: A command to use instead of the official installer.

    Raises:
        EngineNotFoundError: No way led to an engine.
    """
    tried: dict[str, str] = {}
    try:
        return installed.on_path()
    except UnavailableError as reason:
        tried["`pulumi` on PATH"] = str(reason)
        if shutil.which("pulumi"):  # someone without one need not be told so
            progress.say(f"Not using the `pulumi` on PATH: {reason}.")
    entry = Entry.of_this_machine()
    try:
        found = entry.find()
    except UnavailableError as reason:
        tried["the cache"] = str(reason)
    else:
        if not entry.work.exists():
            return found
    try:
        with entry.alone():
            return _cached(entry) or _obtain(entry, tried, installer)
    except OSError as error:
        tried["writing the cache"] = f"{error}; name another folder in SIPGATE_ENGINE_CACHE"
        raise _nothing_worked(tried) from error


def _cached(entry: Entry) -> Path | None:
    """What another process has put there meanwhile, or before; cleans up behind it."""
    try:
        found = entry.find()
    except UnavailableError:
        return None
    entry.sweep()
    return found


def _obtain(entry: Entry, tried: dict[str, str], installer: Sequence[str] | None) -> Path:
    """Installs or builds an engine into the cache."""
    # Not at the top: an engine that is there is found without them.
    from tools.engine import build, official  # noqa: PLC0415

    def install(stage: Path) -> None:
        official.install(stage, installer or official.INSTALLER)

    def compile_(stage: Path) -> None:
        build.build(stage, entry.work)

    ways = {"Pulumi's official installer": install, "a build from Go modules": compile_}
    for name, way in ways.items():
        found = _attempt(name, way, entry, tried)
        if found:
            entry.sweep()
            progress.say(f"The engine is in {found}.")
            return found
    raise _nothing_worked(tried)


def _attempt(
    name: str, way: Callable[[Path], None], entry: Entry, tried: dict[str, str]
) -> Path | None:
    """The folder of the engine that a way leads to; if it leads nowhere, that is noted."""
    try:
        with entry.staged() as stage:
            way(stage)
            return entry.adopt()
    except UnavailableError as reason:
        tried[name] = str(reason)
        progress.say(f"No engine by {name}: {reason}.")
        return None


def _nothing_worked(tried: dict[str, str]) -> EngineNotFoundError:
    minimum = ".".join(str(part) for part in pins.MINIMUM)
    ways = "\n".join(f"  - {name}: {reason}" for name, reason in tried.items())
    return EngineNotFoundError(
        f"No Pulumi engine could be found or made. Install Pulumi {minimum} or newer and put it on"
        f" PATH (https://www.pulumi.com/docs/install), or remove one of these obstacles:\n{ways}"
    )
