from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

import pytest
import requests

from sipgate_provider.simulator import Answer, RequestRecord, Reset, Simulator

if TYPE_CHECKING:
    from collections.abc import Iterator

CLIENTS = "/authorization/oauth2/clients"


def test_a_request_is_in_the_log_when_its_answer_is_there(
    api: requests.Session, sipgate: Simulator
) -> None:
    before = dt.datetime.now(tz=dt.timezone.utc)
    api.get(CLIENTS)

    (record,) = sipgate.requests

    assert (record.method, record.path, record.status) == ("GET", "/v2" + CLIENTS, 200)
    assert before <= record.time <= dt.datetime.now(tz=dt.timezone.utc)
    assert record.milliseconds is not None
    assert record.milliseconds >= 0


def test_the_log_holds_the_status_that_was_sent(api: requests.Session, sipgate: Simulator) -> None:
    sipgate.misbehave(Answer(503, taken=True))
    api.get(CLIENTS)
    sipgate.misbehave(Reset())
    with pytest.raises(requests.ConnectionError):
        api.get(CLIENTS)
    api.get("/none")

    assert [record.status for record in sipgate.requests] == [503, None, 404]


def test_requests_are_counted_by_method_and_path(
    api: requests.Session, sipgate: Simulator, body: dict[str, Any]
) -> None:
    client_id = api.post(CLIENTS, json=body).json()["clientId"]
    api.get(CLIENTS)
    api.get(f"{CLIENTS}/{client_id}")

    assert sipgate.count() == 3
    assert sipgate.count("GET") == 2
    assert sipgate.count("get", r"/clients/.+") == 1
    assert sipgate.count(path=r"/clients$") == 2
    assert sipgate.count("PUT") == 0


def test_the_log_can_be_cleared(api: requests.Session, sipgate: Simulator) -> None:
    api.get(CLIENTS)

    sipgate.clear_requests()

    assert sipgate.requests == []
    assert sipgate.count() == 0


def test_no_credential_is_logged(api: requests.Session, sipgate: Simulator) -> None:
    api.get(
        f"{CLIENTS}?access_token=hunter2", headers={"X-Secret": "hunter2"}, auth=("a", "hunter2")
    )
    requests.post(sipgate.token_url, data={"password": "hunter2"}, timeout=5)

    assert sipgate.count() == 2
    assert "hunter2" not in repr(sipgate.requests)


@pytest.fixture
def heard() -> list[RequestRecord]:
    return []


@pytest.fixture
def listened(heard: list[RequestRecord]) -> Iterator[Simulator]:
    with Simulator(on_request=heard.append) as simulator:
        yield simulator


def test_a_listener_hears_of_each_request_that_is_over(
    listened: Simulator, heard: list[RequestRecord]
) -> None:
    requests.get(listened.base_url, timeout=5)
    listened.stop()

    assert heard == listened.requests
