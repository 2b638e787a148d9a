from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import requests

from sipgate_provider.simulator import ALL, DEMO_TOKEN, DEMO_TOKEN_ID, Simulator
from sipgate_provider.simulator.login.cors import allows

if TYPE_CHECKING:
    from tests.unit.simulator.conftest import LoginFlow

CLIENTS = "/authorization/oauth2/clients"
ORIGIN = "https://crm.example.com"
ALLOWED = "Access-Control-Allow-Origin"


@pytest.fixture(autouse=True)
def registered(sipgate: Simulator, flow: LoginFlow) -> None:
    sipgate.account.alter_client(flow.client["clientId"], webOrigins=[ORIGIN])


def called(sipgate: Simulator, token: str, origin: str = ORIGIN) -> requests.Response:
    headers = {"Authorization": f"Bearer {token}", "Origin": origin}
    return requests.get(sipgate.base_url + CLIENTS, headers=headers, timeout=5)


@pytest.mark.parametrize(
    ("web_origins", "origin", "allowed"),
    [
        ([ORIGIN], ORIGIN, True),
        ([ORIGIN + "/"], ORIGIN, False),
        ([ORIGIN], "http://crm.example.com", False),
        ([ORIGIN], ORIGIN + ":8443", False),
        ([ORIGIN], "https://crm.example.com.evil.example", False),
        (["http://*.example.com"], "http://crm.example.com", True),
        (["http://*.example.com"], "http://example.com", False),
        (["http://*.example.com"], "http://evilexample.com", False),
        (["http://localhost:8080/auth-code"], "http://localhost:8080", False),
        (["*"], "https://anything.example", True),
        (["+"], "https://app.example.com:8443", True),
        (["+"], ORIGIN, False),
        ([], ORIGIN, False),
    ],
)
def test_a_client_allows_the_origins_it_has_registered(
    web_origins: list[str], origin: str, *, allowed: bool
) -> None:
    client = {"webOrigins": web_origins, "redirectUris": ["https://app.example.com:8443/*"]}

    assert allows(client, origin) is allowed


def test_a_page_of_the_client_may_read_what_its_token_gets(
    sipgate: Simulator, flow: LoginFlow
) -> None:
    answer = called(sipgate, flow.tokens()["access_token"])

    assert answer.headers[ALLOWED] == ORIGIN
    assert answer.headers["Vary"] == "Origin"


def test_a_page_elsewhere_may_not(sipgate: Simulator, flow: LoginFlow) -> None:
    answer = called(sipgate, flow.tokens(scope="all")["access_token"], "https://evil.example")

    assert answer.status_code == 200
    assert ALLOWED not in answer.headers


def test_the_origin_of_another_client_does_not_count(sipgate: Simulator, flow: LoginFlow) -> None:
    sipgate.account.add_client(webOrigins=["https://other.example.com"])

    answer = called(sipgate, flow.tokens()["access_token"], "https://other.example.com")

    assert ALLOWED not in answer.headers


def test_a_page_may_read_that_its_token_is_over(sipgate: Simulator, flow: LoginFlow) -> None:
    token = flow.tokens()["access_token"]
    sipgate.clock.advance(300)

    answer = called(sipgate, token)

    assert (answer.status_code, answer.headers[ALLOWED]) == (401, ORIGIN)


def test_a_personal_access_token_is_not_for_pages(sipgate: Simulator) -> None:
    answer = requests.get(
        sipgate.base_url + CLIENTS,
        auth=(DEMO_TOKEN_ID, DEMO_TOKEN),
        headers={"Origin": ORIGIN},
        timeout=5,
    )

    assert answer.status_code == 200
    assert ALLOWED not in answer.headers


def test_neither_is_a_token_of_sipgates_own_application(sipgate: Simulator) -> None:
    assert ALLOWED not in called(sipgate, sipgate.issue_access_token(ALL)).headers


@pytest.mark.parametrize("verifier", ["right", "wrong"])
def test_its_own_page_may_read_the_answer_of_the_token_endpoint_and_another_spends_no_code(
    flow: LoginFlow, verifier: str
) -> None:
    form = {
        "grant_type": "authorization_code",
        "client_id": flow.client["clientId"],
        "code": flow.code(**flow.pkce),
        "redirect_uri": flow.redirect_uri,
        "code_verifier": flow.verifier if verifier == "right" else "w" * 43,
    }

    other = flow.token(form, headers={"Origin": "https://evil.example"})
    own = flow.token(form, headers={"Origin": ORIGIN})

    assert (other.status_code, other.json()) == (403, {"error": "Invalid origin"})
    assert own.status_code == (200 if verifier == "right" else 400)
    assert own.headers[ALLOWED] == ORIGIN
    assert ALLOWED not in other.headers


@pytest.mark.parametrize(("origin", "status"), [(ORIGIN, 204), ("https://evil.example", 403)])
def test_a_preflight_of_the_api_is_granted_to_origins_that_some_client_has(
    sipgate: Simulator, origin: str, status: int
) -> None:
    headers = {"Origin": origin, "Access-Control-Request-Method": "PUT"}
    answer = requests.options(sipgate.base_url + CLIENTS, headers=headers, timeout=5)

    assert answer.status_code == status
    assert answer.headers.get(ALLOWED) == (origin if status == 204 else None)


def test_an_invalid_redirect_uri_does_not_hide_the_others(
    sipgate: Simulator, flow: LoginFlow
) -> None:
    sipgate.account.alter_client(
        flow.client["clientId"], webOrigins=["+"], redirectUris=["http://[", ORIGIN + "/*"]
    )
    headers = {"Origin": ORIGIN, "Access-Control-Request-Method": "GET"}
    answer = requests.options(sipgate.base_url + CLIENTS, headers=headers, timeout=5)

    assert (answer.status_code, answer.headers[ALLOWED]) == (204, ORIGIN)
