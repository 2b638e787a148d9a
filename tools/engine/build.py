"""The engine, built from its Go modules: for where only package registries can be reached.

Each program has a `go.mod` and `go.sum` of its own below `go/`, so what is built is the same
everywhere, and Go verifies every module against them.

Modules and compiled packages go into caches of the build's own, not the user's: 3 GB that nothing
else would use again can be removed when the engine is there, which among a user's own files they
could not. Reading the user's module cache would save a minute at most, and only for someone who
has built this very version before.
"""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

from tools.engine import pins, progress, toolchain
from tools.engine.errors import UnavailableError
from tools.engine.process import follow

if TYPE_CHECKING:
    from collections.abc import Mapping

_SPACE = 5_000_000_000  # 3.3 GB at the end, and the linker's temporary files


def build(stage: Path, work: Path) -> None:
    """Builds every program of the engine into `stage/bin`.

    Args:
        stage: An empty folder.
        work: Where everything is kept that a later build can go on from.

    Raises:
        UnavailableError: There is too little space, no Go, or Go failed.
    """
    resumed = work.exists()
    work.mkdir(parents=True, exist_ok=True)
    _require_space(work)
    progress.say(
        "Going on with the build of the engine that was interrupted."
        if resumed
        else "Building the engine from its Go modules: about 5 minutes, once per machine."
    )
    env = _environment(work)
    go = toolchain.find(work)
    (stage / "bin").mkdir()
    for binary in pins.BINARIES:
        _compile(go, binary, work / "bin", env)
        shutil.copy2(work / "bin" / binary.name, stage / "bin")
    command = [go, "list", "-mod=readonly", "-m", "-f", "{{.Dir}}", pins.SDK]
    sdk = Path(follow(command, cwd=pins.BINARIES[0].pins, env=env).strip())
    for script in pins.SCRIPTS:
        copy = Path(shutil.copy(sdk / script, stage / "bin"))
        copy.chmod(0o755)  # a module holds no file modes


def _require_space(work: Path) -> None:
    """Holds when the file system has room for what the build has still to write."""
    used = sum(path.lstat().st_size for path in work.rglob("*"))
    free, needed = shutil.disk_usage(work).free, _SPACE - used
    if free < needed:
        raise UnavailableError(
            f"the build needs {needed / 1e9:.1f} GB in {work.parent} and {free / 1e9:.1f} GB are"
            " free; make room, or name another folder in SIPGATE_ENGINE_CACHE"
        )


def _environment(work: Path) -> dict[str, str]:
    """The user's environment, proxies and all, with what would change the build overruled."""
    temporary = work / "tmp"
    # What a killed linker leaves would otherwise fill the machine's temporary folder.
    shutil.rmtree(temporary, ignore_errors=True)
    temporary.mkdir()
    foreign = {"GOROOT", "GOOS", "GOARCH", "GOEXPERIMENT"}
    kept = {name: value for name, value in os.environ.items() if name not in foreign}
    return {
        **kept,
        "GOMODCACHE": str(work / "modules"),
        "GOCACHE": str(work / "compiled"),
        "GOTMPDIR": str(temporary),
        # Go makes its modules read-only, and then nobody can simply delete them.
        "GOFLAGS": f"{kept.get('GOFLAGS', '')} -modcacherw".strip(),
        "GO111MODULE": "on",
        "GOWORK": "off",
        "GOTOOLCHAIN": "local",
        # As the official release is: no C compiler needed, no dependency on the machine's libc.
        "CGO_ENABLED": "0",
    }


def _compile(go: str, binary: pins.Binary, bins: Path, env: Mapping[str, str]) -> None:
    """Fetches the modules of one program and compiles it, unless an earlier build has."""
    target = bins / binary.name
    if target.exists():
        return
    bins.mkdir(exist_ok=True)
    flags = ["-mod=readonly", "-trimpath", "-ldflags", binary.ldflags]
    pinned = sum(" v" in line for line in (binary.pins / "go.mod").read_text().splitlines())
    with progress.step(f"Fetching modules of {binary.name}", "modules", pinned) as fetched:

        def fetching(line: str) -> None:
            if line.startswith("go: downloading"):
                fetched.advance()

        # "Stale" is what is not compiled yet: after an interruption only the rest is counted.
        stale = ["list", "-deps", "-f", "{{.Stale}}"]
        answer = follow(
            [go, *stale, *flags, binary.package], cwd=binary.pins, env=env, on_line=fetching
        )
        fetched.total = fetched.done  # go.mod also names modules of which no package is needed
    packages = answer.split()
    with progress.step(f"Compiling {binary.name}", "packages", len(packages)) as compiled:
        compiled.done = packages.count("false")
        part = target.with_name(f"{target.name}.part")
        follow(
            [go, "build", "-v", *flags, "-o", str(part), binary.package],
            cwd=binary.pins,
            env=env,
            on_line=lambda _: compiled.advance(),
        )
        compiled.done = len(packages)
    part.replace(target)
