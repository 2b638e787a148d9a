"""One genuine Keycloak for the session; it ends with it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.keycloak_server import Keycloak, running
from tests.needed import needed
from tests.verdicts.on_keycloak import OnKeycloak
from tools.keycloak import KeycloakNotFoundError, locate


@pytest.fixture(scope="session")
def keycloak() -> Iterator[Keycloak]:
    """A server whose realm is set up like sipgate's."""
    with running(needed(locate, KeycloakNotFoundError)) as server:
        yield server


@pytest.fixture(scope="session")
def service(keycloak: Keycloak) -> OnKeycloak:
    """Its realm, with the demo user and the client of the password grant."""
    return OnKeycloak(keycloak)
