"""What `verify` says about clients of a genuine Keycloak."""

from __future__ import annotations

import pytest

from sipgate_provider.auth.browser_login import Login
from sipgate_provider.auth.verification import Verification
from tests.verdicts.on_keycloak import OnKeycloak
from tests.verdicts.service import SECRET

CALLBACK = "https://crm.example.com/callback"
ORIGIN = "https://crm.example.com"
FOREIGN = "https://foreign.example"


def verification(service: OnKeycloak, secret: str = "", *, public: bool = False) -> Verification:
    uris = (CALLBACK, "https://app.example.com/*", "https://*.example.org/*")
    client_id = service.client(uris, (ORIGIN, "https://*.example.org"), public)
    assert client_id
    return Verification(Login(client_id, secret, f"{service.url}/token"))


@pytest.mark.parametrize(
    ("address", "works"),
    [
        (CALLBACK, True),
        ("https://app.example.com/a?b=c", True),
        ("https://crm.example.com/other", False),
        # Wildcards in the host are sipgate's own.
        ("https://a.example.org/", False),
    ],
)
def test_a_redirect_uri_works_where_keycloak_takes_it(
    service: OnKeycloak, address: str, *, works: bool
) -> None:
    assert verification(service).redirect_uri(address).works is works


@pytest.mark.parametrize(("secret", "public"), [("", True), (SECRET, False)])
def test_an_origin_works_where_keycloak_grants_it(
    service: OnKeycloak, secret: str, *, public: bool
) -> None:
    asked = verification(service, secret, public=public)

    assert asked.origin(ORIGIN).works is True
    assert asked.origin(FOREIGN).works is False
    assert asked.origin("https://a.example.org").works is False


@pytest.mark.parametrize("secret", ["", "wrong"])
def test_what_keycloak_lets_any_page_read_without_the_secret_grants_nothing(
    service: OnKeycloak, secret: str
) -> None:
    asked = verification(service, secret)

    assert [asked.origin(origin).works for origin in (ORIGIN, FOREIGN)] == [None, None]


def test_an_unknown_client_is_told_from_an_address_that_does_not_fit(service: OnKeycloak) -> None:
    asked = Verification(Login("unknown", "", f"{service.url}/token"))

    assert "does not know the client" in asked.redirect_uri(CALLBACK).reason
    assert "does not know the client" in asked.origin(ORIGIN).reason


def test_nobody_is_logged_in_afterwards(service: OnKeycloak) -> None:
    asked = verification(service, SECRET)
    sessions = service.keycloak.call("GET", "/client-session-stats")

    asked.redirect_uri(CALLBACK)
    asked.origin(ORIGIN)

    assert service.keycloak.call("GET", "/client-session-stats") == sessions
