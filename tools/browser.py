"""Finds or installs Chromium, for the tests that need a browser, and prints its path.

The first of these that works is used:

  1. the browser that SIPGATE_TEST_BROWSER names; if it does not work, this is an error
  2. chromium, chromium-browser or google-chrome on PATH
  3. the browser that playwright has downloaded before
  4. Debian's package chromium, installed with apt-get if you are root
  5. a download by `playwright install chromium`
"""

from __future__ import annotations

import re
import shutil
import sys
from pathlib import Path

from tools import debian, progress, requirement
from tools.errors import ToolError
from tools.process import answer, follow

OVERRIDE = "SIPGATE_TEST_BROWSER"
_NAMES = ("chromium", "chromium-browser", "google-chrome")


def locate() -> Path:
    """Returns the path of a Chromium that works.

    Raises:
        ToolError: None was found and none could be installed.
    """
    return requirement.from_environment(OVERRIDE, "browser", _checked) or _BROWSER.locate()


def _on_path() -> Path:
    found = filter(None, map(shutil.which, _NAMES))
    return requirement.first_suitable(found, _checked, f"there is no {', '.join(_NAMES)} on PATH")


def _of_playwright() -> Path:
    # Imported here, since a browser on PATH does not need it.
    try:
        from playwright.sync_api import sync_playwright  # noqa: PLC0415
    except ImportError:
        raise ToolError("the Python package playwright is not installed") from None
    with sync_playwright() as playwright:
        path = playwright.chromium.executable_path
    if not Path(path).exists():
        raise ToolError("playwright has installed none yet")
    return _checked(path)


def _from_debian() -> Path:
    debian.install("chromium", "about 100 MB")
    return _on_path()


def _from_playwright() -> Path:
    with progress.step("Downloading Chromium with playwright, about 170 MB"):
        try:
            follow([sys.executable, "-m", "playwright", "install", "chromium"])
        except ToolError as failure:
            # One line of Node.js's output names the cause.
            cause = re.search(r"Error: ([^|]+?) *(?:\||$)", str(failure))
            raise ToolError(cause[1] if cause else str(failure)) from failure
    return _of_playwright()


def _checked(browser: str) -> Path:
    """Returns the absolute path of a browser.

    Raises:
        ToolError: It does not exist, does not run, or is not a Chromium.
    """
    found = shutil.which(browser)
    if found is None:
        raise ToolError(f"{browser} does not exist or is not executable")
    said = answer([found, "--version"])
    # Ubuntu's /usr/bin/chromium-browser can be a script that recommends to install a snap.
    if not re.search(r"\bChrom(e|ium)\b.*\d+\.\d+", said):
        raise ToolError(f"`{found} --version` prints {said.strip()!r}")
    return Path(found).absolute()


_BROWSER = requirement.Requirement(
    "browser",
    "browser",
    f"Install Chromium and put it on PATH, or set {OVERRIDE} to its path",
    {"PATH": _on_path, "playwright's cache": _of_playwright},
    {"Debian's package": _from_debian, "`playwright install chromium`": _from_playwright},
)
