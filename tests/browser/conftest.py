"""A genuine Chromium, and servers for the pages it shows; nothing of either is left after a test."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import psutil
import pytest
from playwright.sync_api import Browser, Page, sync_playwright
from starlette.staticfiles import StaticFiles

from sipgate_provider.simulator.server.server import Server
from tests.engine_stack import ROOT
from tests.needed import needed
from tools.browser import locate

if TYPE_CHECKING:
    import ssl

PICTURES = ROOT / "docs/images"
# Each test starts without any SIPGATE_ variable.
WANTED = os.environ.get("SIPGATE_PICTURES") == "1"

NOBODY_ELSE = "MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost"


@pytest.fixture(scope="session")
def chromium() -> Path:
    """Where the browser is."""
    return needed(locate)


@pytest.fixture
def open_browser(chromium: Path) -> Iterator[Callable[..., Browser]]:
    """Starts the browser; it reaches this machine and the hosts that the test maps to it, no other."""
    before = set(psutil.Process().children(recursive=True))
    # For each test anew: while it runs there is an event loop in this thread, which others cannot bear.
    with sync_playwright() as playwright:

        def launch(*arguments: str, hosts: str = "") -> Browser:
            rules = ", ".join(filter(None, (hosts, NOBODY_ELSE)))
            return playwright.chromium.launch(
                executable_path=chromium, args=[*arguments, f"--host-resolver-rules={rules}"]
            )

        yield launch
    left = set(psutil.Process().children(recursive=True)) - before
    _, alive = psutil.wait_procs(left, timeout=5)
    assert not alive


@pytest.fixture
def serve() -> Iterator[Callable[..., str]]:
    """Serves a folder; answers with the origin."""
    servers: list[Server] = []

    def start(folder: Path, tls: ssl.SSLContext | None = None) -> str:
        app = StaticFiles(directory=folder, html=True)
        servers.append(Server(app, "127.0.0.1", 0, allow_remote=False, tls=tls))
        servers[-1].start()
        return servers[-1].origin

    yield start
    for server in servers:
        server.stop()


@pytest.fixture
def picture() -> Callable[[Page, str], None]:
    """Keeps what a page shows, for the documentation, if SIPGATE_PICTURES=1 asks for it."""

    def take(page: Page, name: str) -> None:
        if WANTED:
            PICTURES.mkdir(parents=True, exist_ok=True)
            page.screenshot(path=PICTURES / name)

    return take
