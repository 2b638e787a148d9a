"""Compiles programs from Go modules. Each program has a `go.mod` and `go.sum` that pin its modules.

So a build has the same result everywhere, and Go verifies every module.

A build has module and build caches of its own rather than the user's, so that it can remove these gigabytes, which
nothing else would use, when it is complete. The user's module cache would save a minute at most, and only after an
earlier build of the same version.
"""

from __future__ import annotations

import os
import shutil
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from tools import cache, golang, progress, requirement
from tools.engine import pins
from tools.errors import ToolError
from tools.process import follow

if TYPE_CHECKING:
    from collections.abc import Mapping


class Compiler(NamedTuple):
    """Go, with the folder from which an interrupted build resumes."""

    go: str
    work: Path
    environment: Mapping[str, str]

    @classmethod
    def get(cls, work: Path, *, space: int, what: str, takes: str) -> Compiler:
        """Finds or installs Go and announces the build.

        Args:
            work: The folder for modules and compiled packages.
            space: The bytes that the build needs there, including the linker's temporary files.
            what: What is built, for the announcement.
            takes: How long the build takes, for the announcement.

        Raises:
            ToolError: There is too little space, or Go cannot be installed.
        """
        resumed = work.exists()
        work.mkdir(parents=True, exist_ok=True)
        _require_space(work, space)
        progress.say(
            f"Resuming the interrupted build of {what}."
            if resumed
            else f"Building {what} from its Go modules: about {takes}, once per machine."
        )
        temporary = work / "tmp"
        # Otherwise the leftovers of killed linkers would fill the machine's temporary folder.
        shutil.rmtree(temporary, ignore_errors=True)
        temporary.mkdir()
        variables = {**golang.environment(work), "GOTMPDIR": str(temporary)}
        return cls(str(golang.locate()), work, variables)

    def compile(self, binary: pins.Binary, folder: Path) -> None:
        """Puts the program into the folder, compiled now or by an earlier build.

        Raises:
            CommandFailedError: Go failed.
        """
        done = self.work / "bin" / binary.name
        if not done.exists():
            done.parent.mkdir(exist_ok=True)
            # Renamed when complete, so that the leftover of a killed linker is not used.
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

            # "Stale" packages are not compiled yet. After an interruption these are the rest.
            stale = ["list", "-deps", "-f", "{{.Stale}}"]
            answer = follow(
                [self.go, *stale, *flags, binary.package],
                cwd=binary.pins,
                env=self.environment,
                on_line=fetching,
            )
            fetched.total = fetched.done  # go.mod also lists modules without a needed package
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
        """Returns the folder of a module's files, in the version that the program is built with.

        Raises:
            CommandFailedError: Go failed.
        """
        command = [self.go, "list", "-mod=readonly", "-m", "-f", "{{.Dir}}", module]
        return Path(follow(command, cwd=binary.pins, env=self.environment).strip())


def _require_space(work: Path, space: int) -> None:
    """Raises ToolError if the file system lacks room for the rest of the build."""
    used = sum(path.lstat().st_size for path in work.rglob("*"))
    free, needed = shutil.disk_usage(work).free, space - used
    if free < needed:
        raise ToolError(
            f"the build needs {needed / 1e9:.1f} GB in {work.parent}, and {free / 1e9:.1f} GB are"
            f" free; make room, or set {cache.OVERRIDE} to another folder"
        )


def single(binary: pins.Binary, version: str, noun: str, advice: str) -> requirement.Requirement:
    """Returns the requirement for one program, which is compiled once per machine.

    Args:
        binary: The program.
        version: The version in the name of its cache entry, for people who look into the cache.
        noun: What messages call it.
        advice: What to do if the build fails, without a period.
    """

    def require(program: Path) -> None:
        if not os.access(program, os.X_OK):
            raise ToolError(f"{program} is missing")

    key = pins.entry_name(f"{binary.name}-{version}", [binary])
    entry = cache.Entry(key, require, f"bin/{binary.name}")
    return requirement.cached(
        entry, noun, advice, {"a build from Go modules": partial(_build, entry, binary, noun)}
    )


def _build(entry: cache.Entry, binary: pins.Binary, noun: str, stage: Path) -> None:
    # 1.8 GB in the end, and the linker's temporary files.
    compiler = Compiler.get(entry.work, space=2_500_000_000, what=f"the {noun}", takes="2 minutes")
    (stage / "bin").mkdir()
    compiler.compile(binary, stage / "bin")
