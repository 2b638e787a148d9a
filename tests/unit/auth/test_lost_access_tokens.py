"""No access token, no request: a token endpoint that fails says nothing about the request that waits for it."""

from __future__ import annotations

import pytest

from sipgate_provider.api.calls import SipgateAPI
from sipgate_provider.auth.credentials import Password
from sipgate_provider.clients.check import check
from sipgate_provider.clients.lifecycle import Lifecycle
from sipgate_provider.errors import SipgateError, may_have_acted
from sipgate_provider.settings.settings import Settings
from sipgate_provider.simulator import (
    DEMO_PASSWORD,
    DEMO_USERNAME,
    Answer,
    Reset,
    Simulator,
    Truncate,
)

DECLARED = check({"name": "crm", "redirectUris": ["https://a.example.com/*"]}).inputs
FAILURES = [
    Answer(404),
    Answer(500),
    Answer(502),
    Answer(503),
    Answer(504),
    Answer(200, b"<html>"),
    Reset(),
    Reset(taken=True),
    Truncate(),
]


@pytest.fixture
def life(sipgate: Simulator) -> Lifecycle:
    credential = Password(DEMO_USERNAME, DEMO_PASSWORD, sipgate.token_url)
    return Lifecycle(SipgateAPI(Settings(sipgate.base_url, credential)))


@pytest.mark.parametrize("fault", FAILURES, ids=str)
def test_an_equal_client_of_somebody_else_is_not_adopted_where_no_access_token_came(
    sipgate: Simulator, life: Lifecycle, fault: Answer | Reset | Truncate
) -> None:
    life.create(DECLARED)  # the account was looked through, and a token is there
    sent = sipgate.count("POST", "clients$")
    other = DECLARED | {"name": "another"}
    sipgate.account.add_client(**other)
    # The access token is refused, and the first try to get another fails; a search would find that client.
    sipgate.end_access_tokens()
    sipgate.misbehave(fault, path="token$")

    with pytest.raises(SipgateError, match="nothing was read, created or changed") as caught:
        life.create(other)

    assert not may_have_acted(caught.value)
    assert sipgate.count("POST", "clients$") == sent + 1  # the refused one
    assert len(sipgate.account.clients()) == 2


@pytest.mark.parametrize("fault", FAILURES, ids=str)
def test_a_first_creation_without_an_access_token_sends_nothing(
    sipgate: Simulator, life: Lifecycle, fault: Answer | Reset | Truncate
) -> None:
    sipgate.misbehave(fault, path="token$", times=None)

    with pytest.raises(SipgateError, match="nothing was read, created or changed") as caught:
        life.create(DECLARED)

    assert not may_have_acted(caught.value)
    assert sipgate.count(path="clients") == 0
