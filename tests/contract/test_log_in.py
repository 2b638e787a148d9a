"""The token endpoint and the authorization endpoint. Log-ins need the password of a person."""

from __future__ import annotations

import uuid
from typing import Any

import pytest
import requests

from tests.contract.report import Contract
from tests.contract.sipgate import Sipgate

KEYCLOAK = "Keycloak"
PASSWORD = "Authentication, password grant"
ROTATION = "Authentication, a refresh token rotates"
ORIGIN = "https://app.example.com"
WILDCARD = "https://*.example.org/*"


def said(answer: requests.Response) -> str:
    """Returns the status and the error code."""
    return f"{answer.status_code} {answer.json().get('error', 'no error')}"


def with_code(sipgate: Sipgate, **changes: str) -> requests.Response:
    """Sends an invalid code with the client's secret to the token endpoint, and returns the response."""
    headers = {"Origin": changes.pop("origin")} if "origin" in changes else None
    form = {
        "grant_type": "authorization_code",
        "code": "issued-by-nobody",
        "redirect_uri": sipgate.body["redirectUris"][0],
        "client_id": sipgate.client["clientId"],
        "client_secret": sipgate.client["clientSecret"],
    } | changes
    return sipgate.token(headers=headers, **{name: value for name, value in form.items() if value})


def granted(answer: requests.Response, origin: str) -> bool:
    """Returns whether a page of this origin can read the response."""
    return answer.headers.get("Access-Control-Allow-Origin") in {origin, "*"}


def accepted(sipgate: Sipgate, registered: str, asked: str) -> str:
    """Returns the response to a log-in with one redirect URI while another is registered."""
    sipgate.put(redirectUris=[registered])
    seen = sipgate.authorize(asked)
    sipgate.put()
    return seen


def test_an_unknown_client_is_refused(contract: Contract) -> None:
    contract.documented(
        KEYCLOAK,
        lambda s: said(with_code(s, client_id=f"0-0-{uuid.uuid4()}")),
        "401 invalid_client",
    )


def test_observe_what_a_client_with_a_wrong_secret_is_told(contract: Contract) -> None:
    # A public client can send any secret.
    contract.observed(KEYCLOAK, lambda s: said(with_code(s, client_secret="wrong")))


def test_observe_what_a_client_without_its_secret_is_told(contract: Contract) -> None:
    contract.observed(KEYCLOAK, lambda s: said(with_code(s, client_secret="")))


def test_a_code_that_nobody_issued_is_refused(contract: Contract) -> None:
    contract.documented(KEYCLOAK, lambda s: said(with_code(s)), "400 invalid_grant")


def test_a_refresh_token_that_nobody_issued_is_refused(contract: Contract) -> None:
    contract.documented(
        KEYCLOAK,
        lambda s: said(with_code(s, grant_type="refresh_token", refresh_token="unknown")),
        "400 invalid_grant",
    )


def test_observe_what_an_unknown_person_is_told(contract: Contract) -> None:
    def answer(sipgate: Sipgate) -> str:
        form = {"username": f"{uuid.uuid4()}@example.com", "password": "wrong"}
        return said(sipgate.token(grant_type="password", client_id="sipgate-app-web", **form))

    contract.observed(PASSWORD, answer)


def test_a_registered_origin_may_read_the_answer(contract: Contract) -> None:
    contract.documented(
        "Resource, webOrigins", lambda s: granted(with_code(s, origin=ORIGIN), ORIGIN), True
    )


def test_another_origin_may_not(contract: Contract) -> None:
    foreign = "https://foreign.example"
    contract.documented(
        "Resource, webOrigins", lambda s: granted(with_code(s, origin=foreign), foreign), False
    )


def test_observe_what_another_origin_is_told(contract: Contract) -> None:
    contract.observed(KEYCLOAK, lambda s: said(with_code(s, origin="https://foreign.example")))


def test_an_origin_under_a_wildcard_may_read_the_answer(contract: Contract) -> None:
    origin = "http://one.example.com"

    def answer(sipgate: Sipgate) -> bool:
        sipgate.put(webOrigins=["http://*.example.com"])
        seen = granted(with_code(sipgate, origin=origin), origin)
        sipgate.put()
        return seen

    contract.documented("Resource, webOrigins: simple wildcards", answer, True)


def test_observe_what_a_preflight_from_anywhere_is_answered(contract: Contract) -> None:
    origin = "https://foreign.example"
    contract.observed(KEYCLOAK, lambda s: granted(s.preflight(origin), origin))


def test_a_log_in_may_end_at_a_registered_address(contract: Contract) -> None:
    contract.documented(
        "Resource, redirectUris",
        lambda s: s.authorize("https://app.example.com/callback"),
        "accepted, login_required",
    )


def test_a_log_in_may_not_end_elsewhere(contract: Contract) -> None:
    contract.documented(
        "Resource, redirectUris",
        lambda s: s.authorize("https://app.example.com/other"),
        "refused, 400",
    )


def test_a_log_in_may_end_on_any_port_of_a_registered_loopback_address(contract: Contract) -> None:
    # `sipgate-provider login` needs this.
    contract.documented(
        KEYCLOAK,
        lambda s: s.authorize("http://127.0.0.1:4711/callback"),
        "accepted, login_required",
    )


@pytest.mark.parametrize(
    ("registered", "asked"),
    [
        ("https://app.example.org/*", "https://app.example.org/a"),
        (WILDCARD, "https://a.example.org/b"),
    ],
)
def test_a_log_in_may_end_under_a_wildcard(contract: Contract, registered: str, asked: str) -> None:
    contract.documented(
        "Resource, redirectUris: simple wildcards",
        lambda s: accepted(s, registered, asked),
        "accepted, login_required",
    )


@pytest.mark.parametrize("asked", ["https://example.org/a", "https://a.b.example.org/a"])
def test_observe_what_a_wildcard_in_the_host_makes_of(contract: Contract, asked: str) -> None:
    contract.observed(
        "Resource, redirectUris: simple wildcards", lambda s: accepted(s, WILDCARD, asked)
    )


def test_observe_what_the_realm_third_party_makes_of_the_client(contract: Contract) -> None:
    def answer(sipgate: Sipgate) -> str:
        url = sipgate.target.token_url.replace("/sipgate-apps/", "/third-party/")
        form = {"client_secret": sipgate.client["clientSecret"], "code": "issued-by-nobody"}
        form |= {"grant_type": "authorization_code", "client_id": sipgate.client["clientId"]}
        form |= {"redirect_uri": sipgate.body["redirectUris"][0]}
        return said(sipgate.token(url=url, **form))

    contract.observed("Authentication, older clients: third-party", answer)


def grant(sipgate: Sipgate, **form: str) -> requests.Response:
    """Sends a password grant or a refresh, and returns the response."""
    assert sipgate.target.person
    return sipgate.token(url=sipgate.target.person.token_url, client_id="sipgate-app-web", **form)


def log_in(sipgate: Sipgate) -> dict[str, Any]:
    person = sipgate.target.person
    assert person
    form = {"username": person.username, "password": person.password}
    tokens: dict[str, Any] = grant(sipgate, grant_type="password", **form).json()
    return tokens


def log_out(sipgate: Sipgate, refresh_token: str) -> None:
    assert sipgate.target.person
    url = sipgate.target.person.token_url
    sipgate.end_session(url, client_id="sipgate-app-web", refresh_token=refresh_token)


def test_tokens_live_as_long_as_documented(contract: Contract) -> None:
    contract.needs(PASSWORD, contract.target.person, "SIPGATE_PERSON_USERNAME and _PASSWORD")

    def lives(sipgate: Sipgate) -> tuple[int, int]:
        tokens = log_in(sipgate)
        log_out(sipgate, tokens["refresh_token"])
        # A second may have passed.
        return round(tokens["expires_in"], -1), round(tokens["refresh_expires_in"], -1)

    contract.documented(PASSWORD, lives, (300, 30 * 24 * 3600))


def test_a_refresh_token_is_good_once(contract: Contract) -> None:
    contract.needs(ROTATION, contract.target.person, "SIPGATE_PERSON_USERNAME and _PASSWORD")

    def renewals(sipgate: Sipgate) -> tuple[int, bool, str]:
        first = log_in(sipgate)["refresh_token"]
        answer = grant(sipgate, grant_type="refresh_token", refresh_token=first)
        second = answer.json()["refresh_token"]
        again = grant(sipgate, grant_type="refresh_token", refresh_token=first)
        log_out(sipgate, second)
        return answer.status_code, first != second, said(again)

    contract.documented(ROTATION, renewals, (200, True, "400 invalid_grant"))
