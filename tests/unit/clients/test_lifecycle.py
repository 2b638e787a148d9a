"""The lifecycle's rules over a real socket, with the simulator keeping and breaking them."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from sipgate_provider.api.calls import SipgateAPI
from sipgate_provider.auth.credentials import AccessToken, Password, PersonalAccessToken
from sipgate_provider.clients import absence
from sipgate_provider.clients.check import check
from sipgate_provider.clients.lifecycle import Lifecycle
from sipgate_provider.errors import (
    APIError,
    AuthenticationError,
    PermissionDeniedError,
    RateLimitError,
    SipgateError,
    TransportError,
)
from sipgate_provider.settings.settings import Settings
from sipgate_provider.simulator import (
    DEMO_PASSWORD,
    DEMO_TOKEN,
    DEMO_TOKEN_ID,
    DEMO_USERNAME,
    READ,
    WRITE,
    Answer,
    Reset,
    Simulator,
    Truncate,
)

DECLARED = check(
    {
        "name": "crm",
        "description": "Click-to-dial",
        "redirectUris": [
            "https://b.example.com/*",
            "https://a.example.com/*",
            "https://c.example.com/*",
        ],
        "webOrigins": ["https://b.example.com", "https://a.example.com"],
    }
).inputs


@pytest.fixture
def life(sipgate: Simulator) -> Lifecycle:
    credential = PersonalAccessToken(DEMO_TOKEN_ID, DEMO_TOKEN)
    return Lifecycle(SipgateAPI(Settings(sipgate.base_url, credential)))


def with_scopes(sipgate: Simulator, *scopes: str) -> Lifecycle:
    credential = AccessToken(sipgate.issue_access_token(*scopes))
    return Lifecycle(SipgateAPI(Settings(sipgate.base_url, credential)))


def test_create_makes_one_client_with_all_that_was_declared(
    sipgate: Simulator, life: Lifecycle
) -> None:
    outs = life.create(DECLARED)

    (made,) = sipgate.account.clients()
    assert outs["clientId"] == made["clientId"]
    assert outs["clientSecret"] == made["clientSecret"]
    assert set(DECLARED["redirectUris"]) == set(made["redirectUris"])  # type: ignore[call-overload]
    assert made["description"] == "Click-to-dial"
    assert [request.method for request in sipgate.requests] == ["GET", "POST"]


def test_outs_keep_the_declared_order(life: Lifecycle) -> None:
    outs = life.create(DECLARED)
    read = life.read(str(outs["clientId"]), outs)

    assert read == outs
    assert read is not None
    assert read["redirectUris"] == DECLARED["redirectUris"]


def test_what_somebody_adds_to_a_list_comes_last_and_the_rest_keeps_its_order(
    sipgate: Simulator, life: Lifecycle
) -> None:
    outs = life.create(DECLARED)
    declared = DECLARED["redirectUris"]
    assert isinstance(declared, list)
    foreign = [f"https://{letter}.example.org/*" for letter in "xy"]
    changed = [foreign[0], declared[2], foreign[1], declared[0]]
    sipgate.account.alter_client(str(outs["clientId"]), redirectUris=changed)

    read = life.read(str(outs["clientId"]), outs)

    assert read is not None
    found = read["redirectUris"]
    assert isinstance(found, list)
    assert found[:2] == [declared[0], declared[2]]
    assert sorted(found[2:]) == foreign
    assert read["webOrigins"] == DECLARED["webOrigins"]


def test_a_secret_missing_from_the_answer_is_fetched(sipgate: Simulator, life: Lifecycle) -> None:
    sipgate.switches.post_without_secret = True

    outs = life.create(DECLARED)

    assert outs["clientSecret"] == sipgate.account.clients()[0]["clientSecret"]


def test_nothing_raises_once_sipgate_has_made_the_client(
    sipgate: Simulator, life: Lifecycle, caplog: pytest.LogCaptureFixture
) -> None:
    sipgate.switches.post_without_secret = True
    sipgate.misbehave(Answer(500), method="GET", path="clients/", times=None)

    outs = life.create(DECLARED)

    assert outs["clientId"] == sipgate.account.clients()[0]["clientId"]
    assert outs["clientSecret"] is None
    assert str(outs["clientId"]) in caplog.text


def test_the_next_update_fetches_a_missing_secret_without_a_put(
    sipgate: Simulator, life: Lifecycle
) -> None:
    outs = life.create(DECLARED)

    updated = life.update(str(outs["clientId"]), outs | {"clientSecret": None}, DECLARED)

    assert updated == outs
    assert sipgate.count("PUT") == 0


def test_an_update_sends_the_whole_client_once_and_keeps_id_and_secret(
    sipgate: Simulator, life: Lifecycle
) -> None:
    outs = life.create(DECLARED)

    updated = life.update(str(outs["clientId"]), outs, DECLARED | {"description": ""})

    (client,) = sipgate.account.clients()
    assert updated == outs | {"description": ""}
    assert client["description"] == ""
    assert client["clientSecret"] == outs["clientSecret"]
    assert sipgate.count("PUT") == 1


@pytest.mark.parametrize("fault", [Answer(200, b"<html>", taken=True), Truncate(declared=False)])
def test_an_update_whose_answer_is_lost_is_looked_at_before_it_is_called_failed(
    sipgate: Simulator, life: Lifecycle, fault: Answer | Truncate
) -> None:
    outs = life.create(DECLARED)
    sipgate.misbehave(fault, method="PUT", times=None)

    updated = life.update(str(outs["clientId"]), outs, DECLARED | {"description": "new"})

    assert updated == outs | {"description": "new"}
    assert sipgate.account.clients()[0]["description"] == "new"


def test_an_update_that_did_not_arrive_fails(sipgate: Simulator, life: Lifecycle) -> None:
    outs = life.create(DECLARED)
    sipgate.misbehave(Answer(200, b"<html>"), method="PUT", times=None)

    with pytest.raises(TransportError, match="Updating client"):
        life.update(str(outs["clientId"]), outs, DECLARED | {"description": "new"})


def test_an_update_without_a_difference_sends_nothing(sipgate: Simulator, life: Lifecycle) -> None:
    outs = life.create(DECLARED)
    sipgate.clear_requests()

    life.update(str(outs["clientId"]), outs, DECLARED)

    assert not sipgate.requests


def test_deleting_a_client_that_is_gone_succeeds(sipgate: Simulator, life: Lifecycle) -> None:
    outs = life.create(DECLARED)

    life.delete(str(outs["clientId"]))
    life.delete(str(outs["clientId"]))

    assert not sipgate.account.clients()


def test_deleting_a_client_that_is_gone_succeeds_without_the_read_scope(sipgate: Simulator) -> None:
    with_scopes(sipgate, WRITE).delete("2556404-0-gone")


def test_a_client_that_sipgate_does_not_know_is_gone(life: Lifecycle) -> None:
    assert life.read("2556404-0-gone", {"clientId": "2556404-0-gone"}) is None


def test_a_client_that_was_never_read_and_is_not_there_is_an_error(life: Lifecycle) -> None:
    with pytest.raises(SipgateError, match="no client of that id"):
        life.read("2556404-0-gone", {})


@pytest.mark.parametrize("listed", [404, 500, 401, 403])
def test_a_404_is_not_believed_where_the_account_cannot_be_listed(
    sipgate: Simulator, life: Lifecycle, listed: int
) -> None:
    outs = life.create(DECLARED)
    sipgate.misbehave(Answer(404), path="clients/")
    sipgate.misbehave(Answer(listed), path="clients$")

    with pytest.raises(SipgateError):
        life.read(str(outs["clientId"]), outs)


def test_a_404_is_not_believed_where_the_account_lists_the_client(
    sipgate: Simulator, life: Lifecycle, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(absence, "_PAUSES", (0.0, 0.1))
    outs = life.create(DECLARED)
    sipgate.misbehave(Answer(404), path="clients/", times=None)

    with pytest.raises(SipgateError, match="still lists it"):
        life.delete(str(outs["clientId"]))
    with pytest.raises(SipgateError, match="still lists it"):
        life.read(str(outs["clientId"]), outs)


@pytest.mark.parametrize(
    ("status", "kind", "says"),
    [
        (401, AuthenticationError, "wrong or expired"),
        (403, PermissionDeniedError, "authorization:oauth2:clients:read"),
        (500, APIError, "500"),
        (302, APIError, "redirect"),
    ],
)
def test_a_read_that_fails_says_what_sipgate_answered_and_what_to_do(
    sipgate: Simulator, life: Lifecycle, status: int, kind: type[APIError], says: str
) -> None:
    headers = {"Location": "https://elsewhere.example.com/"}
    sipgate.misbehave(Answer(status, b'{"errors": []}', headers))

    with pytest.raises(kind, match=says) as caught:
        life.read("2556404-0-x", {})

    assert caught.value.status == status
    assert "2556404-0-x" in str(caught.value)


def test_a_missing_scope_is_named(sipgate: Simulator) -> None:
    with pytest.raises(PermissionDeniedError, match="clients:write"):
        with_scopes(sipgate, READ).create(DECLARED)


@pytest.mark.parametrize(
    "body", [b"<html>", b"", b"[]", b'{"clientId": 5}', b'{"clientId": "1", "name": []}', b"null"]
)
def test_an_answer_that_is_no_client_is_a_sentence_and_the_client_stays(
    sipgate: Simulator, life: Lifecycle, body: bytes
) -> None:
    sipgate.misbehave(Answer(200, body))

    with pytest.raises(TransportError, match="not a client"):
        life.read("2556404-0-x", {})


@pytest.mark.parametrize(
    "fault",
    [
        Reset(),
        Reset(taken=True),
        Truncate(),
        Answer(503),
        Answer(429),
        Answer(503, headers={"Retry-After": "1"}),
        Answer(429, headers={"Retry-After": "soon"}),
    ],
)
def test_a_read_is_repeated_after_a_passing_fault(
    sipgate: Simulator, life: Lifecycle, fault: Reset | Truncate | Answer
) -> None:
    outs = life.create(DECLARED)
    sipgate.misbehave(fault, method="GET")

    assert life.read(str(outs["clientId"]), outs) == outs


def test_a_refused_post_is_repeated_and_makes_one_client(
    sipgate: Simulator, life: Lifecycle
) -> None:
    sipgate.misbehave(Answer(429), method="POST", times=2)

    life.create(DECLARED)

    assert len(sipgate.account.clients()) == 1


@pytest.mark.parametrize("status", [500, 502, 503, 504])
def test_a_post_that_may_have_arrived_is_not_repeated(
    sipgate: Simulator, life: Lifecycle, status: int
) -> None:
    sipgate.misbehave(Answer(status, taken=True), method="POST", times=None)

    life.create(DECLARED)

    assert sipgate.count("POST") == len(sipgate.account.clients()) == 1


@pytest.mark.parametrize(
    ("headers", "says"),
    [
        ({}, "run again later"),
        ({"Retry-After": "0"}, "run again in 0 s"),
        ({"Retry-After": "Mon, 01 Jan 2001 00:00:00 GMT"}, "after 2001-01-01 00:00:00 UTC"),
        ({"Retry-After": "soon"}, "run again later"),
    ],
)
def test_waiting_has_an_end_and_the_error_says_how_long_sipgate_asks_to_wait(
    sipgate: Simulator, life: Lifecycle, headers: dict[str, str], says: str
) -> None:
    sipgate.misbehave(Answer(429, headers=headers), times=None)

    with pytest.raises(RateLimitError, match=says):
        life.read("2556404-0-x", {})


def test_sipgates_words_are_shown_without_the_credential_they_echo(
    sipgate: Simulator, life: Lifecycle
) -> None:
    sipgate.misbehave(Answer(400, f"no good: token={DEMO_TOKEN} here".encode()))

    with pytest.raises(APIError, match="no good") as caught:
        life.create(DECLARED)

    assert DEMO_TOKEN not in str(caught.value)


def test_updating_a_client_that_is_gone_says_how_to_get_it_back(life: Lifecycle) -> None:
    with pytest.raises(SipgateError, match="--refresh"):
        life.update("2556404-0-gone", {}, DECLARED)


def test_a_create_that_never_left_does_not_send_the_user_looking(
    sipgate: Simulator, life: Lifecycle
) -> None:
    sipgate.stop()

    with pytest.raises(TransportError, match="cannot be reached") as caught:
        life.create(DECLARED)

    assert "not known" not in str(caught.value)


def test_a_create_whose_log_in_failed_does_not_send_the_user_looking(sipgate: Simulator) -> None:
    sipgate.misbehave(Reset(taken=True), path="token$", times=None)
    credential = Password(DEMO_USERNAME, DEMO_PASSWORD, sipgate.token_url)

    with pytest.raises(TransportError, match="Logging in") as caught:
        Lifecycle(SipgateAPI(Settings(sipgate.base_url, credential))).create(DECLARED)

    assert "not known" not in str(caught.value)


@pytest.mark.parametrize(
    "headers",
    [
        {"Retry-After": "9" * 5000},
        {"Retry-After": "Mon, 01 Jan 99999999999 00:00:00 GMT"},
        {"Location": "http://["},
    ],
)
def test_odd_headers_end_in_a_sentence_and_lose_no_client(
    sipgate: Simulator, life: Lifecycle, headers: dict[str, str]
) -> None:
    sipgate.switches.post_without_secret = True
    sipgate.misbehave(Answer(302, headers=headers), method="GET", path="clients/", times=None)

    outs = life.create(DECLARED)

    assert outs["clientId"] == sipgate.account.clients()[0]["clientId"]
    with pytest.raises(SipgateError):
        life.read(str(outs["clientId"]), outs)


def test_a_credential_that_several_calls_find_refused_is_told_once(
    sipgate: Simulator, life: Lifecycle
) -> None:
    sipgate.misbehave(Answer(401), times=None)
    sipgate.switches.latency = 0.3

    def failure(number: int) -> str:
        with pytest.raises(SipgateError) as caught:
            life.read(f"2556404-0-{number}", {})
        return str(caught.value)

    with ThreadPoolExecutor(4) as engine:
        told = list(engine.map(failure, range(6)))

    assert sum(not message.startswith("Not tried") for message in told) == 1
