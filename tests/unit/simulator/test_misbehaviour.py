from __future__ import annotations

import json
import threading
import time
from typing import TYPE_CHECKING, Any

import pytest
import requests

from sipgate_provider.simulator import Answer, Delay, Reset, Simulator, Stall, Truncate

if TYPE_CHECKING:
    from sipgate_provider.simulator import Fault

CLIENTS = "/authorization/oauth2/clients"


def test_an_answer_replaces_a_request_that_is_not_taken(
    api: requests.Session, sipgate: Simulator, body: dict[str, Any]
) -> None:
    sipgate.misbehave(
        Answer(503, "<p>later</p>", {"Retry-After": "7", "Content-Type": "text/html"})
    )

    answer = api.post(CLIENTS, json=body)

    assert (answer.status_code, answer.text) == (503, "<p>later</p>")
    assert answer.headers["Retry-After"] == "7"
    assert answer.headers["Content-Type"] == "text/html"
    assert sipgate.account.clients() == []


@pytest.mark.parametrize("content", ["", "<html>", '{"clientId": "25'])
def test_an_answer_replaces_the_response_to_a_request_that_is_taken(
    api: requests.Session, sipgate: Simulator, body: dict[str, Any], content: str
) -> None:
    sipgate.misbehave(Answer(500, content, taken=True))

    answer = api.post(CLIENTS, json=body)

    assert (answer.status_code, answer.text) == (500, content)
    assert len(sipgate.account.clients()) == 1


@pytest.mark.parametrize("taken", [False, True])
def test_a_reset_cuts_the_connection_before_or_after_the_request_is_taken(
    api: requests.Session, sipgate: Simulator, body: dict[str, Any], taken: bool
) -> None:
    sipgate.misbehave(Reset(taken=taken))

    with pytest.raises(requests.ConnectionError) as caught:
        api.post(CLIENTS, json=body)

    assert "ConnectionResetError" in repr(caught.value)
    assert len(sipgate.account.clients()) == taken
    assert api.get(CLIENTS).status_code == 200


def test_a_truncated_answer_ends_in_mid_body_after_the_request_was_taken(
    api: requests.Session, sipgate: Simulator, body: dict[str, Any]
) -> None:
    sipgate.misbehave(Truncate())

    with pytest.raises(requests.exceptions.ChunkedEncodingError):
        api.post(CLIENTS, json=body)

    assert len(sipgate.account.clients()) == 1


def test_a_truncated_answer_can_pass_for_a_complete_one(
    api: requests.Session, sipgate: Simulator, body: dict[str, Any]
) -> None:
    sipgate.misbehave(Truncate(declared=False))

    answer = api.post(CLIENTS, json=body)

    assert answer.status_code == 200
    assert answer.headers["Content-Type"] == "application/json"
    with pytest.raises(requests.exceptions.JSONDecodeError):
        answer.json()


@pytest.mark.parametrize("taken", [False, True])
def test_a_delayed_answer_is_the_true_one(
    api: requests.Session, sipgate: Simulator, body: dict[str, Any], taken: bool
) -> None:
    sipgate.misbehave(Delay(0.1, taken=taken))

    started = time.perf_counter()
    answer = api.post(CLIENTS, json=body)

    assert time.perf_counter() - started >= 0.1
    assert [answer.json()] == sipgate.account.clients()


@pytest.mark.parametrize("taken", [False, True])
@pytest.mark.parametrize("kind", [Delay, Stall])
def test_a_caller_that_gives_up_waiting_finds_the_request_taken_or_not(
    sipgate: Simulator, api: requests.Session, body: dict[str, Any], kind: type, taken: bool
) -> None:
    fault: Fault = Delay(30, taken=taken) if kind is Delay else Stall(taken=taken)
    sipgate.misbehave(fault)

    with pytest.raises(requests.ReadTimeout):
        api.post(CLIENTS, json=body, timeout=0.1)

    assert len(sipgate.account.clients()) == taken


def test_a_stalled_request_ends_when_the_simulator_stops(
    sipgate: Simulator, api: requests.Session
) -> None:
    sipgate.misbehave(Stall())
    outcome: list[BaseException] = []

    def call() -> None:
        try:
            api.get(CLIENTS)
        except requests.ConnectionError as error:
            outcome.append(error)

    caller = threading.Thread(target=call)
    caller.start()
    while not sipgate.requests:
        time.sleep(0.001)
    sipgate.stop()
    caller.join()

    assert len(outcome) == 1


def test_a_fault_affects_no_more_requests_than_requested(
    api: requests.Session, sipgate: Simulator
) -> None:
    misbehaviour = sipgate.misbehave(Answer(429), times=2)

    assert [api.get(CLIENTS).status_code for _ in range(4)] == [429, 429, 200, 200]
    assert misbehaviour.hits == 2


def test_a_fault_without_number_lasts_until_behave(
    api: requests.Session, sipgate: Simulator
) -> None:
    sipgate.misbehave(Answer(500), times=None)
    during = [api.get(CLIENTS).status_code for _ in range(3)]

    sipgate.behave()

    assert during == [500, 500, 500]
    assert api.get(CLIENTS).status_code == 200


def test_a_fault_is_only_for_the_method_and_path_that_it_names(
    api: requests.Session, sipgate: Simulator, body: dict[str, Any]
) -> None:
    client = sipgate.account.add_client()
    sipgate.misbehave(Answer(500), method="GET", path=r"/clients/[^/]+$", times=None)

    assert api.get(CLIENTS).status_code == 200
    assert api.post(CLIENTS, json=body).status_code == 200
    assert api.get(f"{CLIENTS}/{client['clientId']}").status_code == 500
    assert api.get(f"{CLIENTS}/{client['clientId']}/gdpr").status_code == 200


def test_faults_apply_in_the_order_in_which_they_were_added(
    api: requests.Session, sipgate: Simulator
) -> None:
    for status in (500, 503):
        sipgate.misbehave(Answer(status))

    assert [api.get(CLIENTS).status_code for _ in range(3)] == [500, 503, 200]


def test_the_token_endpoint_can_misbehave_too(sipgate: Simulator) -> None:
    sipgate.misbehave(Answer(503), path="openid-connect/token$")

    assert requests.post(sipgate.token_url, timeout=5).status_code == 503


def test_an_answer_can_be_about_another_client(sipgate: Simulator, api: requests.Session) -> None:
    one, other = sipgate.account.add_client(), sipgate.account.add_client()
    headers = {"Content-Type": "application/json"}
    sipgate.misbehave(Answer(200, json.dumps(other), headers), path=f"{one['clientId']}$")
    sipgate.misbehave(Answer(200, json.dumps({"data": [one, one]}), headers), path="clients$")

    assert api.get(f"{CLIENTS}/{one['clientId']}").json() == other
    assert api.get(CLIENTS).json() == {"data": [one, one]}
