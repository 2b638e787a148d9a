"""A wait of more than some seconds says why, once, and names no credential and no value."""

from __future__ import annotations

import logging
import socket
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from filelock import FileLock
from requests.auth import HTTPBasicAuth

from sipgate_provider.auth.token_store import TokenFile
from sipgate_provider.errors import SipgateError, TransportError
from sipgate_provider.http.deadlines import deadline
from sipgate_provider.http.transport import Transport
from sipgate_provider.http.waits import announced
from tests.unit.hostile import OK, Handler, Peer, answers, full, response, serving

PATIENCE = 0.4
BUSY = response(429, "Retry-After: 1\r\n")
SECRET = "PLANTED-secret-1"


@pytest.fixture
def said(caplog: pytest.LogCaptureFixture) -> Iterator[Callable[[], list[str]]]:
    """What has been announced."""
    caplog.set_level(logging.WARNING, "sipgate_provider")
    yield lambda: [record.getMessage() for record in caplog.records]
    assert "PLANTED" not in caplog.text


def send(url: str, method: str = "GET", transport: Transport | None = None) -> None:
    (transport or Transport(patience=PATIENCE)).send(
        method,
        f"{url}{SECRET}?value={SECRET}",
        operation=f"Trying {SECRET}",
        auth=HTTPBasicAuth("a", SECRET),
        form=f"password={SECRET}",
    )


def late(*steps: tuple[float, bytes]) -> Handler:
    """Responses, each after these seconds."""
    left = iter(steps)

    def handle(connection: socket.socket, peer: Peer) -> None:
        while True:
            peer.request(connection)
            seconds, answer = next(left)
            peer.ended.wait(seconds)
            connection.sendall(answer)

    return handle


def test_a_pause_that_sipgate_asks_for_is_announced_when_it_begins(
    said: Callable[[], list[str]], caplog: pytest.LogCaptureFixture
) -> None:
    began = time.time()
    with serving(answers(BUSY, response(200))) as peer:
        send(peer.url, "POST")

    assert said() == [f"127.0.0.1:{peer.port} is busy (429) and asks for a pause; waiting 1 s."]
    assert caplog.records[0].created - began < 0.5


def test_a_try_after_an_announced_pause_may_take_its_time_without_a_word(
    said: Callable[[], list[str]],
) -> None:
    with serving(late((0, BUSY), (PATIENCE / 2, response(200)))) as peer:
        send(peer.url)

    assert len(said()) == 1


def test_a_short_wait_says_nothing(said: Callable[[], list[str]]) -> None:
    with serving(late((0, response(503)), (PATIENCE / 2, response(200)))) as peer:
        send(peer.url)

    assert said() == []


def test_a_server_that_is_silent_is_named_while_it_is_waited_for(
    said: Callable[[], list[str]], caplog: pytest.LogCaptureFixture
) -> None:
    began = time.time()
    with serving(answers()) as peer, deadline(2), pytest.raises(TransportError):
        send(peer.url)

    assert said() == [
        f"There is no usable response from 127.0.0.1:{peer.port} after 0 s; waiting up to 3 s more."
    ]
    assert PATIENCE <= caplog.records[0].created - began < 1


def test_a_response_that_drips_is_no_usable_one_yet(said: Callable[[], list[str]]) -> None:
    def handle(connection: socket.socket, peer: Peer) -> None:
        peer.request(connection)
        connection.sendall(OK + b"Content-Length: 100000\r\n\r\n")
        peer.drip(connection, b" ")

    with serving(handle) as peer, deadline(1), pytest.raises(TransportError):
        send(peer.url)

    assert [text.partition(" from ")[0] for text in said()] == ["There is no usable response"]


def test_a_connection_that_does_not_come_about_is_called_that(
    said: Callable[[], list[str]],
) -> None:
    with full() as port, deadline(1), pytest.raises(TransportError):
        send(f"http://127.0.0.1:{port}/")

    assert [text.partition(" after ")[0] for text in said()] == [
        f"There is no connection to 127.0.0.1:{port}"
    ]


def test_of_many_threads_one_says_what_all_wait_for(said: Callable[[], list[str]]) -> None:
    with serving(late(*[(0, BUSY)] * 8, *[(0, response(200))] * 8)) as peer:
        transport = Transport(patience=PATIENCE)
        with ThreadPoolExecutor(8) as threads:
            list(threads.map(lambda _: send(peer.url, "GET", transport), range(8)))

    assert len(said()) == 1


def test_the_next_wait_is_announced_again(said: Callable[[], list[str]]) -> None:
    with serving(answers(BUSY, BUSY, response(200))) as peer:
        send(peer.url)

    assert len(said()) == 2


def test_a_log_in_that_another_process_uses_is_waited_for_aloud(
    said: Callable[[], list[str]], tmp_path: Path
) -> None:
    path = tmp_path / "own" / "login.json"
    path.parent.mkdir(mode=0o700)
    with FileLock(f"{path}.lock", thread_local=False) as other:
        threading.Timer(1, other.release, [True]).start()
        with TokenFile(path, PATIENCE).locked(20):
            pass
    with (
        FileLock(f"{path}.lock"),
        pytest.raises(SipgateError, match="for 0 s; wait for it"),
        TokenFile(path, PATIENCE).locked(0.1),
    ):
        pass

    assert said() == [f"Another process holds {path}.lock; waiting up to 20 s more."]


@pytest.mark.parametrize(("seconds", "times"), [(0.1, 0), (0.6, 1)])
def test_a_run_of_pulumi_is_announced_only_where_it_takes_long(
    said: Callable[[], list[str]], seconds: float, times: int
) -> None:
    with announced(f"`pulumi {seconds}` has not finished", 0.3):
        time.sleep(seconds)

    assert said() == [f"`pulumi {seconds}` has not finished after 0 s; waiting for it."] * times
