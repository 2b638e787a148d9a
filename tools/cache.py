"""The per-user cache that keeps what is installed or built once per machine.

<root>/<key>/         the finished thing. It appears in one rename, so what is there is whole
<root>/<key>.stage/   one in the making; whatever is found there is thrown away
<root>/<key>.work/    modules and compiled packages of a build, kept when it is interrupted, so
                      that the next one goes on from there; gone when it is finished
<root>/<key>.lock     held by the one process that writes any of these
"""

from __future__ import annotations

import contextlib
import os
import shutil
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import platformdirs

from tools import progress
from tools.errors import ToolError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

OVERRIDE = "SIPGATE_ENGINE_CACHE"


def root() -> Path:
    """The folder of the whole cache; it may not exist yet."""
    override = os.environ.get(OVERRIDE)
    if override:
        return Path(override).absolute()
    return platformdirs.user_cache_path("sipgate-provider") / "engine"


@contextlib.contextmanager
def alone(key: str, noun: str) -> Iterator[None]:
    """Only one process at a time is in this block; another one says that it waits."""
    # Not at the top: what is there is found without it.
    from filelock import FileLock, Timeout  # noqa: PLC0415

    root().mkdir(parents=True, exist_ok=True)
    lock = FileLock(root() / f"{key}.lock")
    try:
        lock.acquire(timeout=0)
    except Timeout:
        progress.say(
            f"Another process is getting the {noun}. Waiting for it to finish; then its result is used."
        )
        with progress.step("Waiting for the other process"):
            lock.acquire()
    try:
        yield
    finally:
        lock.release()


class Entry(NamedTuple):
    """The cache's place for one thing.

    Attributes:
        key: What it is called in the cache.
        require: Raises ToolError unless the path it is given holds all of it, and it works.
        inside: The path below its folder that is answered with.
    """

    key: str
    require: Callable[[Path], None]
    inside: str = "bin"

    @property
    def home(self) -> Path:
        """The folder in which it is or will be."""
        return root() / self.key

    @property
    def stage(self) -> Path:
        """Where it is put together."""
        return root() / f"{self.key}.stage"

    @property
    def work(self) -> Path:
        """Where a build keeps what it can go on from."""
        return root() / f"{self.key}.work"

    def find(self) -> Path:
        """The finished thing.

        Raises:
            ToolError: There is none yet, or it is broken.
        """
        if not self.home.exists():
            raise ToolError(f"nothing was installed or built yet in {self.home}")
        self.require(self.home / self.inside)
        self._sweep()
        return self.home / self.inside

    def fill(self, way: Callable[[Path], None]) -> Path:
        """What the way puts into the empty folder it is given is kept, if it is whole and works.

        Raises:
            ToolError: The way led nowhere, or what it left is not whole or does not run.
        """
        shutil.rmtree(self.stage, ignore_errors=True)
        self.stage.mkdir(parents=True)
        try:
            way(self.stage)
            self.require(self.stage / self.inside)
            # Only a broken one can be in the way: a working one would have been used.
            shutil.rmtree(self.home, ignore_errors=True)
            self.stage.replace(self.home)
        finally:
            shutil.rmtree(self.stage, ignore_errors=True)
        self._sweep()
        return self.home / self.inside

    def _sweep(self) -> None:
        """Removes what a build no longer needs: its modules and compiled packages are gigabytes."""
        if self.work.exists():
            with progress.step("Removing what only the build needed"):
                shutil.rmtree(self.work, ignore_errors=True)
