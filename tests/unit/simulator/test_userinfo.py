"""The endpoint that returns the caller's account."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import requests

from sipgate_provider.simulator import Account, Simulator
from tests.unit.simulator.test_authentication import Bearer

if TYPE_CHECKING:
    from requests.auth import AuthBase

USERINFO = "/authorization/userinfo"


def test_a_personal_access_token_without_any_scope_learns_whose_account_it_is_for() -> None:
    accounts = [Account(number=1111111), Account(number=2222222)]
    token = accounts[1].add_personal_access_token(may_manage_clients=False)
    with Simulator(accounts=accounts) as sipgate:
        answer = requests.get(
            sipgate.base_url + USERINFO, auth=(token.token_id, token.token), timeout=5
        )

    assert answer.status_code == 200
    assert answer.json() == {
        "sub": "w0",
        "domain": "sipgate.de",
        "masterSipId": "2222222",
        "locale": "de_DE",
    }


def test_an_access_token_learns_the_same(sipgate: Simulator, api: requests.Session) -> None:
    auth = Bearer(sipgate.issue_access_token())
    by_token = requests.get(sipgate.base_url + USERINFO, auth=auth, timeout=5)

    assert by_token.json() == api.get(USERINFO).json()
    assert by_token.json()["masterSipId"] == str(sipgate.account.number)


@pytest.mark.parametrize("auth", [None, ("token-NONE", "none"), Bearer("none")])
def test_a_bad_credential_learns_nothing(
    sipgate: Simulator, auth: AuthBase | tuple[str, str] | None
) -> None:
    assert requests.get(sipgate.base_url + USERINFO, auth=auth, timeout=5).status_code == 401


def test_a_service_can_lack_it(sipgate: Simulator, api: requests.Session) -> None:
    sipgate.switches.userinfo_missing = True

    assert api.get(USERINFO).status_code == 404
