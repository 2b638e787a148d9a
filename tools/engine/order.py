"""The order of the ways to an engine, and what is said when none leads there.

1. The user's own `pulumi`, on PATH.
2. What an earlier run left in the per-user cache.
3. Pulumi's official release.
4. A build from Go modules.
"""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

from tools.engine import cache, installed, pins, progress, ways
from tools.engine.errors import EngineNotFoundError, UnavailableError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path


def locate(installer: Sequence[str] | None = None) -> Path:
    """The folder of a Pulumi engine that works: put it first on PATH.

    Progress and explanations go to stderr. The first call on a machine can take minutes.

    Args:
        installer: A command to use instead of the download of the official release.

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

    # Not at the top: an engine that is there is found without them.
    def install(stage: Path) -> None:
        from tools.engine import official  # noqa: PLC0415

        official.install(stage, installer or official.INSTALLER)

    def compile_(stage: Path) -> None:
        from tools.engine import build  # noqa: PLC0415

        build.build(stage, entry.work)

    entry = cache.engine()
    made = {"Pulumi's official release": install, "a build from Go modules": compile_}
    found = ways.first(entry, made, tried)
    if found is None:
        raise _nothing_worked(tried)
    return found


def _nothing_worked(tried: dict[str, str]) -> EngineNotFoundError:
    minimum = ".".join(str(part) for part in pins.MINIMUM)
    obstacles = "\n".join(f"  - {name}: {reason}" for name, reason in tried.items())
    return EngineNotFoundError(
        f"No Pulumi engine could be found or made. Install Pulumi {minimum} or newer and put it on"
        f" PATH (https://www.pulumi.com/docs/install), or remove one of these obstacles:\n{obstacles}"
    )
