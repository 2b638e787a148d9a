"""Several accounts in one simulator, and what a role allows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
import requests

from sipgate_provider.simulator import ALL, Account, Simulator

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.unit.simulator.conftest import LoginFlow

CLIENTS = "/authorization/oauth2/clients"


@pytest.fixture
def two() -> Iterator[Simulator]:
    with Simulator(accounts=[Account(number=1111111), Account(number=2222222)]) as simulator:
        yield simulator


def listed(sipgate: Simulator, account: Account) -> list[str]:
    token = account.add_personal_access_token(ALL)
    answer = requests.get(sipgate.base_url + CLIENTS, auth=(token.token_id, token.token), timeout=5)
    return [client["clientId"] for client in answer.json()["data"]]


def test_each_personal_access_token_sees_its_own_account(two: Simulator) -> None:
    one, other = two.accounts
    first, second = one.add_client()["clientId"], other.add_client()["clientId"]

    assert (listed(two, one), listed(two, other)) == ([first], [second])
    assert second.startswith("2222222-0-")


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE"])
def test_a_client_of_another_account_is_not_there(
    two: Simulator, method: str, body: dict[str, Any]
) -> None:
    one, other = two.accounts
    token = one.add_personal_access_token(ALL)
    client = other.add_client()

    answer = requests.request(
        method,
        f"{two.base_url}{CLIENTS}/{client['clientId']}",
        json=body if method == "PUT" else None,
        auth=(token.token_id, token.token),
        timeout=5,
    )

    assert answer.status_code == 404
    assert other.clients() == [client]


def test_a_password_leads_to_the_users_own_account(two: Simulator) -> None:
    other = two.accounts[1]
    other.add_user("other@example.com", "pw", ALL)
    client = other.add_client()
    form = {
        "grant_type": "password",
        "client_id": "sipgate-app-web",
        "username": "other@example.com",
        "password": "pw",
    }

    token = requests.post(two.token_url, data=form, timeout=5).json()["access_token"]
    headers = {"Authorization": f"Bearer {token}"}
    answer = requests.get(two.base_url + CLIENTS, headers=headers, timeout=5)

    assert answer.json() == {"data": [client]}


def test_the_gdpr_addresses_are_found_in_every_account(two: Simulator) -> None:
    client = two.accounts[1].add_client(termsUrl="https://example.com/terms")

    answer = requests.get(f"{two.base_url}{CLIENTS}/{client['clientId']}/gdpr", timeout=5)

    assert answer.json()["termsUrl"] == "https://example.com/terms"


def test_two_accounts_need_two_numbers_and_one_way_to_name_them() -> None:
    with pytest.raises(ValueError, match="a different number"):
        Simulator(accounts=[Account(), Account()])
    with pytest.raises(ValueError, match="not both"):
        Simulator(Account(), accounts=[Account()])


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_role_that_may_not_manage_clients_is_refused_whatever_the_scopes(
    sipgate: Simulator, flow: LoginFlow, method: str, body: dict[str, Any]
) -> None:
    sipgate.account.add_user("clerk@example.com", "pw", ALL, may_manage_clients=False)
    code = flow.said(flow.log_in_as("clerk@example.com", "pw"))["code"]
    access = flow.exchange(code, **flow.proof).json()["access_token"]
    personal = sipgate.account.add_personal_access_token(ALL, may_manage_clients=False)
    url = sipgate.base_url + CLIENTS

    by_role = [
        requests.request(
            method, url, json=body, headers={"Authorization": f"Bearer {access}"}, timeout=5
        ),
        requests.request(
            method, url, json=body, auth=(personal.token_id, personal.token), timeout=5
        ),
    ]

    assert [answer.status_code for answer in by_role] == [403, 403]
    assert all("role" in answer.text for answer in by_role)
