"""The two ways to a browser on a machine that has none: Debian's package and playwright's own."""

from __future__ import annotations

import re
import sys
from typing import TYPE_CHECKING

from tools import debian as debian_packages
from tools.browser import installed
from tools.engine import progress
from tools.engine.errors import UnavailableError
from tools.engine.process import follow

if TYPE_CHECKING:
    from pathlib import Path


def debian() -> Path:
    """The browser of Debian's package, which is installed now.

    Raises:
        UnavailableError: This is no machine for it, or the package cannot be had.
    """
    debian_packages.install("chromium", "about 100 MB")
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
