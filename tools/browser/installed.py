"""A browser that is there: the one that is named, one on PATH, or the one that playwright keeps."""

from __future__ import annotations

import os
import re
import shutil
from pathlib import Path

from tools.engine.errors import UnavailableError
from tools.engine.process import answer

OVERRIDE = "SIPGATE_TEST_BROWSER"
NAMES = ("chromium", "chromium-browser", "google-chrome")


def named() -> Path | None:
    """The browser that the environment names; None if it names none.

    Raises:
        UnavailableError: What it names does not work.
    """
    name = os.environ.get(OVERRIDE)
    return checked(name) if name else None


def on_path() -> Path:
    """The first browser on PATH that works.

    Raises:
        UnavailableError: There is none; the message says why.
    """
    reasons = []
    for name in NAMES:
        found = shutil.which(name)
        if found is None:
            continue
        try:
            return checked(found)
        except UnavailableError as reason:
            reasons.append(str(reason))
    raise UnavailableError("; ".join(reasons) or f"there is no {', '.join(NAMES)} on PATH")


def of_playwright() -> Path:
    """The browser that `playwright install chromium` has put where playwright keeps its own.

    Raises:
        UnavailableError: There is none, or no playwright.
    """
    # Not at the top: a browser on PATH is found without it, and it starts a process of its own.
    try:
        from playwright.sync_api import sync_playwright  # noqa: PLC0415
    except ImportError:
        raise UnavailableError("the Python package playwright is not installed") from None
    with sync_playwright() as playwright:
        path = playwright.chromium.executable_path
    if not Path(path).exists():
        raise UnavailableError("playwright has installed none yet")
    return checked(path)


def checked(browser: str) -> Path:
    """The path of a browser that says its version.

    Raises:
        UnavailableError: It is not there, does not run, or is no Chromium.
    """
    found = shutil.which(browser)
    if found is None:
        raise UnavailableError(f"{browser} is not there or cannot be run")
    said = answer([found, "--version"])
    # Ubuntu's /usr/bin/chromium-browser can be a script that only says to install a snap.
    if not re.search(r"\bChrom(e|ium)\b.*\d+\.\d+", said):
        raise UnavailableError(f"`{found} --version` answers {said.strip()!r}")
    return Path(found).absolute()
