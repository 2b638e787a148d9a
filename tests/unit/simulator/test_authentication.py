from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
import requests

from sipgate_provider.simulator import (
    ALL,
    DEMO_TOKEN,
    DEMO_TOKEN_ID,
    READ,
    WRITE,
    Account,
    PersonalAccessToken,
    Simulator,
)

if TYPE_CHECKING:
    from collections.abc import Callable

CLIENTS = "/authorization/oauth2/clients"

CALLS = [
    ("POST", False, WRITE),
    ("GET", False, READ),
    ("GET", True, READ),
    ("PUT", True, WRITE),
    ("DELETE", True, WRITE),
]


class Bearer(requests.auth.AuthBase):
    def __init__(self, token: str) -> None:
        self.token = token

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        request.headers["Authorization"] = f"Bearer {self.token}"
        return request


class Raw(requests.auth.AuthBase):
    def __init__(self, header: str) -> None:
        self.header = header

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        request.headers["Authorization"] = self.header
        return request


@pytest.fixture
def status_of(
    api: requests.Session, sipgate: Simulator, body: dict[str, Any]
) -> Callable[[str, bool], int]:
    """Sends one of the five requests for an existing client."""

    def call(method: str, one: bool) -> int:
        client = sipgate.account.add_client()
        path = f"{CLIENTS}/{client['clientId']}" if one else CLIENTS
        sent = body if method in {"POST", "PUT"} else None
        return api.request(method, path, json=sent).status_code

    return call


@pytest.mark.parametrize("credential", ["personal access token", "access token"])
@pytest.mark.parametrize(("method", "one", "scope"), CALLS)
def test_a_credential_needs_the_calls_scope_or_all(
    api: requests.Session,
    sipgate: Simulator,
    status_of: Callable[[str, bool], int],
    method: str,
    one: bool,
    scope: str,
    credential: str,
) -> None:
    other = READ if scope == WRITE else WRITE
    statuses = []
    for scopes in ([scope], [ALL], [other], []):
        if credential == "access token":
            api.auth = Bearer(sipgate.issue_access_token(*scopes))
        else:
            token = sipgate.account.add_personal_access_token(*scopes)
            api.auth = (token.token_id, token.token)
        statuses.append(status_of(method, one))

    accepted = 202 if method == "DELETE" else 200
    assert statuses == [accepted, accepted, 403, 403]


@pytest.mark.parametrize(("method", "one"), [(method, one) for method, one, _ in CALLS])
def test_a_call_without_a_credential_is_answered_401(
    api: requests.Session, status_of: Callable[[str, bool], int], method: str, one: bool
) -> None:
    api.auth = None

    assert status_of(method, one) == 401


WRONG = {
    "wrong token": (DEMO_TOKEN_ID, "wrong"),
    "no token": (DEMO_TOKEN_ID, ""),
    "unknown token id": ("token-OTHER", DEMO_TOKEN),
    "exchanged": (DEMO_TOKEN, DEMO_TOKEN_ID),
    "unknown access token": Bearer("unknown"),
    "no access token": Bearer(""),
    "token as access token": Bearer(DEMO_TOKEN),
    "scheme only": Raw("Basic"),
    "not base64": Raw("Basic !!!"),
    "no colon": Raw("Basic bm8gY29sb24="),
    "not UTF-8": Raw("Basic /w=="),
    "unknown scheme": Raw(f"Digest {DEMO_TOKEN}"),
    "no scheme": Raw(DEMO_TOKEN),
}


@pytest.mark.parametrize("auth", WRONG.values(), ids=WRONG.keys())
def test_a_credential_that_is_wrong_is_answered_401(api: requests.Session, auth: Any) -> None:
    api.auth = auth

    assert api.get(CLIENTS).status_code == 401


def test_an_access_token_lives_300_seconds(api: requests.Session, sipgate: Simulator) -> None:
    api.auth = Bearer(sipgate.issue_access_token(ALL))

    sipgate.clock.advance(290)
    assert api.get(CLIENTS).status_code == 200
    sipgate.clock.advance(10)
    assert api.get(CLIENTS).status_code == 401


def test_an_access_token_can_be_given_another_life(
    api: requests.Session, sipgate: Simulator
) -> None:
    api.auth = Bearer(sipgate.issue_access_token(ALL, life=20))

    sipgate.clock.advance(20)
    assert api.get(CLIENTS).status_code == 401


def test_ending_the_access_tokens_is_answered_401(
    api: requests.Session, sipgate: Simulator
) -> None:
    api.auth = Bearer(sipgate.issue_access_token(ALL))

    sipgate.end_access_tokens()

    assert api.get(CLIENTS).status_code == 401


def test_a_personal_access_token_that_was_removed_is_answered_401(
    api: requests.Session, sipgate: Simulator
) -> None:
    sipgate.account.remove_personal_access_token(DEMO_TOKEN_ID)

    assert api.get(CLIENTS).status_code == 401


def test_a_custom_account_has_only_its_own_credentials() -> None:
    account = Account(personal_access_tokens=[PersonalAccessToken("token-MINE", "mine")])
    with Simulator(account) as sipgate:
        url = sipgate.base_url + CLIENTS

        mine = requests.get(url, auth=("token-MINE", "mine"), timeout=5)
        demo = requests.get(url, auth=(DEMO_TOKEN_ID, DEMO_TOKEN), timeout=5)

    assert (mine.status_code, demo.status_code) == (200, 401)


def test_credentials_do_not_show_in_a_repr(sipgate: Simulator) -> None:
    token = sipgate.account.add_personal_access_token(ALL)

    assert token.token not in repr(token)
