from __future__ import annotations

import base64
from typing import TYPE_CHECKING, Any

import pytest
import requests

from sipgate_provider.simulator import (
    ALL,
    DEMO_PASSWORD,
    DEMO_TOKEN,
    DEMO_TOKEN_ID,
    DEMO_USERNAME,
    READ,
    Simulator,
)

if TYPE_CHECKING:
    from collections.abc import Callable

CLIENTS = "/authorization/oauth2/clients"
PASSWORD_GRANT = {
    "grant_type": "password",
    "client_id": "sipgate-app-web",
    "username": DEMO_USERNAME,
    "password": DEMO_PASSWORD,
}


@pytest.fixture
def ask(sipgate: Simulator) -> Callable[..., requests.Response]:
    """Posts a form to the token endpoint."""

    def post(form: Any, **kwargs: Any) -> requests.Response:
        return requests.post(sipgate.token_url, data=form, timeout=5, **kwargs)

    return post


def access_status(sipgate: Simulator, token: str) -> int:
    headers = {"Authorization": f"Bearer {token}"}
    return requests.get(sipgate.base_url + CLIENTS, headers=headers, timeout=5).status_code


def refresh_form(token: str, client_id: str = "sipgate-app-web") -> dict[str, str]:
    return {"grant_type": "refresh_token", "client_id": client_id, "refresh_token": token}


def test_the_token_endpoint_is_beside_the_rest_api(sipgate: Simulator) -> None:
    origin = sipgate.base_url.removesuffix("/v2")

    assert sipgate.token_url == f"{origin}/login/sipgate-apps/protocol/openid-connect/token"


def test_a_password_yields_an_access_token_that_the_api_accepts(
    sipgate: Simulator, ask: Callable[..., requests.Response]
) -> None:
    answer = ask(PASSWORD_GRANT)

    assert answer.status_code == 200
    assert answer.headers["Cache-Control"] == "no-store"
    token = answer.json()
    assert token["token_type"] == "Bearer"
    assert token["expires_in"] == 300
    assert token["refresh_expires_in"] == 30 * 24 * 3600
    assert token["scope"] == "all email profile"
    assert access_status(sipgate, token["access_token"]) == 200


def test_the_access_token_is_over_when_it_said_so() -> None:
    with Simulator(token_life=60) as sipgate:
        token = requests.post(sipgate.token_url, data=PASSWORD_GRANT, timeout=5).json()
        before = access_status(sipgate, token["access_token"])
        sipgate.clock.advance(60)
        after = access_status(sipgate, token["access_token"])

    assert token["expires_in"] == 60
    assert (before, after) == (200, 401)


def test_the_access_token_has_the_scopes_of_the_user(
    sipgate: Simulator, ask: Callable[..., requests.Response]
) -> None:
    sipgate.account.add_user("reader@example.com", "pw", READ)
    sipgate.account.add_user("nobody@example.com", "pw")
    form = PASSWORD_GRANT | {"password": "pw"}

    reader = ask(form | {"username": "reader@example.com"}).json()
    nobody = ask(form | {"username": "nobody@example.com"}).json()

    assert reader["scope"] == f"{READ} email profile"
    assert access_status(sipgate, reader["access_token"]) == 200
    assert access_status(sipgate, nobody["access_token"]) == 403


@pytest.mark.parametrize("realm", ["sipgate-apps", "third-party"])
def test_the_token_endpoint_is_also_found_under_its_realm(sipgate: Simulator, realm: str) -> None:
    origin = sipgate.base_url.removesuffix("/v2")
    url = f"{origin}/auth/realms/{realm}/protocol/openid-connect/token"

    assert requests.post(url, data=PASSWORD_GRANT, timeout=5).status_code == 200


@pytest.mark.parametrize("path", ["/login/third-party", "/login/other", "/auth/realms/other"])
def test_an_unknown_realm_is_answered_404(sipgate: Simulator, path: str) -> None:
    url = f"{sipgate.base_url.removesuffix('/v2')}{path}/protocol/openid-connect/token"

    assert requests.post(url, data=PASSWORD_GRANT, timeout=5).status_code == 404


@pytest.mark.parametrize(
    ("changes", "status", "error"),
    [
        ({"password": "wrong"}, 400, "invalid_grant"),
        ({"username": "nobody@example.com"}, 400, "invalid_grant"),
        ({"client_id": "other"}, 401, "invalid_client"),
        ({"client_id": ""}, 401, "invalid_client"),
        ({"grant_type": "client_credentials"}, 400, "unsupported_grant_type"),
        ({"grant_type": None}, 400, "invalid_request"),
        ({"grant_type": ["password", "password"]}, 400, "invalid_request"),
        ({"grant_type": "refresh_token"}, 400, "invalid_request"),
    ],
)
def test_a_refused_token_request_says_why_in_an_oauth_error(
    ask: Callable[..., requests.Response], changes: dict[str, Any], status: int, error: str
) -> None:
    answer = ask(PASSWORD_GRANT | changes)

    assert answer.status_code == status
    assert answer.json()["error"] == error
    assert "access_token" not in answer.json()


def test_a_client_of_the_account_cannot_log_in_with_a_password(
    sipgate: Simulator, ask: Callable[..., requests.Response]
) -> None:
    client = sipgate.account.add_client()
    own = {"client_id": client["clientId"], "client_secret": client["clientSecret"]}

    answer = ask(PASSWORD_GRANT | own)

    assert (answer.status_code, answer.json()["error"]) == (400, "unauthorized_client")


def test_a_request_that_is_not_form_encoded_is_an_invalid_request(sipgate: Simulator) -> None:
    answer = requests.post(sipgate.token_url, json=PASSWORD_GRANT, timeout=5)

    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_request")


def test_the_token_endpoint_accepts_no_personal_access_token(
    ask: Callable[..., requests.Response],
) -> None:
    answer = ask(PASSWORD_GRANT | {"client_id": None}, auth=(DEMO_TOKEN_ID, DEMO_TOKEN))

    assert (answer.status_code, answer.json()["error"]) == (401, "invalid_client")


def test_a_refresh_token_yields_a_new_pair_and_coming_again_ends_the_log_in(
    sipgate: Simulator, ask: Callable[..., requests.Response]
) -> None:
    first = ask(PASSWORD_GRANT).json()

    second = ask(refresh_form(first["refresh_token"]))
    again = ask(refresh_form(first["refresh_token"]))
    third = ask(refresh_form(second.json()["refresh_token"]))

    assert access_status(sipgate, second.json()["access_token"]) == 200
    assert (again.status_code, again.json()["error"]) == (400, "invalid_grant")
    assert (third.status_code, third.json()["error"]) == (400, "invalid_grant")


def test_a_refresh_token_is_over_after_30_days(
    sipgate: Simulator, ask: Callable[..., requests.Response]
) -> None:
    token = sipgate.issue_refresh_token(ALL)

    sipgate.clock.advance(30 * 24 * 3600)

    assert ask(refresh_form(token)).json()["error"] == "invalid_grant"


@pytest.mark.parametrize("in_header", [False, True])
def test_a_client_of_the_account_refreshes_with_its_secret(
    sipgate: Simulator, ask: Callable[..., requests.Response], in_header: bool
) -> None:
    client = sipgate.account.add_client()
    client_id, secret = client["clientId"], client["clientSecret"]
    form = refresh_form(sipgate.issue_refresh_token(READ, client_id=client_id), client_id)

    if in_header:
        pair = base64.b64encode(f"{client_id}:{secret}".encode()).decode()
        answer = ask(form, headers={"Authorization": f"Basic {pair}"})
    else:
        answer = ask(form | {"client_secret": secret})

    assert answer.status_code == 200
    assert answer.json()["scope"] == READ


def test_a_client_with_a_wrong_secret_does_not_use_up_its_refresh_token(
    sipgate: Simulator, ask: Callable[..., requests.Response]
) -> None:
    client = sipgate.account.add_client()
    client_id, secret = client["clientId"], client["clientSecret"]
    form = refresh_form(sipgate.issue_refresh_token(ALL, client_id=client_id), client_id)

    refused = ask(form | {"client_secret": "wrong"})
    accepted = ask(form | {"client_secret": secret})

    assert (refused.status_code, refused.json()["error"]) == (401, "unauthorized_client")
    assert accepted.status_code == 200


def test_a_refresh_token_is_only_good_for_the_client_it_was_issued_to(
    sipgate: Simulator, ask: Callable[..., requests.Response]
) -> None:
    token = sipgate.issue_refresh_token(ALL, client_id=sipgate.account.add_client()["clientId"])

    assert ask(refresh_form(token)).json()["error"] == "invalid_grant"
