"""The npm packages, once per machine: what the lock file names is in the cache, or is installed there."""

from __future__ import annotations

import hashlib
import os
import re
import shutil
from pathlib import Path

from tools.engine import cache, progress, ways
from tools.engine.errors import CommandFailedError, UnavailableError
from tools.engine.process import follow
from tools.typescript.errors import TypeScriptNotFoundError
from tools.typescript.node import node

FOLDER = Path(__file__).resolve().parents[2] / "tests" / "typescript"
PINS = ("package.json", "package-lock.json")
# What the tests name; the rest is there if these are, since the folder appears in one rename.
NEEDED = ("typescript/bin/tsc", "@pulumi/pulumi/package.json", "@types/node/package.json")


def locate() -> Path:
    """The folder `node_modules` with the packages.

    Progress and explanations go to stderr. The first call on a machine can take a minute.

    Raises:
        TypeScriptNotFoundError: There is no Node.js, or npm could not install.
    """
    digest = hashlib.sha256(b"".join((FOLDER / name).read_bytes() for name in PINS))
    home = cache.root() / f"typescript-{digest.hexdigest()[:12]}"
    entry = cache.Entry(home, "folder of npm packages", _require, "node_modules")
    tried: dict[str, str] = {}
    found = ways.first(entry, {"`npm ci`": _install}, tried)
    if found is None:
        obstacles = "\n".join(f"  - {name}: {reason}" for name, reason in tried.items())
        raise TypeScriptNotFoundError(
            "The npm packages of the TypeScript tests could not be installed. See that npm reaches its registry"
            f" (`npm ping`; a mirror is set with `npm config set registry`):\n{obstacles}"
        )
    return found


def _require(folder: Path) -> None:
    missing = [name for name in NEEDED if not (folder / name).exists()]
    if missing:
        raise UnavailableError(f"{', '.join(missing)} missing in {folder}")


def _install(stage: Path) -> None:
    """`npm ci` into the folder. No package's scripts are run: none of these needs its own."""
    for name in PINS:
        shutil.copy2(FOLDER / name, stage)
    found = node()
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
            raise UnavailableError(cause[1] if cause else str(failure)) from failure
