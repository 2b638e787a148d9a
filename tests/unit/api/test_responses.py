"""Every response is checked against what was asked."""

from __future__ import annotations

import json

import pytest

from sipgate_provider.api.calls import SipgateAPI
from sipgate_provider.api.models import OAuthClientInputs
from sipgate_provider.auth.credentials import PersonalAccessToken
from sipgate_provider.clients.lifecycle import Lifecycle
from sipgate_provider.clients.search import find_client
from sipgate_provider.errors import (
    APIError,
    ConfigurationError,
    RateLimitError,
    SipgateError,
    TransportError,
)
from sipgate_provider.settings.settings import Settings
from sipgate_provider.simulator import DEMO_TOKEN, DEMO_TOKEN_ID, Answer, Simulator

INPUTS = OAuthClientInputs(name="crm", redirect_uris=["https://crm.example.com/*"])


@pytest.fixture
def api(sipgate: Simulator) -> SipgateAPI:
    credential = PersonalAccessToken(DEMO_TOKEN_ID, DEMO_TOKEN)
    return SipgateAPI(Settings(sipgate.base_url, credential))


@pytest.mark.parametrize("method", ["GET", "PUT"])
def test_a_response_about_another_client_is_refused_and_its_secret_goes_nowhere(
    sipgate: Simulator, api: SipgateAPI, method: str
) -> None:
    ours, theirs = (sipgate.account.add_client(name=name) for name in ("ours", "theirs"))
    sipgate.misbehave(Answer(200, json.dumps(theirs)), method=method, path="clients/", times=None)

    for ask in (
        lambda: api.get_client(ours["clientId"]),
        lambda: find_client(api, ours["clientId"]),
        lambda: Lifecycle(api).read(ours["clientId"], ours),
    ):
        if method == "GET":
            with pytest.raises(TransportError, match="about another client") as caught:
                ask()
            assert theirs["clientSecret"] not in str(caught.value)
    if method == "PUT":
        with pytest.raises(TransportError, match="about another client"):
            api.update_client(ours["clientId"], INPUTS)


def test_an_update_whose_response_is_about_another_client_is_looked_at(
    sipgate: Simulator, api: SipgateAPI
) -> None:
    ours = sipgate.account.add_client(**INPUTS.properties() | {"name": "old"})
    theirs = sipgate.account.add_client(name="theirs")
    sipgate.misbehave(Answer(200, json.dumps(theirs), taken=True), method="PUT")

    outs = Lifecycle(api).update(ours["clientId"], ours, INPUTS.properties())

    assert outs["clientId"] == ours["clientId"]
    assert outs["clientSecret"] == ours["clientSecret"]


def test_a_list_that_names_a_client_twice_is_not_used(sipgate: Simulator, api: SipgateAPI) -> None:
    client = sipgate.account.add_client(name="crm")
    twice = {"data": [client, client | {"clientSecret": "another"}]}
    sipgate.misbehave(Answer(200, json.dumps(twice)), path="clients$")

    with pytest.raises(TransportError, match="names a client twice"):
        api.list_clients()


@pytest.mark.parametrize(
    "client_id",
    ["", ".", "..", "a/b", "a b", "a\nb", "\x1b[31m", "$(id)", "`id`", "--all", "x" * 256],
)
def test_what_cannot_be_an_id_is_neither_sent_nor_believed(
    sipgate: Simulator, api: SipgateAPI, client_id: str
) -> None:
    for ask in (
        lambda: api.get_client(client_id),
        lambda: api.update_client(client_id, INPUTS),
        lambda: api.delete_client(client_id),
    ):
        with pytest.raises(ConfigurationError, match="cannot be the id") as caught:
            ask()
        assert str(caught.value).isprintable()
    assert not sipgate.requests

    odd = {"data": [{"clientId": client_id, "name": "crm"}]}
    sipgate.misbehave(Answer(200, json.dumps(odd)), path="clients$")
    with pytest.raises(TransportError, match="not a list of clients") as refused:
        api.list_clients()
    assert str(refused.value).isprintable()


@pytest.mark.parametrize(
    "body", [b"", b"[]", b"{}", b'{"masterSipId": 5}', b'{"masterSipId": "x"}', b"<html>"]
)
def test_an_account_number_that_is_not_told_is_unknown(
    sipgate: Simulator, api: SipgateAPI, body: bytes
) -> None:
    assert api.account_number() == str(sipgate.account.number)
    sipgate.misbehave(Answer(200, body), path="userinfo")

    assert api.account_number() is None


@pytest.mark.parametrize(
    "date", ["Fri, 31 Dec 9999 23:59:59 -2359", "Mon, 01 Jan 0001 00:00:00 +2359"]
)
def test_a_date_at_the_edge_of_the_calendar_is_a_refusal_like_any_other(
    sipgate: Simulator, api: SipgateAPI, date: str
) -> None:
    sipgate.misbehave(Answer(429, "", {"Retry-After": date}), times=None)

    with pytest.raises(RateLimitError, match="run again"):
        api.list_clients()


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_an_address_without_the_api_is_not_called_a_missing_client(
    sipgate: Simulator, api: SipgateAPI, method: str
) -> None:
    sipgate.misbehave(Answer(404, b"Not Found"), times=None)

    with pytest.raises(APIError, match="SIPGATE_BASE_URL") as caught:
        api.list_clients() if method == "GET" else api.create_client(INPUTS)

    assert "no such client" not in str(caught.value)


def test_half_an_emoji_in_a_response_is_a_sentence(sipgate: Simulator, api: SipgateAPI) -> None:
    client = sipgate.account.add_client(name="crm", redirectUris=["https://crm.example.com/*"])
    body = json.dumps({**client, "name": "n\ud800"})
    sipgate.misbehave(Answer(200, body), times=None)

    with pytest.raises(SipgateError, match=r"is not a client \(name\)"):
        api.get_client(client["clientId"])
