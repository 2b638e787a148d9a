"""Gets a Chromium onto this machine, for the tests that need a browser.

It is the first of these that works:

  1. the one that SIPGATE_TEST_BROWSER names; if it does not work, no other is taken for it
  2. chromium, chromium-browser or google-chrome on PATH
  3. what playwright has downloaded before
  4. Debian's package chromium, which is installed where you are root and have apt-get
  5. what `playwright install chromium` downloads

It prints the path of the browser.
"""

from __future__ import annotations

import re
import shutil
import sys
from pathlib import Path

from tools import debian, progress, ways
from tools.errors import ToolError
from tools.process import answer, follow

OVERRIDE = "SIPGATE_TEST_BROWSER"
_NAMES = ("chromium", "chromium-browser", "google-chrome")


def locate() -> Path:
    """A Chromium that works.

    Raises:
        ToolError: No way led to one.
    """
    return ways.named(OVERRIDE, "browser", _checked) or _BROWSER.locate()


def _on_path() -> Path:
    found = filter(None, map(shutil.which, _NAMES))
    return ways.first_of(found, _checked, f"there is no {', '.join(_NAMES)} on PATH")


def _of_playwright() -> Path:
    # Not at the top: a browser on PATH is found without it, and it starts a process of its own.
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
    with progress.step("Having playwright download its Chromium, about 170 MB"):
        try:
            follow([sys.executable, "-m", "playwright", "install", "chromium"])
        except ToolError as failure:
            # Of all that Node.js says about a failure, one line is about its cause.
            cause = re.search(r"Error: ([^|]+?) *(?:\||$)", str(failure))
            raise ToolError(cause[1] if cause else str(failure)) from failure
    return _of_playwright()


def _checked(browser: str) -> Path:
    """The path of a browser that says its version.

    Raises:
        ToolError: It is not there, does not run, or is no Chromium.
    """
    found = shutil.which(browser)
    if found is None:
        raise ToolError(f"{browser} is not there or cannot be run")
    said = answer([found, "--version"])
    # Ubuntu's /usr/bin/chromium-browser can be a script that only says to install a snap.
    if not re.search(r"\bChrom(e|ium)\b.*\d+\.\d+", said):
        raise ToolError(f"`{found} --version` answers {said.strip()!r}")
    return Path(found).absolute()


_BROWSER = ways.Thing(
    "browser",
    "browser",
    f"Install Chromium and put it on PATH, or name one in {OVERRIDE}",
    {"PATH": _on_path, "playwright's cache": _of_playwright},
    {"Debian's package": _from_debian, "`playwright install chromium`": _from_playwright},
)
