"""The official distribution, downloaded and verified, held to a bound.

`download` runs in a process of its own, which can be ended whatever it waits for. What its folder
grows by says both how far it is and whether it is still alive.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

from tools.engine import pins, progress
from tools.engine.errors import UnavailableError
from tools.engine.process import started

if TYPE_CHECKING:
    from collections.abc import Sequence

# Called with the folder to install into and the version. Its last line is what went wrong.
INSTALLER = (sys.executable, str(Path(__file__).with_name("download.py")))


def install(
    stage: Path,
    installer: Sequence[str] = INSTALLER,
    *,
    connect: float = 15,
    stall: float = 60,
) -> None:
    """Puts the official distribution into `stage/bin`.

    Args:
        stage: An empty folder.
        installer: The command that installs; called with the folder and the version.
        connect: Seconds in which the first byte must have arrived.
        stall: Seconds in which, from then on, some further byte must have arrived.

    Raises:
        UnavailableError: The network does not answer, or the installer failed.
    """
    progress.say(f"Downloading Pulumi's official release {pins.VERSION}: minutes at most.")
    # It downloads into the temporary folder and unpacks from there: inside the stage both are
    # seen to grow, and neither is left behind.
    downloads = stage / "tmp"
    downloads.mkdir()
    with (
        tempfile.TemporaryFile("w+", errors="replace") as said,
        progress.step("Downloading", "MB") as shown,
        started(
            [*installer, str(stage), pins.VERSION],
            stdout=said,
            stderr=said,
            cwd=stage,
            env={**os.environ, "TMPDIR": str(downloads), "PULUMI_SKIP_UPDATE_CHECK": "true"},
        ) as child,
    ):
        size, patience, deadline = 0, connect, time.monotonic() + connect
        while child.poll() is None:
            time.sleep(0.1)
            now = _size(stage)
            if now != size:
                size, patience, deadline = now, stall, time.monotonic() + stall
                shown.done = size // 1_000_000
            elif time.monotonic() > deadline:
                raise UnavailableError(f"the network gave no answer within {patience:g} s")
        if child.returncode:
            said.seek(0)
            lines = [line.strip() for line in said if line.strip()]
            raise UnavailableError(" | ".join(lines[-4:]) or "the installer said nothing")
    shutil.rmtree(downloads)


def _size(folder: Path) -> int:
    """The bytes in a folder that changes meanwhile."""
    total = 0
    for place, _, files in os.walk(folder):
        for file in files:
            with contextlib.suppress(FileNotFoundError):  # it was there a moment ago
                total += (Path(place) / file).lstat().st_size
    return total
