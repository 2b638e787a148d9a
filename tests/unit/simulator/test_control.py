"""Control of the simulator over HTTP."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
import requests

from sipgate_provider.simulator import Answer, Delay, Reset, Simulator, Stall, Truncate

if TYPE_CHECKING:
    from collections.abc import Iterator

CLIENTS = "/authorization/oauth2/clients"


class Control(requests.Session):
    """A session that takes paths below `/_simulator/`."""

    def __init__(self, sipgate: Simulator) -> None:
        super().__init__()
        self.url = sipgate.page_url + "_simulator/"
        self.trust_env = False

    def request(self, method: Any, url: Any, *args: Any, **kwargs: Any) -> requests.Response:
        kwargs.setdefault("timeout", 5)
        return super().request(method, self.url + url, *args, **kwargs)


@pytest.fixture
def control(sipgate: Simulator) -> Iterator[Control]:
    with Control(sipgate) as session:
        yield session


def test_a_fault_affects_as_many_requests_as_requested(
    control: Control, api: requests.Session
) -> None:
    fault = {"kind": "answer", "status": 503, "body": "later", "headers": {"Retry-After": "7"}}
    added = control.post("faults", json=fault | {"method": "get", "path": "s$", "times": 2})

    answers = [api.get(CLIENTS) for _ in range(3)]

    assert added.status_code == 201
    assert [answer.status_code for answer in answers] == [503, 503, 200]
    assert (answers[0].text, answers[0].headers["Retry-After"]) == ("later", "7")
    assert control.get("faults").json()["faults"] == [
        fault | {"taken": False, "method": "GET", "path": "s$", "times": 2, "hits": 2}
    ]


@pytest.mark.parametrize("taken", [False, True])
def test_taken_decides_whether_the_request_is_performed(
    control: Control,
    api: requests.Session,
    sipgate: Simulator,
    body: dict[str, Any],
    *,
    taken: bool,
) -> None:
    control.post("faults", json={"kind": "reset", "taken": taken})

    with pytest.raises(requests.ConnectionError):
        api.post(CLIENTS, json=body)

    assert len(sipgate.account.clients()) == taken


@pytest.mark.parametrize(
    "fault",
    [
        Answer(418, ""),
        Reset(),
        Truncate(declared=False),
        Delay(1.5, taken=False),
        Stall(taken=True),
    ],
)
def test_every_fault_of_python_can_be_added(
    control: Control, sipgate: Simulator, fault: Answer | Reset | Truncate | Delay | Stall
) -> None:
    sipgate.misbehave(fault, times=None)
    (added,) = control.get("faults").json()["faults"]
    del added["hits"]

    assert control.post("faults", json=added).status_code == 201
    one, other = control.get("faults").json()["faults"]
    assert one == other


def test_faults_last_until_they_are_deleted(control: Control, api: requests.Session) -> None:
    control.post("faults", json={"kind": "answer", "status": 500, "times": None})
    during = [api.get(CLIENTS).status_code for _ in range(2)]

    deleted = control.delete("faults")

    assert (during, deleted.status_code) == ([500, 500], 204)
    assert api.get(CLIENTS).status_code == 200
    assert control.get("faults").json() == {"faults": []}


def test_switches_are_set_one_by_one(
    control: Control, api: requests.Session, sipgate: Simulator, body: dict[str, Any]
) -> None:
    sipgate.switches.error_shape = "json"
    changes = {"post_without_secret": True, "extra_fields": {"createdAt": "2026-01-01"}}
    now = control.patch("switches", json=changes)

    created = api.post(CLIENTS, json=body).json()

    assert "clientSecret" not in created
    assert created["createdAt"] == "2026-01-01"
    assert now.json() == control.get("switches").json()
    assert now.json()["error_shape"] == "json"


def test_requests_are_counted_and_forgotten(control: Control, api: requests.Session) -> None:
    api.get(CLIENTS)
    api.get(f"{CLIENTS}/none")
    api.delete(f"{CLIENTS}/none")

    every = control.get("requests").json()
    some = control.get("requests", params={"method": "get", "path": "/none$"}).json()
    control.delete("requests")

    assert (every["count"], [one["status"] for one in every["requests"]]) == (3, [200, 404, 404])
    assert some["count"] == 1
    assert control.get("requests").json() == {"count": 0, "requests": []}


@pytest.mark.parametrize(
    ("fault", "said"),
    [
        ({}, "kind: Field required"),
        ({"kind": "explode"}, "kind: "),
        ({"kind": ["reset"]}, "kind: "),
        ({"kind": "answer"}, "status: Field required"),
        ({"kind": "delay"}, "seconds: Field required"),
        ({"kind": "reset", "takn": True}, "takn: "),
        ({"kind": "reset", "status": 500}, "status: "),
        ({"kind": "answer", "status": "500"}, "status: "),
        ({"kind": "answer", "status": True}, "status: "),
        ({"kind": "answer", "status": 100}, "status: "),
        ({"kind": "answer", "status": 500, "body": {}}, "body"),
        ({"kind": "answer", "status": 500, "headers": {"X": "a\r\nY: b"}}, "headers.X: "),
        ({"kind": "answer", "status": 500, "headers": {"X": "\u20ac"}}, "headers.X: "),
        ({"kind": "reset", "taken": "yes"}, "taken: "),
        ({"kind": "delay", "seconds": -1}, "seconds: "),
        ({"kind": "delay", "seconds": 86_401}, "seconds: "),
        ({"kind": "reset", "times": 0}, "times: "),
        ({"kind": "reset", "times": 1.5}, "times: "),
        ({"kind": "reset", "method": 1}, "method: "),
        ({"kind": "reset", "path": "(a+"}, "path: "),
        ({"kind": "reset", "path": 1}, "path: "),
    ],
)
def test_an_invalid_fault_is_400_and_says_why(
    control: Control, fault: dict[str, Any], said: str
) -> None:
    answer = control.post("faults", json=fault)

    assert answer.status_code == 400
    assert said in answer.json()["error"]
    assert control.get("faults").json() == {"faults": []}


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"latencyy": 1}, "latencyy: "),
        ({"latency": "1"}, "latency: "),
        ({"latency": -1}, "latency: "),
        ({"error_shape": "xml"}, "error_shape: "),
        ({"error_shape": []}, "error_shape: "),
        ({"extra_fields": []}, "extra_fields: "),
        ({"get_without_secret": 1}, "get_without_secret: "),
    ],
)
def test_where_one_switch_cannot_be_set_none_is(
    control: Control, change: dict[str, Any], said: str
) -> None:
    before = control.get("switches").json()
    answer = control.patch("switches", json={"errors_echo_credentials": True} | change)

    assert answer.status_code == 400
    assert said in answer.json()["error"]
    assert control.get("switches").json() == before


def test_every_switch_can_be_set_to_what_it_is(control: Control) -> None:
    assert control.patch("switches", json=control.get("switches").json()).status_code == 200


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "Invalid JSON"),
        (b"{", "Invalid JSON"),
        (b"\xff", "Invalid JSON"),
        (b"[" * 100_000, "Invalid JSON"),
        (b'{"kind": "delay", "seconds": NaN}', "seconds: "),
        (b'{"kind": "answer", "status": 500, "body": "\\ud800"}', "Invalid JSON"),
        (b"[]", "an object"),
        (b"null", "an object"),
    ],
)
def test_a_body_that_is_not_a_fault_is_400(control: Control, content: bytes, said: str) -> None:
    answer = control.post("faults", data=content)

    assert answer.status_code == 400
    assert said in answer.json()["error"]


def test_a_fault_that_only_python_can_add_is_shown_nevertheless(
    control: Control, sipgate: Simulator
) -> None:
    sipgate.misbehave(Answer(500, b"\xff"))

    assert control.get("faults").json()["faults"][0]["body"] == "\ufffd"


def test_a_path_that_is_looked_for_is_a_regular_expression_here_too(
    control: Control, api: requests.Session
) -> None:
    for path in (CLIENTS, f"{CLIENTS}/2556404-0-x", "/none"):
        api.get(path)

    assert control.get("requests", params={"path": r"clients(/\d.*)?$"}).json()["count"] == 2
    assert control.get("requests", params={"path": "("}).status_code == 400
