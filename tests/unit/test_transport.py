"""What a request may do on its way: TLS, proxies, redirects, `.netrc`, deadlines and sizes."""

from __future__ import annotations

import contextlib
import socket
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from sipgate_provider import transport
from sipgate_provider._version import __version__
from sipgate_provider.api import SipgateAPI
from sipgate_provider.config import Settings
from sipgate_provider.credentials import PersonalAccessToken
from sipgate_provider.declaration import check
from sipgate_provider.errors import APIError, SipgateError, TransportError
from sipgate_provider.lifecycle import Lifecycle
from sipgate_provider.simulator import (
    DEMO_TOKEN,
    DEMO_TOKEN_ID,
    Answer,
    Reset,
    Simulator,
    Stall,
    Truncate,
)
from sipgate_provider.transport import within

CREDENTIAL = PersonalAccessToken(DEMO_TOKEN_ID, DEMO_TOKEN)
DECLARED = check({"name": "crm", "redirectUris": ["https://crm.example.com/*"]}).inputs


def account(base_url: str) -> SipgateAPI:
    return SipgateAPI(Settings(base_url, CREDENTIAL))


@pytest.fixture
def bundle(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A certificate bundle that the environment names; empty until a test fills it."""
    path = tmp_path / "ca.pem"
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(path))
    return path


def test_a_custom_certificate_bundle_is_taken_from_the_environment_and_connections_are_kept(
    bundle: Path,
) -> None:
    with Simulator(tls=True) as sipgate:
        bundle.write_bytes(sipgate.ca_pem)
        api = account(sipgate.base_url)
        with ThreadPoolExecutor(4) as threads:
            answers = list(threads.map(lambda _: api.list_clients(), range(40)))

        assert answers == [[]] * 40
        assert sipgate.tls_handshakes <= 4


def test_a_server_that_is_not_trusted_gets_nothing_and_the_error_says_what_to_set() -> None:
    with (
        Simulator(tls=True) as sipgate,
        pytest.raises(TransportError, match="REQUESTS_CA_BUNDLE") as caught,
    ):
        account(sipgate.base_url).list_clients()

    assert not caught.value.sent
    assert sipgate.count() == 0


def test_a_bundle_that_does_not_exist_is_named(bundle: Path) -> None:
    with (
        Simulator(tls=True) as sipgate,
        pytest.raises(TransportError, match="certificate bundle") as caught,
    ):
        account(sipgate.base_url).list_clients()

    assert not bundle.exists()
    assert not caught.value.sent


@pytest.mark.parametrize(
    "fault", [Reset(taken=True), Truncate(), Truncate(declared=False)], ids=str
)
def test_tls_that_breaks_after_a_post_repeats_nothing_and_loses_nothing(
    bundle: Path, fault: Reset | Truncate
) -> None:
    with Simulator(tls=True) as sipgate:
        bundle.write_bytes(sipgate.ca_pem)
        sipgate.misbehave(fault, method="POST", times=None)

        outs = Lifecycle(account(sipgate.base_url)).create(DECLARED)

        (made,) = sipgate.account.clients()
        assert outs["clientId"] == made["clientId"]
        assert sipgate.count("POST") == 1


@pytest.mark.parametrize(
    ("proxy", "says"),
    [
        ("http://127.0.0.1:9", "proxy does not answer"),
        ("http://", "proxy"),
        ("socks5://127.0.0.1:9", "HTTPS_PROXY"),
    ],
)
def test_a_proxy_that_does_not_work_is_named_and_the_request_did_not_leave(
    monkeypatch: pytest.MonkeyPatch, proxy: str, says: str
) -> None:
    monkeypatch.setenv("HTTPS_PROXY", proxy)

    with pytest.raises(TransportError, match=says) as caught:
        account("https://sipgate.invalid/v2").list_clients()

    assert not caught.value.sent


def test_nothing_for_loopback_goes_through_a_proxy(
    sipgate: Simulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    monkeypatch.delenv("NO_PROXY", raising=False)
    monkeypatch.delenv("no_proxy", raising=False)

    assert account(sipgate.base_url).list_clients() == []


def test_netrc_does_not_replace_the_credential(
    sipgate: Simulator, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    netrc = tmp_path / "netrc"
    netrc.write_text("default login wrong password wrong\n")
    netrc.chmod(0o600)
    monkeypatch.setenv("NETRC", str(netrc))

    assert account(sipgate.base_url).list_clients() == []


@pytest.mark.parametrize("status", [301, 302, 307, 308])
def test_a_redirect_is_not_followed_and_carries_nothing_elsewhere(
    sipgate: Simulator, status: int
) -> None:
    with Simulator() as elsewhere:
        sipgate.misbehave(
            Answer(status, headers={"Location": f"{elsewhere.base_url}/stolen"}), times=None
        )
        life = Lifecycle(account(sipgate.base_url))
        steps: list[Callable[[], object]] = [
            lambda: life.create(DECLARED),
            lambda: life.read("1", {}),
            lambda: life.update("1", {}, DECLARED),
            lambda: life.delete("1"),
        ]
        for step in steps:
            with pytest.raises(APIError, match="redirect"):
                step()

        assert not elsewhere.requests


def test_a_step_has_one_deadline_for_all_its_requests_and_repeats(sipgate: Simulator) -> None:
    sipgate.misbehave(Stall(taken=False), times=None)
    began = time.monotonic()

    with within(1.5), pytest.raises(TransportError):
        account(sipgate.base_url).list_clients()

    # One read may begin just before the end, and it is given what was left then.
    assert time.monotonic() - began < 5


def test_a_body_that_comes_byte_by_byte_ends_with_the_deadline() -> None:
    ended = threading.Event()

    def drip(server: socket.socket) -> None:
        connection, _ = server.accept()
        with connection, contextlib.suppress(OSError):
            connection.recv(65536)
            connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n")
            while not ended.wait(0.05):
                connection.sendall(b" ")

    with socket.create_server(("127.0.0.1", 0)) as server:
        dripping = threading.Thread(target=drip, args=(server,))
        dripping.start()
        began = time.monotonic()
        try:
            with within(1.0), pytest.raises(TransportError, match="too slowly"):
                account(f"http://127.0.0.1:{server.getsockname()[1]}/v2").list_clients()
        finally:
            ended.set()
            dripping.join()

    assert time.monotonic() - began < 5


def test_waiting_as_long_as_sipgate_asks_stays_within_the_deadline(sipgate: Simulator) -> None:
    sipgate.misbehave(Answer(429, headers={"Retry-After": "3600"}), times=None)
    began = time.monotonic()

    with within(1.0), pytest.raises(SipgateError, match="again in 3600 s"):
        account(sipgate.base_url).list_clients()

    assert time.monotonic() - began < 4


def test_when_the_time_is_over_nothing_is_sent(sipgate: Simulator) -> None:
    with within(0), pytest.raises(TransportError, match="not sent") as caught:
        account(sipgate.base_url).list_clients()

    assert not caught.value.sent
    assert sipgate.count() == 0


def test_an_answer_that_is_too_large_is_not_read_to_its_end(
    sipgate: Simulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(transport, "_MAX_BYTES", 2**20)
    sipgate.misbehave(Answer(200, b" " * (2**20 + 1)))

    with pytest.raises(TransportError, match="larger than 1 MiB"):
        account(sipgate.base_url).list_clients()


def test_requests_say_who_sends_them() -> None:
    assert transport.Transport()._session.headers["User-Agent"] == (  # noqa: SLF001
        f"sipgate-provider/{__version__}"
    )
