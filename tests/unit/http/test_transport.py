"""What a request may do on its way: TLS, proxies, redirects, `.netrc`, deadlines and sizes."""

from __future__ import annotations

import ssl
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from sipgate_provider._version import __version__
from sipgate_provider.api.calls import SipgateAPI
from sipgate_provider.auth.credentials import PersonalAccessToken
from sipgate_provider.clients.check import check
from sipgate_provider.clients.lifecycle import Lifecycle
from sipgate_provider.errors import APIError, TransportError
from sipgate_provider.http import connections, transport
from sipgate_provider.http.deadlines import deadline
from sipgate_provider.settings.settings import Settings
from sipgate_provider.simulator import (
    DEMO_TOKEN,
    DEMO_TOKEN_ID,
    Answer,
    Reset,
    Simulator,
    Stall,
    Truncate,
)
from tests.unit.hostile import answers, response, serving

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


def test_the_bundle_is_read_once_for_all_connections(
    bundle: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    read: list[object] = []
    load = ssl.SSLContext.load_verify_locations

    def counted(context: ssl.SSLContext, *where: Any) -> None:
        read.append(where)
        load(context, *where)

    monkeypatch.setattr(ssl.SSLContext, "load_verify_locations", counted)
    with Simulator(tls=True, latency=0.05) as sipgate:
        bundle.write_bytes(sipgate.ca_pem)
        api = account(sipgate.base_url)
        api.list_clients()
        with ThreadPoolExecutor(4) as threads:
            list(threads.map(lambda _: api.list_clients(), range(8)))

        assert sipgate.tls_handshakes == 4
        assert len(read) == 1


def test_a_bundle_without_certificates_is_named(bundle: Path) -> None:
    bundle.write_text("no certificate")
    with (
        Simulator(tls=True) as sipgate,
        pytest.raises(TransportError, match="certificate bundle") as caught,
    ):
        account(sipgate.base_url).list_clients()

    assert not caught.value.sent


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


PROXIES = ("HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy")


@pytest.mark.parametrize("no_proxy", [None, "", "example.com", "::1"])
@pytest.mark.parametrize("proxies", [*((name,) for name in PROXIES), PROXIES], ids=str)
@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "LocalHost"])
def test_nothing_for_loopback_goes_through_a_proxy(
    monkeypatch: pytest.MonkeyPatch, host: str, proxies: tuple[str, ...], no_proxy: str | None
) -> None:
    clean_proxies(monkeypatch)
    if no_proxy is not None:
        monkeypatch.setenv("no_proxy", no_proxy)
    here = response(200, body=b'{"data": []}')
    with serving(answers(here)) as sipgate, serving(answers(here)) as proxy:
        for name in proxies:
            monkeypatch.setenv(name, proxy.url)

        assert account(f"http://{host}:{sipgate.port}/v2").list_clients() == []

    assert not proxy.connections


def test_a_proxy_for_loopback_addresses_of_tls_sees_nothing_either(
    bundle: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    clean_proxies(monkeypatch)
    with Simulator(tls=True) as sipgate, serving(answers()) as proxy:
        bundle.write_bytes(sipgate.ca_pem)
        for name in PROXIES:
            monkeypatch.setenv(name, proxy.url)

        assert account(sipgate.base_url).list_clients() == []

    assert not proxy.connections


def clean_proxies(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in (*PROXIES, "NO_PROXY", "no_proxy"):
        monkeypatch.delenv(name, raising=False)


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

    with deadline(1.5), pytest.raises(TransportError):
        account(sipgate.base_url).list_clients()

    assert time.monotonic() - began < 3


def test_when_the_time_is_over_nothing_is_sent(sipgate: Simulator) -> None:
    with deadline(0), pytest.raises(TransportError, match="not sent") as caught:
        account(sipgate.base_url).list_clients()

    assert not caught.value.sent
    assert sipgate.count() == 0


def test_an_answer_that_is_too_large_is_not_read_to_its_end(
    sipgate: Simulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connections, "MAX_BYTES", 2**20)
    sipgate.misbehave(Answer(200, b" " * (2**20 + 1)))

    with pytest.raises(TransportError, match="larger than"):
        account(sipgate.base_url).list_clients()


def test_a_response_that_cannot_be_unpacked_is_called_that(sipgate: Simulator) -> None:
    sipgate.misbehave(Answer(200, b"{}", {"Content-Encoding": "gzip"}), times=None)

    with pytest.raises(TransportError, match="cannot be unpacked"), deadline(5):
        account(sipgate.base_url).list_clients()


def test_requests_say_who_sends_them() -> None:
    assert transport.Transport()._session.headers["User-Agent"] == (  # noqa: SLF001
        f"sipgate-provider/{__version__}"
    )
