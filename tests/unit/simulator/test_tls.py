from __future__ import annotations

import gc
import socket
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import requests

from sipgate_provider.simulator import ALL, DEMO_TOKEN, DEMO_TOKEN_ID, Reset, Simulator

if TYPE_CHECKING:
    from collections.abc import Iterator

CLIENTS = "/authorization/oauth2/clients"


@pytest.fixture
def secure() -> Iterator[Simulator]:
    with Simulator(tls=True) as simulator:
        yield simulator


@pytest.fixture
def caller(secure: Simulator, tmp_path: Path) -> Iterator[requests.Session]:
    ca_file = tmp_path / "ca.pem"
    ca_file.write_bytes(secure.ca_pem)
    with requests.Session() as session:
        session.trust_env = False
        session.verify = str(ca_file)
        session.auth = (DEMO_TOKEN_ID, DEMO_TOKEN)
        yield session


def test_a_caller_that_trusts_its_authority_reaches_it(
    secure: Simulator, caller: requests.Session
) -> None:
    assert secure.base_url.startswith("https://127.0.0.1:")
    assert caller.get(secure.base_url + CLIENTS, timeout=5).json() == {"data": []}
    by_name = secure.base_url.replace("127.0.0.1", "localhost")
    assert caller.get(by_name + CLIENTS, timeout=5).status_code == 200


def test_the_certificate_decides_over_tls_which_names_it_has(
    secure: Simulator, caller: requests.Session
) -> None:
    named = {"Host": "api.sipgate.com"}

    assert caller.get(secure.base_url + CLIENTS, headers=named, timeout=5).status_code == 200


def test_nobody_else_gets_through(secure: Simulator) -> None:
    with pytest.raises(requests.exceptions.SSLError):
        requests.get(secure.base_url, timeout=5)

    assert secure.count() == 0


def test_handshakes_are_counted_one_for_each_connection(
    secure: Simulator, caller: requests.Session
) -> None:
    for _ in range(3):
        caller.get(secure.base_url + CLIENTS, timeout=5)

    assert secure.tls_handshakes == 1


def test_it_is_trusted_as_before_when_it_starts_again(
    secure: Simulator, caller: requests.Session
) -> None:
    secure.stop()
    secure.start()

    assert caller.get(secure.base_url + CLIENTS, timeout=5).status_code == 200


def test_a_connection_can_be_reset_under_tls_too(
    secure: Simulator, caller: requests.Session
) -> None:
    secure.misbehave(Reset())

    with pytest.raises(requests.exceptions.ConnectionError):
        caller.get(secure.base_url + CLIENTS, timeout=5)


def test_its_issuer_is_https_too(secure: Simulator, caller: requests.Session) -> None:
    origin = secure.base_url.removesuffix("/v2")
    url = f"{origin}/auth/realms/third-party/.well-known/openid-configuration"

    assert caller.get(url, timeout=5).json()["issuer"] == f"{origin}/auth/realms/third-party"
    assert secure.issue_access_token(ALL)


def test_stopping_in_the_middle_of_a_handshake_takes_no_longer_than_a_moment() -> None:
    with Simulator(tls=True) as sipgate:
        host, _, port = sipgate.base_url.removeprefix("https://").partition("/")[0].partition(":")
        with socket.create_connection((host, int(port)), timeout=1):
            time.sleep(0.05)
            started = time.perf_counter()
            sipgate.stop()

            assert time.perf_counter() - started < 2
    assert not [thread for thread in threading.enumerate() if "sipgate" in thread.name]
    gc.collect()


def test_without_tls_there_is_no_authority(sipgate: Simulator) -> None:
    with pytest.raises(ValueError, match="tls=True"):
        _ = sipgate.ca_pem
    assert sipgate.tls_handshakes == 0
