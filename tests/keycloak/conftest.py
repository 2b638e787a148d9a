"""One genuine Keycloak for the session, which ends with it, and sipgate's calls in front of it for each test."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

# The browser, for the tests that say on Keycloak what tests/browser says on the simulator.
from tests.browser.conftest import chromium, open_browser, picture, serve
from tests.keycloak_bridge import Bridge
from tests.keycloak_server import Keycloak, running
from tests.needed import needed
from tests.verdicts.on_keycloak import OnKeycloak
from tools.keycloak import locate

__all__ = ["chromium", "open_browser", "picture", "serve"]


@pytest.fixture(scope="session")
def keycloak() -> Iterator[Keycloak]:
    """A server."""
    with running(needed(locate)) as server:
        yield server


@pytest.fixture(scope="session")
def service(keycloak: Keycloak) -> OnKeycloak:
    """Its realm, set up like sipgate's, with the demo user and the client of the password grant."""
    return OnKeycloak(keycloak)


@pytest.fixture
def sipgate(service: OnKeycloak) -> Iterator[Bridge]:
    """In place of the simulator: sipgate's calls, whose clients log in at Keycloak."""
    bridge = Bridge(service.keycloak)
    bridge.start()
    yield bridge
    bridge.stop()
