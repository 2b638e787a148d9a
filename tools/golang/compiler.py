"""Go, and programs compiled with it.

Modules and compiled packages are kept, unlike those of the engine: the first program takes minutes, every other one
seconds.
"""

from __future__ import annotations

from pathlib import Path

from tools.engine import cache, compiling, pins, progress, toolchain
from tools.engine.errors import UnavailableError
from tools.engine.process import follow
from tools.golang.errors import GoNotFoundError


def locate() -> Path:
    """Go: that on PATH if it is new enough, else that of PyPI.

    Raises:
        GoNotFoundError: There is none.
    """
    folder = _folder()
    wanted = ".".join(map(str, pins.GO_MINIMUM))
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with cache.Entry(folder, "Go toolchain", lambda _: None).alone():
            return Path(toolchain.find(folder))
    except (UnavailableError, OSError) as reason:
        raise GoNotFoundError(
            f"No Go could be found. Install {wanted} or newer and put it on PATH: {reason}"
        ) from reason


def compiled(module: Path, package: str, program: Path, *, test: bool = False) -> Path:
    """The program of a package is compiled; answers with its path.

    Args:
        module: The folder with go.mod.
        package: The package's folder in it, as "./trial".
        program: Where the program goes.
        test: Whether it is the package's tests that are the program.

    Raises:
        GoNotFoundError: There is no Go.
        CommandFailedError: The package does not compile; the message holds what Go said.
    """
    what = ("test", "-c") if test else ("build",)
    command = [str(locate()), *what, "-trimpath", "-o", str(program), package]
    with progress.step(f"Compiling {package}; the first time takes minutes"):
        follow(command, cwd=module, env=compiling.environment(_folder()))
    return program


def _folder() -> Path:
    return cache.root() / f"golang-{pins.VERSION}"
