"""Deletions that take time."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from sipgate_provider.simulator import DEMO_TOKEN, DEMO_TOKEN_ID, Account, Simulator
from tests.unit.simulator.conftest import ApiSession

if TYPE_CHECKING:
    from pathlib import Path

    import requests

CLIENTS = "/authorization/oauth2/clients"


@pytest.fixture
def one(sipgate: Simulator) -> str:
    sipgate.switches.deletion_seconds = 60
    return f"{CLIENTS}/{sipgate.account.add_client(name='old')['clientId']}"


def test_a_client_is_shown_until_its_deletion_is_done(
    api: requests.Session, sipgate: Simulator, one: str
) -> None:
    before = (api.get(one).json(), api.get(CLIENTS).json())
    deletions = [api.delete(one).status_code for _ in range(2)]
    during = (api.get(one).json(), api.get(CLIENTS).json())
    sipgate.clock.advance(60)

    assert deletions == [202, 202]
    assert during == before
    assert api.get(CLIENTS).json() == {"data": []}
    assert [api.get(one).status_code, api.delete(one).status_code] == [404, 404]


def test_a_client_whose_deletion_was_accepted_cannot_be_changed(
    api: requests.Session, body: dict[str, Any], one: str
) -> None:
    api.delete(one)

    assert api.put(one, json=body).status_code == 404
    assert api.get(one).json()["name"] == "old"


def test_only_the_account_that_had_the_client_still_sees_it() -> None:
    accounts = [Account.demo(), Account(number=1)]
    token = accounts[1].add_personal_access_token("all")
    with Simulator(accounts=accounts) as sipgate, ApiSession(sipgate.base_url) as api:
        sipgate.switches.deletion_seconds = 60
        one = f"{CLIENTS}/{sipgate.account.add_client()['clientId']}"
        api.delete(one)
        api.auth = (token.token_id, token.token)

        assert api.get(CLIENTS).json() == {"data": []}
        assert [api.get(one).status_code, api.delete(one).status_code] == [404, 404]


def test_an_accepted_deletion_is_in_the_file_at_once(tmp_path: Path) -> None:
    with Simulator(file=tmp_path / "file") as sipgate, ApiSession(sipgate.base_url) as api:
        sipgate.switches.deletion_seconds = 60
        api.delete(f"{CLIENTS}/{sipgate.account.add_client()['clientId']}")
    with Simulator(file=tmp_path / "file") as sipgate, ApiSession(sipgate.base_url) as api:
        api.auth = (DEMO_TOKEN_ID, DEMO_TOKEN)

        assert api.get(CLIENTS).json() == {"data": []}
