"""The per-user cache of what is installed or built once per machine.

<root>/<key>/         the complete entry, put there by one rename
<root>/<key>.stage/   an entry under construction; leftovers are removed
<root>/<key>.work/    modules and compiled packages of a build. An interrupted build keeps them,
                      and the next one resumes from them; a complete build removes them
<root>/<key>.lock     held by the process that writes any of these
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
    """Returns the cache folder, which may not exist yet."""
    override = os.environ.get(OVERRIDE)
    if override:
        return Path(override).absolute()
    return platformdirs.user_cache_path("sipgate-provider") / "engine"


@contextlib.contextmanager
def alone(key: str, noun: str) -> Iterator[None]:
    """Lets one process at a time into the block. A second one announces that it waits."""
    # Imported here, since finding a complete entry does not need it.
    from filelock import FileLock, Timeout  # noqa: PLC0415

    root().mkdir(parents=True, exist_ok=True)
    lock = FileLock(root() / f"{key}.lock")
    try:
        lock.acquire(timeout=0)
    except Timeout:
        progress.say(
            f"Another process is installing the {noun}. Waiting for it to finish, to use its result."
        )
        with progress.step("Waiting for the other process"):
            lock.acquire()
    try:
        yield
    finally:
        lock.release()


class Entry(NamedTuple):
    """An entry of the cache.

    Attributes:
        key: Its name in the cache.
        require: Raises ToolError unless what is at the path is complete and works.
        inside: The path within the entry that callers get.
    """

    key: str
    require: Callable[[Path], None]
    inside: str = "bin"

    @property
    def home(self) -> Path:
        """The folder of the complete entry."""
        return root() / self.key

    @property
    def stage(self) -> Path:
        """The folder of the entry under construction."""
        return root() / f"{self.key}.stage"

    @property
    def work(self) -> Path:
        """The folder from which an interrupted build resumes."""
        return root() / f"{self.key}.work"

    def find(self) -> Path:
        """Returns the path of the complete entry.

        Raises:
            ToolError: There is none yet, or it is broken.
        """
        if not self.home.exists():
            raise ToolError(f"nothing has been installed in {self.home} yet")
        self.require(self.home / self.inside)
        self._sweep()
        return self.home / self.inside

    def fill(self, install: Callable[[Path], None]) -> Path:
        """Creates the entry: calls `install` with an empty folder, checks the result and keeps it.

        Raises:
            ToolError: The installation failed, or its result is incomplete or does not work.
        """
        shutil.rmtree(self.stage, ignore_errors=True)
        self.stage.mkdir(parents=True)
        try:
            install(self.stage)
            self.require(self.stage / self.inside)
            # An entry that is there is broken: a working one would have been used.
            shutil.rmtree(self.home, ignore_errors=True)
            self.stage.replace(self.home)
        finally:
            shutil.rmtree(self.stage, ignore_errors=True)
        self._sweep()
        return self.home / self.inside

    def _sweep(self) -> None:
        """Removes the gigabytes of modules and compiled packages that only the build needed."""
        if self.work.exists():
            with progress.step("Removing the build's modules and packages"):
                shutil.rmtree(self.work, ignore_errors=True)
