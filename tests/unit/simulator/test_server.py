from __future__ import annotations

import gc
import socket
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import Any

import pytest
import requests

from sipgate_provider.simulator import DEMO_TOKEN, DEMO_TOKEN_ID, Simulator

AUTH = (DEMO_TOKEN_ID, DEMO_TOKEN)
CLIENTS = "/authorization/oauth2/clients"


def address_of(sipgate: Simulator) -> tuple[str, int]:
    host, _, port = sipgate.base_url.removeprefix("http://").removesuffix("/v2").partition(":")
    return host, int(port)


def test_it_listens_when_start_returns() -> None:
    with Simulator() as sipgate, socket.create_connection(address_of(sipgate), timeout=1):
        assert sipgate.base_url.startswith("http://127.0.0.1:")


def test_nothing_is_left_of_it_when_stop_returns() -> None:
    before = threading.enumerate()
    with Simulator() as sipgate, requests.Session() as kept_alive:
        kept_alive.get(sipgate.base_url, timeout=5)
        sipgate.stop()

        assert threading.enumerate() == before
        with pytest.raises(ConnectionRefusedError):
            socket.create_connection(address_of(sipgate), timeout=1)
    gc.collect()  # an unclosed socket would warn now, and a warning is an error


def test_starting_and_stopping_take_well_under_a_second() -> None:
    started = time.perf_counter()
    for _ in range(5):
        with Simulator():
            pass

    assert time.perf_counter() - started < 1


def test_an_upload_cut_short_by_stopping_leaves_no_trace(caplog: pytest.LogCaptureFixture) -> None:
    with Simulator() as sipgate, socket.create_connection(address_of(sipgate), timeout=1) as caller:
        caller.sendall(
            b"POST /login/sipgate-apps/protocol/openid-connect/token HTTP/1.1\r\n"
            b"Host: localhost\r\nContent-Length: 100\r\n\r\nhalf"
        )
        while not sipgate.requests:
            time.sleep(0.001)
        sipgate.stop()

    assert caplog.records == []


def test_stopping_while_connections_come_in_leaves_no_socket_open() -> None:
    def knock(address: tuple[str, int], stopped: threading.Event) -> None:
        while not stopped.is_set():
            with suppress(OSError), socket.create_connection(address, timeout=1) as caller:
                caller.sendall(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
                caller.recv(1)

    for _ in range(20):
        stopped = threading.Event()
        with ThreadPoolExecutor(3) as pool:
            with Simulator() as sipgate:
                for _ in range(3):
                    pool.submit(knock, address_of(sipgate), stopped)
                while sipgate.count() < 3:
                    time.sleep(0.001)
            stopped.set()
    gc.collect()  # an unclosed socket would warn now, and a warning is an error


def test_stopping_twice_is_harmless() -> None:
    sipgate = Simulator().start()
    sipgate.stop()
    sipgate.stop()


def test_starting_twice_is_an_error() -> None:
    with Simulator() as sipgate, pytest.raises(RuntimeError):
        sipgate.start()


def test_it_starts_again_on_the_same_port_with_the_same_clients() -> None:
    with Simulator() as sipgate:
        url = sipgate.base_url + CLIENTS
        sipgate.account.add_client()
        requests.get(url, auth=AUTH, timeout=5)
        sipgate.stop()
        sipgate.start()

        assert len(requests.get(url, auth=AUTH, timeout=5).json()["data"]) == 1


def test_a_port_in_use_is_an_os_error() -> None:
    with Simulator() as sipgate:
        second = Simulator(port=address_of(sipgate)[1])

        with pytest.raises(OSError, match="in use"):
            second.start()


@pytest.mark.parametrize("host", ["0.0.0.0", "192.0.2.1", "::"])
def test_an_address_that_others_can_reach_is_refused(host: str) -> None:
    with pytest.raises(ValueError, match="Other machines"):
        Simulator(host=host)


def test_an_address_that_others_can_reach_can_be_allowed() -> None:
    with Simulator(host="0.0.0.0", allow_remote=True) as sipgate:
        assert requests.get(sipgate.base_url + CLIENTS, auth=AUTH, timeout=5).status_code == 200


def test_simulators_do_not_share_anything(body: dict[str, Any]) -> None:
    with Simulator() as one, Simulator() as other:
        requests.post(one.base_url + CLIENTS, json=body, auth=AUTH, timeout=5)

        assert (one.count(), other.count()) == (1, 0)
        assert other.account.clients() == []


def test_many_requests_at_once_are_all_performed(body: dict[str, Any]) -> None:
    with Simulator() as sipgate:

        def create(_: int) -> str:
            url = sipgate.base_url + CLIENTS
            client = requests.post(url, json=body, auth=AUTH, timeout=5).json()
            sipgate.account.alter_client(client["clientId"], name="altered")
            return str(client["clientId"])

        with ThreadPoolExecutor(8) as pool:
            ids = set(pool.map(create, range(40)))

        assert len(ids) == 40
        assert {client["clientId"] for client in sipgate.account.clients()} == ids
        assert sipgate.count("POST") == 40


def test_requests_at_once_wait_for_their_latency_side_by_side() -> None:
    with Simulator(latency=0.1) as sipgate, ThreadPoolExecutor(8) as pool:
        started = time.perf_counter()
        list(pool.map(lambda _: requests.get(sipgate.base_url, timeout=5), range(8)))

        assert 0.1 <= time.perf_counter() - started < 0.7
