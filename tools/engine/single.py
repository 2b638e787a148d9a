"""One program compiled from Go modules, kept in the cache: built once per machine."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from tools.engine import cache, pins, ways
from tools.engine.errors import UnavailableError

if TYPE_CHECKING:
    from pathlib import Path


def locate(binary: pins.Binary, *, version: str, what: str, takes: str, space: int) -> Path:
    """The program, from the cache or compiled into it.

    Args:
        binary: The program.
        version: What its place in the cache is called by, for people who look there.
        what: What it is, in words.
        takes: How long it takes to build, in words.
        space: The bytes that its build comes to.

    Raises:
        UnavailableError: There is none and none can be built; the message names each way on a line.
    """
    name = pins.entry_name(f"{binary.name}-{version}", [binary])

    def require(folder: Path) -> None:
        if not os.access(folder / binary.name, os.X_OK):
            raise UnavailableError(f"{binary.name} missing in {folder}")

    entry = cache.Entry(cache.root() / name, what, require)

    def compile_(stage: Path) -> None:
        # Not at the top: a program that is there is found without it.
        from tools.engine.compiling import Compiler  # noqa: PLC0415

        compiler = Compiler.get(entry.work, space=space, what=f"the {what}", takes=takes)
        (stage / "bin").mkdir()
        compiler.compile(binary, stage / "bin")

    tried: dict[str, str] = {}
    found = ways.first(entry, {"a build from Go modules": compile_}, tried)
    if found is None:
        raise UnavailableError("\n".join(f"  - {way}: {reason}" for way, reason in tried.items()))
    return found / binary.name
