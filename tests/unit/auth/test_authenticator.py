from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from sipgate_provider.api.calls import SipgateAPI
from sipgate_provider.auth.credentials import AccessToken, Password, PersonalAccessToken
from sipgate_provider.errors import APIError, AuthenticationError, SipgateError, TransportError
from sipgate_provider.http.deadlines import deadline
from sipgate_provider.settings.settings import Settings
from sipgate_provider.simulator import (
    ALL,
    DEMO_PASSWORD,
    DEMO_TOKEN,
    DEMO_TOKEN_ID,
    DEMO_USERNAME,
    Answer,
    Delay,
    Simulator,
)


def by_password(sipgate: Simulator, password: str = DEMO_PASSWORD) -> SipgateAPI:
    return SipgateAPI(
        Settings(sipgate.base_url, Password(DEMO_USERNAME, password, sipgate.token_url))
    )


def test_a_personal_access_token_is_accepted(sipgate: Simulator) -> None:
    api = SipgateAPI(Settings(sipgate.base_url, PersonalAccessToken(DEMO_TOKEN_ID, DEMO_TOKEN)))

    assert api.list_clients() == []


def test_an_access_token_is_accepted(sipgate: Simulator) -> None:
    api = SipgateAPI(Settings(sipgate.base_url, AccessToken(sipgate.issue_access_token(ALL))))

    assert api.list_clients() == []


def test_four_threads_share_one_token_of_the_password_grant(sipgate: Simulator) -> None:
    api = by_password(sipgate)

    with ThreadPoolExecutor(4) as threads:
        answers = list(threads.map(lambda _: api.list_clients(), range(12)))

    assert answers == [[]] * 12
    assert sipgate.count(path="token$") == 1


def test_a_token_is_renewed_before_it_ends() -> None:
    with Simulator(token_life=0) as sipgate:
        api = by_password(sipgate)
        with pytest.raises(AuthenticationError):
            api.list_clients()
        with pytest.raises(AuthenticationError):
            api.list_clients()

        # Each of the two calls fetches one, and one more after the refusal.
        assert sipgate.count(path="token$") == 4


def test_a_password_is_sent_once_and_again_only_when_its_session_is_over(
    sipgate: Simulator,
) -> None:
    api = by_password(sipgate)
    counts = []
    for over in (False, False, True):
        if over:
            sipgate.misbehave(Answer(400, b'{"error": "invalid_grant"}'), path="token$")
        sipgate.end_access_tokens()
        api.list_clients()
        counts.append(sipgate.count(path="token$"))

    assert counts == [1, 2, 4]


def test_waiting_for_another_threads_token_counts_towards_the_deadline(sipgate: Simulator) -> None:
    api = by_password(sipgate)
    sipgate.misbehave(Delay(3), path="token$")

    def hurried() -> None:
        with deadline(0.3):
            api.list_clients()

    with ThreadPoolExecutor(2) as threads:
        patient = threads.submit(api.list_clients)
        while not sipgate.count(path="token$"):
            time.sleep(0.01)
        with pytest.raises(TransportError, match="time was over while another") as caught:
            hurried()

        assert not caught.value.sent
        assert not patient.done()
        assert patient.result() == []


def test_a_wrong_password_is_a_sentence_that_does_not_hold_it(sipgate: Simulator) -> None:
    with pytest.raises(AuthenticationError, match="user name and password") as caught:
        by_password(sipgate, "not-the-password").list_clients()

    assert "not-the-password" not in str(caught.value)


@pytest.mark.parametrize("status", [400, 401])
def test_a_wrong_password_is_the_same_sentence_at_an_older_keycloak(
    sipgate: Simulator, status: int
) -> None:
    body = b'{"error": "invalid_grant", "error_description": "Invalid user credentials"}'
    sipgate.misbehave(Answer(status, body), path="token$")

    said = (
        rf"refused \({status}, 'invalid_grant: Invalid user credentials'\). Check both\. If sipgate"
    )
    with pytest.raises(AuthenticationError, match=said):
        by_password(sipgate).list_clients()


@pytest.mark.parametrize(
    "body", [b"<html>", b"", b"[]", b"null", b'{"token_type": "Bearer"}', b'{"access_token": []}']
)
def test_a_token_endpoint_that_answers_nonsense_is_a_sentence(
    sipgate: Simulator, body: bytes
) -> None:
    sipgate.misbehave(Answer(200, body), path="token$", times=None)

    with pytest.raises((TransportError, AuthenticationError)):
        by_password(sipgate).list_clients()


def test_netrc_does_not_replace_the_credential(
    sipgate: Simulator, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login somebody password else\n")
    monkeypatch.setenv("NETRC", str(netrc))

    assert by_password(sipgate).list_clients() == []


def test_a_redirect_carries_the_credential_nowhere(sipgate: Simulator) -> None:
    with Simulator() as elsewhere:
        sipgate.misbehave(
            Answer(307, headers={"Location": f"{elsewhere.base_url}/authorization/oauth2/clients"})
        )
        with pytest.raises(SipgateError, match="redirect"):
            by_password(sipgate).list_clients()
        sipgate.misbehave(
            Answer(307, headers={"Location": f"{elsewhere.base_url}/x"}), path="clients"
        )
        with pytest.raises(APIError, match="redirect"):
            SipgateAPI(Settings(sipgate.base_url, AccessToken("a"))).list_clients()

        assert not elsewhere.requests
