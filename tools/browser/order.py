"""The order of the ways to a browser, and what is said when none leads there.

1. The browser named in SIPGATE_TEST_BROWSER: if it does not work, no other is taken for it.
2. `chromium`, `chromium-browser` or `google-chrome` on PATH.
3. What `playwright install chromium` left in the user's cache.
4. Debian's package, where one may install it.
5. `playwright install chromium`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import platformdirs

from tools.browser import installed, ways
from tools.browser.errors import BrowserNotFoundError
from tools.engine import progress
from tools.engine.errors import UnavailableError

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

FINDING = {
    "PATH": installed.on_path,
    "playwright's cache": installed.of_playwright,
}
INSTALLING = {
    "Debian's package": ways.debian,
    "`playwright install chromium`": ways.playwright,
}


def locate() -> Path:
    """A Chromium that works.

    Progress and explanations go to stderr. The first call on a machine can take minutes.

    Raises:
        BrowserNotFoundError: No way led to one.
    """
    try:
        named = installed.named()
    except UnavailableError as reason:
        raise BrowserNotFoundError(f"{installed.OVERRIDE} names no browser: {reason}.") from reason
    tried: dict[str, str] = {}
    found = named or _first(FINDING, tried)
    if found:
        return found
    folder = platformdirs.user_cache_path("sipgate-provider", ensure_exists=True)
    waiting = "Another process is installing a browser. Waiting for it to finish."
    with progress.alone(folder / "browser.lock", waiting):
        # Another process may have installed one meanwhile.
        found = _first(FINDING, tried) or _first(INSTALLING, tried, progress.say)
    if found:
        progress.say(f"The browser is {found}.")
        return found
    obstacles = "\n".join(f"  - {name}: {reason}" for name, reason in tried.items())
    raise BrowserNotFoundError(
        "No Chromium could be found or installed. Install one and put it on PATH, or name it in"
        f" {installed.OVERRIDE}, or remove one of these obstacles:\n{obstacles}"
    )


def _first(
    candidates: dict[str, Callable[[], Path]],
    tried: dict[str, str],
    say: Callable[[str], None] = lambda _: None,
) -> Path | None:
    """What the first way that works leads to; why the others do not is noted."""

    def attempt(name: str, way: Callable[[], Path]) -> Path | None:
        try:
            return way()
        except UnavailableError as reason:
            tried[name] = str(reason)
            say(f"No browser by {name}: {reason}.")
            return None

    return next(filter(None, (attempt(name, way) for name, way in candidates.items())), None)
