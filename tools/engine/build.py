"""The engine, built from its Go modules: for where only package registries can be reached."""

from __future__ import annotations

import shutil
from pathlib import Path

from tools.engine import pins
from tools.engine.compiling import Compiler

_SPACE = 5_000_000_000  # 4.1 GB at the end, and the linker's temporary files


def build(stage: Path, work: Path) -> None:
    """Builds every program of the engine into `stage/bin`.

    Args:
        stage: An empty folder.
        work: Where everything is kept that a later build can go on from.

    Raises:
        UnavailableError: There is too little space, no Go, or Go failed.
    """
    compiler = Compiler.get(work, space=_SPACE, what="the engine", takes="5 minutes")
    folder = stage / "bin"
    folder.mkdir()
    for binary in pins.BINARIES:
        compiler.compile(binary, folder)
    sdk = compiler.source_of(pins.SDK, pins.BINARIES[0])
    for script in pins.SCRIPTS:
        copy = Path(shutil.copy(sdk / script, folder))
        copy.chmod(0o755)  # a module holds no file modes
