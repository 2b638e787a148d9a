"""No client is lost or doubled, whatever happens to the response to a POST."""

from __future__ import annotations

import json
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from sipgate_provider.api.calls import SipgateAPI
from sipgate_provider.auth.credentials import AccessToken, PersonalAccessToken
from sipgate_provider.clients import lost_response
from sipgate_provider.clients.check import check
from sipgate_provider.clients.lifecycle import Lifecycle
from sipgate_provider.errors import APIError, SipgateError, TransportError
from sipgate_provider.http import transport
from sipgate_provider.http.deadlines import cancellable, deadline
from sipgate_provider.settings.settings import Settings
from sipgate_provider.simulator import (
    DEMO_TOKEN,
    DEMO_TOKEN_ID,
    WRITE,
    Answer,
    Delay,
    Reset,
    Simulator,
    Stall,
    Truncate,
)

DECLARED = check(
    {"name": "crm", "redirectUris": ["https://b.example.com/*", "https://a.example.com/*"]}
).inputs
LOST = [
    Reset(taken=True),
    Truncate(),
    Truncate(declared=False),
    Answer(200, b"", taken=True),
    Answer(200, b"<html>", taken=True),
    Answer(200, b"{}", taken=True),
    Answer(200, b'{"clientId": 5}', taken=True),
    Answer(500, taken=True),
    Answer(502, taken=True),
    Answer(503, taken=True),
    Answer(504, taken=True),
]
NOT_MADE = [Reset(), Answer(200, b"<html>"), Answer(500), Answer(502), Answer(504)]


@pytest.fixture(autouse=True)
def short_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lost_response, "_SEARCH_PAUSES", (0.0, 0.1))


@pytest.fixture
def life(sipgate: Simulator) -> Lifecycle:
    return deployment(sipgate)


def deployment(sipgate: Simulator, named: set[str] | None = None) -> Lifecycle:
    credential = PersonalAccessToken(DEMO_TOKEN_ID, DEMO_TOKEN)
    return Lifecycle(SipgateAPI(Settings(sipgate.base_url, credential)), named)


@pytest.mark.parametrize("fault", LOST, ids=str)
def test_a_client_whose_answer_is_lost_is_found_again(
    sipgate: Simulator, life: Lifecycle, fault: Reset | Truncate | Answer
) -> None:
    sipgate.account.add_client(name="crm")
    sipgate.misbehave(fault, method="POST")

    outs = life.create(DECLARED)

    made = sipgate.account.clients()[-1]
    assert len(sipgate.account.clients()) == 2
    assert sipgate.count("POST") == 1
    assert outs == DECLARED | {"clientId": made["clientId"], "clientSecret": made["clientSecret"]}


@pytest.mark.parametrize("fault", NOT_MADE, ids=str)
def test_a_client_that_was_not_made_is_an_error_that_says_so(
    sipgate: Simulator, life: Lifecycle, fault: Reset | Answer
) -> None:
    sipgate.misbehave(fault, method="POST")

    with pytest.raises(SipgateError, match=r"(was not created|was probably not created)"):
        life.create(DECLARED)

    assert not sipgate.account.clients()


def test_a_client_that_somebody_else_makes_meanwhile_is_not_taken_for_ours(
    sipgate: Simulator, life: Lifecycle
) -> None:
    life.create(DECLARED)
    sipgate.misbehave(Reset(), method="POST")
    other = sipgate.account.add_client(**(DECLARED | {"description": "theirs", "name": "phone"}))

    with pytest.raises(TransportError, match=other["clientId"]):
        life.create(DECLARED | {"name": "phone"})


def test_among_equal_clients_none_is_guessed(sipgate: Simulator, life: Lifecycle) -> None:
    life.create(DECLARED | {"name": "first"})
    other = sipgate.account.add_client(**DECLARED)
    sipgate.misbehave(Reset(taken=True), method="POST")

    with pytest.raises(TransportError, match="is unknown") as caught:
        life.create(DECLARED)

    ours = sipgate.account.clients()[-1]
    assert other["clientId"] in str(caught.value)
    assert ours["clientId"] in str(caught.value)


def test_equal_resources_of_one_deployment_get_a_client_each_though_every_answer_is_lost(
    sipgate: Simulator, life: Lifecycle
) -> None:
    sipgate.misbehave(Reset(taken=True), method="POST", times=None)

    with ThreadPoolExecutor(4) as engine:
        made = list(engine.map(lambda _: life.create(DECLARED)["clientId"], range(4)))

    assert sorted(map(str, made)) == sorted(c["clientId"] for c in sipgate.account.clients())


def test_an_equal_client_sought_in_vain_is_not_taken_for_the_next_one(
    sipgate: Simulator, life: Lifecycle
) -> None:
    sipgate.misbehave(Reset(), method="POST")
    with pytest.raises(TransportError):
        life.create(DECLARED)
    late = sipgate.account.add_client(**DECLARED)
    sipgate.misbehave(Reset(), method="POST")

    with pytest.raises(TransportError, match=late["clientId"]):
        life.create(DECLARED)


def test_an_equal_client_is_named_once_and_holds_up_no_creation(
    sipgate: Simulator, caplog: pytest.LogCaptureFixture
) -> None:
    old = deployment(sipgate).create(DECLARED)
    sipgate.clear_requests()
    life = deployment(sipgate)

    created = [life.create(DECLARED) for _ in range(2)]

    assert len(sipgate.account.clients()) == 3
    (warning,) = caplog.messages
    assert str(old["clientId"]) in warning
    assert str(created[0]["clientId"]) in warning
    assert "`sipgate-provider clients`" in warning
    assert [request.method for request in sipgate.requests] == ["GET", "POST", "POST"]


def test_a_creation_waits_no_longer_than_its_own_deadline_for_the_list_of_another(
    sipgate: Simulator, life: Lifecycle
) -> None:
    stall = sipgate.misbehave(Stall(taken=False), method="GET", path="clients$")

    def create(name: str, seconds: float) -> float:
        began = time.monotonic()
        with deadline(seconds), pytest.raises(TransportError):
            life.create(DECLARED | {"name": name})
        return time.monotonic() - began

    with ThreadPoolExecutor(2) as engine:
        first = engine.submit(create, "first", 4.0)
        while not stall.hits:
            time.sleep(0.01)
        assert engine.submit(create, "second", 1.0).result() < 3.0
        first.result()
    assert sipgate.count("POST") == 0


def test_a_response_about_a_client_that_existed_before_is_not_taken_for_the_new_one(
    sipgate: Simulator, life: Lifecycle
) -> None:
    existing = sipgate.account.add_client(name="existing")
    sipgate.misbehave(Answer(200, json.dumps(existing), taken=True), method="POST")

    outs = life.create(DECLARED)

    created = sipgate.account.clients()[-1]
    assert outs["clientId"] == created["clientId"] != existing["clientId"]
    assert outs["clientSecret"] == created["clientSecret"]


def test_an_equal_client_that_a_resource_of_this_deployment_manages_is_not_worth_a_word(
    sipgate: Simulator, caplog: pytest.LogCaptureFixture
) -> None:
    first = deployment(sipgate).create(DECLARED)

    second = deployment(sipgate, {str(first["clientId"])}).create(DECLARED)

    assert second["clientId"] != first["clientId"]
    assert not caplog.messages


def test_a_namesake_is_not_worth_a_word(
    sipgate: Simulator, life: Lifecycle, caplog: pytest.LogCaptureFixture
) -> None:
    deployment(sipgate).create(DECLARED)

    life.create({**DECLARED, "description": "other"})

    assert not caplog.records


def test_a_lost_response_is_not_blamed_on_another_creation_that_is_under_way(
    sipgate: Simulator, life: Lifecycle
) -> None:
    """Two creations of one name: the first one is lost before it arrives, while the second is being answered."""
    sipgate.misbehave(Answer(502), method="POST")
    sipgate.misbehave(Delay(1.0), method="POST")
    with ThreadPoolExecutor(2) as engine:
        lost = engine.submit(life.create, DECLARED)
        time.sleep(0.2)
        other = engine.submit(life.create, {**DECLARED, "description": "other"})

        with pytest.raises(SipgateError, match="probably not created") as caught:
            lost.result()

        assert str(other.result()["clientId"]) not in str(caught.value)


def test_a_new_namesake_that_is_not_equal_is_named_and_not_taken(
    sipgate: Simulator, life: Lifecycle
) -> None:
    life.create({**DECLARED, "name": "first"})
    stored = sipgate.account.add_client(**{**DECLARED, "privacyUrl": "https://filled.example.com"})
    sipgate.misbehave(Reset(), method="POST")

    with pytest.raises(TransportError, match=stored["clientId"]):
        life.create(DECLARED)


def test_creations_that_wait_for_the_list_when_the_run_is_cancelled_take_none_of_their_own(
    sipgate: Simulator, life: Lifecycle, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(transport, "_READ_SECONDS", 1.0)
    sipgate.misbehave(Stall(), method="GET", times=None)
    stopped = threading.Event()

    def create(number: int) -> None:
        with cancellable(stopped), pytest.raises(TransportError, match="cancelled"):
            life.create(DECLARED | {"name": str(number)})

    threading.Timer(0.3, stopped.set).start()
    with ThreadPoolExecutor(4) as engine:
        list(engine.map(create, range(4)))

    assert [request.method for request in sipgate.requests] == ["GET"]


@pytest.mark.parametrize(
    "refusal",
    [
        Answer(500),
        Answer(403, b"<html><title>Blocked by the firewall</title></html>"),
        Answer(403, b""),
    ],
    ids=str,
)
def test_without_a_look_at_the_account_nothing_is_created(
    sipgate: Simulator, life: Lifecycle, refusal: Answer
) -> None:
    sipgate.misbehave(refusal, method="GET", times=None)

    with pytest.raises(APIError, match="client was therefore not created"):
        life.create(DECLARED)

    assert sipgate.count("POST") == 0


def test_one_list_serves_all_creations_of_a_deployment(sipgate: Simulator, life: Lifecycle) -> None:
    with ThreadPoolExecutor(4) as engine:
        list(engine.map(lambda n: life.create(DECLARED | {"name": f"n{n}"}), range(8)))

    assert sipgate.count("GET") == 1
    assert sipgate.count("POST") == len(sipgate.account.clients()) == 8


def test_without_the_read_scope_clients_are_made_and_a_lost_answer_is_told_as_such(
    sipgate: Simulator,
) -> None:
    token = AccessToken(sipgate.issue_access_token(WRITE))
    life = Lifecycle(SipgateAPI(Settings(sipgate.base_url, token)))
    life.create(DECLARED)
    sipgate.misbehave(Reset(taken=True), method="POST")

    with pytest.raises(TransportError, match=r"is unknown.*clients:read"):
        life.create(DECLARED)
