"""What a caller can send, hold open and leave behind."""

from __future__ import annotations

import socket
import time
from contextlib import ExitStack, suppress

import pytest
import requests

from sipgate_provider.simulator import DEMO_PASSWORD, DEMO_USERNAME, Delay, Simulator, Stall
from sipgate_provider.simulator.server.limits import MOST_BODY, Newest

CLIENTS = "/v2/authorization/oauth2/clients"
TOKEN = "/login/sipgate-apps/protocol/openid-connect/token"
CONNECTION = "sipgate_provider.simulator.server.connection"


def connect(sipgate: Simulator) -> socket.socket:
    host, _, port = sipgate.page_url.removeprefix("http://").rstrip("/").partition(":")
    return socket.create_connection((host, int(port)), timeout=10)


def status_of(caller: socket.socket) -> int | None:
    """The status answered; None if the connection is over."""
    try:
        line = caller.makefile("rb").readline()
    except ConnectionError:
        return None
    return int(line.split()[1]) if line else None


def head(path: str, *headers: str, method: str = "POST") -> bytes:
    lines = [f"{method} {path} HTTP/1.1", "Host: localhost", *headers, "", ""]
    return "\r\n".join(lines).encode()


def alive(sipgate: Simulator) -> bool:
    return requests.get(sipgate.page_url, timeout=5).status_code == 200


@pytest.mark.parametrize("path", [CLIENTS, TOKEN, "/", "/_simulator/faults", "/none"])
@pytest.mark.parametrize("length", [str(MOST_BODY + 1), "9" * 19])
def test_a_body_that_is_declared_too_large_is_413_before_it_is_sent(
    sipgate: Simulator, path: str, length: str
) -> None:
    with connect(sipgate) as caller:
        caller.sendall(head(path, f"Content-Length: {length}", "X-Requested-With: x"))

        assert status_of(caller) == 413


@pytest.mark.parametrize("path", [TOKEN, "/_simulator/faults"])
def test_a_body_in_chunks_that_becomes_too_large_is_413_and_the_rest_is_passed_over(
    sipgate: Simulator, path: str
) -> None:
    headers = ["Content-Type: application/json", "Transfer-Encoding: chunked"]
    chunk = b"10000\r\n" + b"a" * 0x10000 + b"\r\n"
    with connect(sipgate) as caller:
        caller.sendall(head(path, *headers, "X-Requested-With: x"))
        for _ in range(100):
            caller.sendall(chunk)
        caller.sendall(b"0\r\n\r\n" + head("/none", "Connection: close", method="GET"))
        answers = caller.makefile("rb").read()

    assert answers.startswith(b"HTTP/1.1 413 ")
    assert b"HTTP/1.1 404 " in answers


def test_a_body_as_large_as_it_may_be_is_taken(sipgate: Simulator) -> None:
    form = f"grant_type=password&client_id=sipgate-app-web&username={DEMO_USERNAME}"
    form += f"&password={DEMO_PASSWORD}&more="
    answer = requests.post(
        sipgate.token_url,
        data=form + "x" * (MOST_BODY - len(form)),
        headers={"Content-Type": "application/x-www-form-urlencoded"},
        timeout=5,
    )

    assert answer.status_code == 200


@pytest.mark.parametrize(
    "begun",
    [
        b"",
        b"POST / HTTP/1.1\r\nHost: 127.0",
        head(TOKEN, "Content-Length: 100") + b"half",
        head(CLIENTS, "Content-Length: 100") + b"half",  # answered 401 before it is there
        head(CLIENTS, "Transfer-Encoding: chunked") + b"2\r\nab",
    ],
)
def test_a_request_that_does_not_come_to_an_end_is_cut_off(
    sipgate: Simulator, monkeypatch: pytest.MonkeyPatch, begun: bytes
) -> None:
    monkeypatch.setattr(f"{CONNECTION}.REQUEST_SECONDS", 0.3)
    with connect(sipgate) as caller:
        caller.sendall(begun)
        over = False
        for _ in range(100):
            time.sleep(0.05)  # a drip does not buy time
            try:
                caller.sendall(b"" if not begun else b"x")
                caller.setblocking(False)
                over = caller.recv(10_000) == b""
            except BlockingIOError:
                pass
            except ConnectionError:
                over = True
            if over:
                break

    assert over
    assert alive(sipgate)


def test_a_request_that_is_there_may_wait_for_its_answer(
    sipgate: Simulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(f"{CONNECTION}.REQUEST_SECONDS", 0.4)
    sipgate.misbehave(Delay(0.6, taken=False), times=None)
    data = "x" * 500_000  # more than is read before it is asked for

    assert requests.post(sipgate.token_url, data=data, timeout=5).status_code == 400
    assert requests.get(f"{sipgate.base_url}/none", timeout=5).status_code == 404


def test_whoever_does_not_take_an_answer_is_cut_off(
    sipgate: Simulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(f"{CONNECTION}.WRITE_SECONDS", 0.3)
    for number in range(20):
        sipgate.account.add_client(name=f"{number}" * 500_000)
    with connect(sipgate) as caller:
        request = head("/_simulator/state", "X-Requested-With: x", method="GET")
        caller.sendall(request + request)
        time.sleep(1)
        received = 0
        with suppress(ConnectionError):
            while more := caller.recv(1 << 20):
                received += len(more)

    assert received < 10_000_000
    assert alive(sipgate)


def test_half_a_request_held_open_many_times_keeps_nobody_out(
    sipgate: Simulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(f"{CONNECTION}.MOST_CONNECTIONS", 20)
    with ExitStack() as held:
        callers = [held.enter_context(connect(sipgate)) for _ in range(60)]
        for caller in callers:
            with suppress(ConnectionError):
                caller.sendall(b"GET / HTTP/1.1\r\nHost: 127.0")

        assert alive(sipgate)
        assert status_of(callers[0]) is None


def test_requests_under_way_are_not_cut_off_for_new_connections(
    sipgate: Simulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(f"{CONNECTION}.MOST_CONNECTIONS", 3)
    sipgate.misbehave(Stall(), times=3)
    with ExitStack() as held:
        callers = [held.enter_context(connect(sipgate)) for _ in range(3)]
        for caller in callers:
            caller.sendall(head("/none", method="GET"))
        while sipgate.count() < 3:
            time.sleep(0.001)
        with connect(sipgate) as one_too_many:
            assert status_of(one_too_many) is None
        for caller in callers:
            caller.setblocking(False)
            with pytest.raises(BlockingIOError):
                caller.recv(1)


@pytest.mark.parametrize(
    "headers", [["X: " + "x" * 1_000_000], [f"X{number}: x" for number in range(100_000)]]
)
def test_headers_have_an_end(sipgate: Simulator, headers: list[str]) -> None:
    with connect(sipgate) as caller:
        with suppress(ConnectionError):
            caller.sendall(head("/", *headers, method="GET"))
        assert status_of(caller) in {400, None}
    assert alive(sipgate)


@pytest.fixture
def short_log(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sipgate_provider.simulator.control.request_log.MOST_REQUESTS", 5)
    monkeypatch.setattr("sipgate_provider.simulator.control.request_log.MOST_CHARACTERS", 1000)


@pytest.mark.usefixtures("short_log")
def test_the_log_has_the_latest_requests(sipgate: Simulator) -> None:
    for number in range(8):
        requests.get(f"{sipgate.page_url}{number}", timeout=5)

    assert [record.path for record in sipgate.requests] == ["/3", "/4", "/5", "/6", "/7"]
    assert {record.status for record in sipgate.requests} == {404}


@pytest.mark.usefixtures("short_log")
def test_long_paths_fill_the_log_sooner(sipgate: Simulator) -> None:
    for number in range(4):
        requests.get(f"{sipgate.page_url}{number}{'x' * 400}", timeout=5)
    kept = [record.path[:2] for record in sipgate.requests]
    sipgate.clear_requests()
    requests.get(f"{sipgate.page_url}{'x' * 900}", timeout=5)

    assert kept == ["/2", "/3"]
    assert sipgate.count() == 1


def test_what_is_remembered_of_log_ins_has_an_end() -> None:
    newest: Newest[int, int] = Newest()
    for number in range(10_001):
        newest[number] = number

    assert (len(newest), 0 in newest, 1 in newest) == (10_000, False, True)
