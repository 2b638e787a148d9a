"""Misbehaviour ordered over HTTP."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
import requests

from sipgate_provider.simulator import Answer, Delay, Reset, Simulator, Stall, Truncate

if TYPE_CHECKING:
    from collections.abc import Iterator

CLIENTS = "/authorization/oauth2/clients"


class Control(requests.Session):
    """Takes paths below `/_simulator/`."""

    def __init__(self, sipgate: Simulator) -> None:
        super().__init__()
        self.url = sipgate.page_url + "_simulator/"
        self.trust_env = False
        self.headers["X-Requested-With"] = "a test"

    def request(self, method: Any, url: Any, *args: Any, **kwargs: Any) -> requests.Response:
        kwargs.setdefault("timeout", 5)
        return super().request(method, self.url + url, *args, **kwargs)


@pytest.fixture
def control(sipgate: Simulator) -> Iterator[Control]:
    with Control(sipgate) as session:
        yield session


def test_an_ordered_fault_is_met_as_often_as_ordered(
    control: Control, api: requests.Session
) -> None:
    order = {"kind": "answer", "status": 503, "body": "later", "headers": {"Retry-After": "7"}}
    ordered = control.post("faults", json=order | {"method": "get", "path": "s$", "times": 2})

    answers = [api.get(CLIENTS) for _ in range(3)]

    assert ordered.status_code == 201
    assert [answer.status_code for answer in answers] == [503, 503, 200]
    assert (answers[0].text, answers[0].headers["Retry-After"]) == ("later", "7")
    assert control.get("faults").json()["faults"] == [
        order | {"taken": False, "method": "GET", "path": "s$", "times": 2, "hits": 2}
    ]


@pytest.mark.parametrize("taken", [False, True])
def test_a_fault_is_taken_or_not_as_ordered(
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
def test_every_fault_that_python_can_order_can_be_ordered(
    control: Control, sipgate: Simulator, fault: Answer | Reset | Truncate | Delay | Stall
) -> None:
    sipgate.misbehave(fault, times=None)
    (ordered,) = control.get("faults").json()["faults"]
    del ordered["hits"]

    assert control.post("faults", json=ordered).status_code == 201
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
    ("order", "said"),
    [
        ({}, "kind must be one of answer, reset, truncate, delay, stall"),
        ({"kind": "explode"}, "kind must be"),
        ({"kind": ["reset"]}, "kind must be"),
        ({"kind": "answer"}, "status is missing"),
        ({"kind": "delay"}, "seconds is missing"),
        ({"kind": "reset", "takn": True}, "takn is unknown here; known: kind, method, path, taken"),
        ({"kind": "reset", "status": 500}, "status is unknown here"),
        ({"kind": "answer", "status": "500"}, "status must be"),
        ({"kind": "answer", "status": True}, "status must be"),
        ({"kind": "answer", "status": 100}, "status must be"),
        ({"kind": "answer", "status": 204, "body": "x"}, "body must be empty"),
        ({"kind": "answer", "status": 500, "body": {}}, "body must be a string"),
        ({"kind": "answer", "status": 500, "headers": {"X": "a\r\nY: b"}}, "headers must be"),
        ({"kind": "answer", "status": 500, "headers": {"X": "\u20ac"}}, "headers must be"),
        ({"kind": "answer", "status": 500, "headers": {"Content-Length": "9"}}, "headers must be"),
        ({"kind": "reset", "taken": "yes"}, "taken must be true or false"),
        ({"kind": "delay", "seconds": -1}, "seconds must be a number"),
        ({"kind": "delay", "seconds": 10**400}, "seconds must be a number"),
        ({"kind": "reset", "times": 0}, "times must be a whole number"),
        ({"kind": "reset", "times": 1.5}, "times must be a whole number"),
        ({"kind": "reset", "method": 1}, "method must be"),
        ({"kind": "reset", "path": "(a+)+$"}, "it is no regular expression"),
        ({"kind": "reset", "path": "/" * 1001}, "path must be a part of the path"),
        ({"kind": "reset", "path": 1}, "path must be"),
    ],
)
def test_an_order_that_cannot_be_done_is_400_and_says_why(
    control: Control, order: dict[str, Any], said: str
) -> None:
    answer = control.post("faults", json=order)

    assert answer.status_code == 400
    assert said in answer.json()["error"]
    assert control.get("faults").json() == {"faults": []}


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"latencyy": 1}, "latencyy is unknown here; known: deletion_seconds"),
        ({"latency": "1"}, "latency must be a number of seconds"),
        ({"error_shape": "xml"}, "error_shape must be one of mixed, json, text, html, empty"),
        ({"error_shape": []}, "error_shape must be one of"),
        ({"extra_fields": []}, "extra_fields must be an object"),
        ({"get_without_secret": 1}, "get_without_secret must be true or false"),
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
        (b"", "not JSON"),
        (b"{", "not JSON"),
        (b"\xff", "not JSON"),
        (b"[" * 100_000, "not JSON"),
        (b'{"kind": "delay", "seconds": NaN}', "not JSON"),
        (b'{"extra_fields": {"a": 1e400}}', "not JSON"),
        (b'{"kind": "answer", "status": 500, "body": "\\ud800"}', "not JSON"),
        (b"[]", "not an object"),
        (b"null", "not an object"),
    ],
)
def test_a_body_that_is_no_json_object_is_400(control: Control, content: bytes, said: str) -> None:
    headers = {"Content-Type": "application/json; charset=utf-8"}
    answer = control.post("faults", data=content, headers=headers)

    assert answer.status_code == 400
    assert said in answer.json()["error"]


@pytest.mark.parametrize("media_type", [None, "text/plain", "application/x-www-form-urlencoded"])
def test_what_any_web_page_may_send_orders_nothing(
    control: Control, media_type: str | None
) -> None:
    headers = {"Content-Type": media_type} if media_type else {}
    answer = control.post("faults", data=b'{"kind": "reset"}', headers=headers)

    assert (answer.status_code, control.get("faults").json()) == (415, {"faults": []})
    assert "application/json" in answer.json()["error"]


@pytest.mark.parametrize("method", ["GET", "HEAD", "POST", "PATCH", "DELETE", "OPTIONS", "TRACE"])
@pytest.mark.parametrize("path", ["faults", "switches", "requests", "state", "none"])
def test_without_the_header_that_no_page_elsewhere_can_send_nothing_is_answered(
    control: Control, sipgate: Simulator, method: str, path: str
) -> None:
    sipgate.misbehave(Reset())
    del control.headers["X-Requested-With"]
    origin = {"Origin": "https://evil.example", "Access-Control-Request-Method": method}
    answer = control.request(method, path, json={"kind": "stall"}, headers=origin)
    control.headers["X-Requested-With"] = "a test"

    assert answer.status_code == 403
    assert method == "HEAD" or "X-Requested-With" in answer.json()["error"]
    assert not any(name.startswith("Access-Control") for name in answer.headers)
    assert [fault["kind"] for fault in control.get("faults").json()["faults"]] == ["reset"]


def test_no_path_and_no_part_of_one_that_is_looked_for_takes_long(
    control: Control, api: requests.Session
) -> None:
    control.get("requests", params={"path": "x"})
    for _ in range(100):
        api.get("/" + "a" * 30_000 + "!")
    parts = ["a" * 999 + "b", "a." * 499 + "b$", "%61" * 300 + "!$"]
    answers = [control.get("requests", params={"path": part}) for part in parts]
    refused = control.get("requests", params={"path": "(a+)+$"})

    assert [answer.json()["count"] for answer in answers] == [0, 0, 0]
    assert refused.status_code == 400
    assert "no regular expression" in refused.json()["error"]


@pytest.mark.parametrize(
    ("part", "count"),
    [("", 3), ("$", 3), ("/clients", 2), ("clients$", 1), ("clients/2556404-0", 1), ("s.c", 0)],
)
def test_a_part_of_the_path_says_which_requests_are_meant(
    control: Control, api: requests.Session, part: str, count: int
) -> None:
    for path in (CLIENTS, f"{CLIENTS}/2556404-0-x", "/none"):
        api.get(path)

    assert control.get("requests", params={"path": part}).json()["count"] == count


def test_a_body_that_is_too_large_is_413(control: Control) -> None:
    answer = control.post("faults", json={"kind": "reset", "path": "x" * 1024 * 1024})

    assert answer.status_code == 413


@pytest.mark.parametrize("levels", [51, 400, 900])
def test_nothing_is_set_that_is_nested_so_deep_that_answers_fail(
    control: Control, api: requests.Session, levels: int
) -> None:
    nested = '{"extra_fields": {"a": ' + "[" * levels + "]" * levels + "}}"
    answer = control.patch("switches", data=nested, headers={"Content-Type": "application/json"})

    assert answer.status_code == 400
    assert "nested" in answer.json()["error"]
    assert [control.get("switches").status_code, api.get(CLIENTS).status_code] == [200, 200]


def test_there_is_an_end_to_the_faults_that_can_be_ordered(control: Control) -> None:
    answers = [control.post("faults", json={"kind": "reset"}) for _ in range(1001)]

    assert [answer.status_code for answer in answers[-2:]] == [201, 400]
    assert "DELETE" in answers[-1].json()["error"]


def test_what_only_python_can_order_is_shown_all_the_same(
    control: Control, sipgate: Simulator
) -> None:
    sipgate.misbehave(Answer(500, b"\xff"))

    assert control.get("faults").json()["faults"][0]["body"] == "\ufffd"
