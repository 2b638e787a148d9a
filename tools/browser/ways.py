"""The two ways to a browser on a machine that has none: Debian's package and playwright's own."""

from __future__ import annotations

import os
import re
import shutil
import sys
from typing import TYPE_CHECKING

from tools.browser import installed
from tools.engine import progress
from tools.engine.errors import UnavailableError
from tools.engine.process import follow

if TYPE_CHECKING:
    from pathlib import Path

PACKAGE = "chromium"


def debian() -> Path:
    """The browser of Debian's package, which is installed now.

    Raises:
        UnavailableError: This is no machine for it, or the package cannot be had.
    """
    if shutil.which("apt-get") is None:
        raise UnavailableError("there is no apt-get")
    if os.geteuid() != 0:
        raise UnavailableError(f"only root may do so; run `sudo apt-get install {PACKAGE}`")
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    # Another apt-get may be under way; by default this one would give up at once.
    apt = ["apt-get", "--quiet", "--yes", "-o", "DPkg::Lock::Timeout=300"]
    with progress.step("Asking Debian for its list of packages"):
        follow([*apt, "update"], env=environment)
    with progress.step(f"Installing Debian's package {PACKAGE}, about 100 MB"):
        follow([*apt, "install", "--no-install-recommends", PACKAGE], env=environment)
    return installed.on_path()


def playwright() -> Path:
    """The browser that playwright downloads into the user's cache.

    Raises:
        UnavailableError: It cannot be downloaded, or lacks libraries of the system.
    """
    with progress.step("Having playwright download its Chromium, about 170 MB"):
        try:
            follow([sys.executable, "-m", "playwright", "install", "chromium"])
        except UnavailableError as failure:
            # Of all that Node.js says about a failure, one line is about its cause.
            cause = re.search(r"Error: ([^|]+?) *(?:\||$)", str(failure))
            raise UnavailableError(cause[1] if cause else str(failure)) from failure
    return installed.of_playwright()
