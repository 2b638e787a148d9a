"""The per-user cache that keeps an engine, or another program, once it was installed or built.

<root>/<key>/bin/     the finished programs. They appear in one rename, so what is there is whole
<root>/<key>.stage/   programs in the making; whatever is found there is thrown away
<root>/<key>.work/    modules, compiled packages and toolchain of a build, kept when it is
                      interrupted, so that the next one goes on from there
<root>/<key>.lock     held by the one process that writes any of these
"""

from __future__ import annotations

import contextlib
import os
import shutil
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import platformdirs

from tools.engine import installed, pins, progress
from tools.engine.errors import UnavailableError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

OVERRIDE = "SIPGATE_ENGINE_CACHE"


def root() -> Path:
    """The folder of the whole cache; it may not exist yet."""
    override = os.environ.get(OVERRIDE)
    if override:
        return Path(override).absolute()
    return platformdirs.user_cache_path("sipgate-provider") / "engine"


class Entry(NamedTuple):
    """The cache's place for one engine or other thing that is made once per machine.

    Attributes:
        home: The folder in which it is or will be.
        noun: What a person calls it.
        require: Raises UnavailableError unless the folder it is given holds all of it, and it works.
        folder: The folder below `home` that is looked for and answered with.
    """

    home: Path
    noun: str
    require: Callable[[Path], None]
    folder: str = "bin"

    @property
    def stage(self) -> Path:
        """Where it is put together."""
        return self.home.with_name(f"{self.home.name}.stage")

    @property
    def work(self) -> Path:
        """Where a build keeps what it can go on from."""
        return self.home.with_name(f"{self.home.name}.work")

    def find(self) -> Path:
        """The finished folder.

        Raises:
            UnavailableError: There is none yet, or it is broken.
        """
        if not self.home.exists():
            raise UnavailableError(f"nothing was installed or built yet in {self.home}")
        self.require(self.home / self.folder)
        return self.home / self.folder

    @contextlib.contextmanager
    def staged(self) -> Iterator[Path]:
        """An empty folder to put it together in; gone afterwards unless adopted."""
        shutil.rmtree(self.stage, ignore_errors=True)
        self.stage.mkdir(parents=True)
        try:
            yield self.stage
        finally:
            shutil.rmtree(self.stage, ignore_errors=True)

    def adopt(self) -> Path:
        """What is staged is finished, in one rename; answers with its folder.

        Raises:
            UnavailableError: What is staged is not whole or does not run.
        """
        self.require(self.stage / self.folder)
        # Only a broken one can be in the way: a working one would have been used.
        shutil.rmtree(self.home, ignore_errors=True)
        self.stage.replace(self.home)
        return self.home / self.folder

    def sweep(self) -> None:
        """Removes what a build no longer needs: its modules and compiled packages are gigabytes."""
        if self.work.exists():
            with progress.step("Removing what only the build needed"):
                shutil.rmtree(self.work, ignore_errors=True)

    @contextlib.contextmanager
    def alone(self) -> Iterator[None]:
        """Only one process at a time is in this block; another one says that it waits."""
        self.home.parent.mkdir(parents=True, exist_ok=True)
        waiting = (
            f"Another process is getting the {self.noun} into {self.home}."
            " Waiting for it to finish; then its result is used."
        )
        with progress.alone(self.home.with_name(f"{self.home.name}.lock"), waiting):
            yield


def engine() -> Entry:
    """The place of the pinned engine for this platform."""
    return Entry(
        root() / pins.key(), "engine", lambda folder: installed.require(folder, pins.PROGRAMS)
    )
