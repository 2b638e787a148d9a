from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from sipgate_provider.simulator import Account

if TYPE_CHECKING:
    import requests

    from sipgate_provider.simulator import Simulator

CLIENTS = "/authorization/oauth2/clients"


def test_a_client_altered_outside_the_api_is_read_as_altered(
    api: requests.Session, sipgate: Simulator
) -> None:
    client = sipgate.account.add_client(name="crm", description="kept")

    sipgate.account.alter_client(client["clientId"], name="drifted", webOrigins=["a", "a"])

    read = api.get(f"{CLIENTS}/{client['clientId']}").json()
    assert read == client | {"name": "drifted", "webOrigins": ["a"]}


def test_a_client_removed_outside_the_api_is_gone(
    api: requests.Session, sipgate: Simulator
) -> None:
    client = sipgate.account.add_client()

    sipgate.account.remove_client(client["clientId"])

    assert api.get(f"{CLIENTS}/{client['clientId']}").status_code == 404


def test_a_client_can_be_added_with_a_given_id() -> None:
    account = Account.demo()

    account.add_client(clientId="1-0-mine", clientSecret="s")

    assert account.client("1-0-mine")["clientSecret"] == "s"


def test_a_misspelt_field_is_an_error() -> None:
    account = Account.demo()

    with pytest.raises(TypeError, match="redirectURIs"):
        account.add_client(redirectURIs=[])


def test_what_the_account_hands_out_is_a_copy() -> None:
    account = Account.demo()
    account.add_client(redirectUris=["a"])

    account.clients()[0]["redirectUris"].append("b")

    assert account.clients()[0]["redirectUris"] == ["a"]


def test_a_client_that_is_not_there_is_a_key_error() -> None:
    account = Account.demo()

    for operation in (account.client, account.alter_client, account.remove_client):
        with pytest.raises(KeyError):
            operation("none")


def test_ids_carry_the_accounts_number() -> None:
    assert Account(number=7).add_client()["clientId"].startswith("7-0-")
