"""Programs compiled from Go modules, each pinned by a `go.mod` and `go.sum` of its own.

So what is built is the same everywhere, and Go verifies every module against them.

Modules and compiled packages go into caches of the build's own, not the user's: gigabytes that
nothing else would use again can be removed when the programs are there, which among a user's own
files they could not. Reading the user's module cache would save a minute at most, and only for
someone who has built this very version before.
"""

from __future__ import annotations

import os
import shutil
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from tools import cache, golang, progress, ways
from tools.engine import pins
from tools.errors import ToolError
from tools.process import follow

if TYPE_CHECKING:
    from collections.abc import Mapping


class Compiler(NamedTuple):
    """A Go, and where it keeps everything that a later build can go on from."""

    go: str
    work: Path
    environment: Mapping[str, str]

    @classmethod
    def get(cls, work: Path, *, space: int, what: str, takes: str) -> Compiler:
        """One that works; the person who waits knows what for.

        Args:
            work: Where it keeps what it fetches and compiles.
            space: The bytes that this comes to, with the linker's temporary files.
            what: What is built, in words.
            takes: How long, in words.

        Raises:
            ToolError: There is too little space, or no Go.
        """
        resumed = work.exists()
        work.mkdir(parents=True, exist_ok=True)
        _require_space(work, space)
        progress.say(
            f"Going on with the build of {what} that was interrupted."
            if resumed
            else f"Building {what} from its Go modules: about {takes}, once per machine."
        )
        temporary = work / "tmp"
        # What a killed linker leaves would otherwise fill the machine's temporary folder.
        shutil.rmtree(temporary, ignore_errors=True)
        temporary.mkdir()
        variables = {**golang.environment(work), "GOTMPDIR": str(temporary)}
        return cls(str(golang.locate()), work, variables)

    def compile(self, binary: pins.Binary, folder: Path) -> None:
        """The program is in the folder; its modules are fetched, unless an earlier build has compiled it.

        Raises:
            ToolError: Go failed.
        """
        done = self.work / "bin" / binary.name
        if not done.exists():
            done.parent.mkdir(exist_ok=True)
            # Renamed when whole, so that what a killed linker leaves is not taken for it.
            part = done.with_name(f"{done.name}.part")
            self._compile(binary, part)
            part.replace(done)
        shutil.copy2(done, folder)

    def _compile(self, binary: pins.Binary, target: Path) -> None:
        flags = ["-mod=readonly", "-trimpath", "-ldflags", binary.ldflags]
        pinned = sum(" v" in line for line in (binary.pins / "go.mod").read_text().splitlines())
        with progress.step(f"Fetching modules of {binary.name}", "modules", pinned) as fetched:

            def fetching(line: str) -> None:
                if line.startswith("go: downloading"):
                    fetched.advance()

            # "Stale" is what is not compiled yet: after an interruption only the rest is counted.
            stale = ["list", "-deps", "-f", "{{.Stale}}"]
            answer = follow(
                [self.go, *stale, *flags, binary.package],
                cwd=binary.pins,
                env=self.environment,
                on_line=fetching,
            )
            fetched.total = fetched.done  # go.mod also names modules of which no package is needed
        packages = answer.split()
        with progress.step(f"Compiling {binary.name}", "packages", len(packages)) as compiled:
            compiled.done = packages.count("false")
            follow(
                [self.go, "build", "-v", *flags, "-o", str(target), binary.package],
                cwd=binary.pins,
                env=self.environment,
                on_line=lambda _: compiled.advance(),
            )
            compiled.done = len(packages)

    def source_of(self, module: str, binary: pins.Binary) -> Path:
        """The folder with a module's files, in the version that the program is built with.

        Raises:
            ToolError: Go failed.
        """
        command = [self.go, "list", "-mod=readonly", "-m", "-f", "{{.Dir}}", module]
        return Path(follow(command, cwd=binary.pins, env=self.environment).strip())


def _require_space(work: Path, space: int) -> None:
    """Holds when the file system has room for what the build has still to write."""
    used = sum(path.lstat().st_size for path in work.rglob("*"))
    free, needed = shutil.disk_usage(work).free, space - used
    if free < needed:
        raise ToolError(
            f"the build needs {needed / 1e9:.1f} GB in {work.parent} and {free / 1e9:.1f} GB are"
            f" free; make room, or name another folder in {cache.OVERRIDE}"
        )


def single(binary: pins.Binary, version: str, noun: str, advice: str) -> ways.Thing:
    """One program, compiled once per machine.

    Args:
        binary: The program.
        version: What its place in the cache is called by, for people who look there.
        noun: What a person calls it.
        advice: What somebody can do who does without the build.
    """

    def require(program: Path) -> None:
        if not os.access(program, os.X_OK):
            raise ToolError(f"{program} is missing")

    key = pins.entry_name(f"{binary.name}-{version}", [binary])
    entry = cache.Entry(key, require, f"bin/{binary.name}")
    return ways.cached(
        entry, noun, advice, {"a build from Go modules": partial(_build, entry, binary, noun)}
    )


def _build(entry: cache.Entry, binary: pins.Binary, noun: str, stage: Path) -> None:
    # 1.8 GB at the end, and the linker's temporary files.
    compiler = Compiler.get(entry.work, space=2_500_000_000, what=f"the {noun}", takes="2 minutes")
    (stage / "bin").mkdir()
    compiler.compile(binary, stage / "bin")
