"""`doctor` on the machine: proxies in the way of Pulumi's own connections."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator

import pytest

from sipgate_provider.cli.machine import own_connections


@pytest.fixture
def proxy() -> Iterator[str]:
    """The address of a proxy that refuses everything."""
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def refuse() -> None:
            while True:
                try:
                    connection, _ = listener.accept()
                except OSError:
                    return
                with connection:
                    connection.recv(4096)
                    connection.sendall(b"HTTP/1.1 502 Bad Gateway\r\n\r\n")

        threading.Thread(target=refuse, daemon=True).start()
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        listener.shutdown(socket.SHUT_RDWR)


# gRPC gives up after 5 s.
@pytest.mark.parametrize(
    "name",
    [
        "grpc_proxy",
        pytest.param("https_proxy", marks=pytest.mark.full),
        pytest.param("http_proxy", marks=pytest.mark.full),
    ],
)
def test_a_proxy_in_the_way_of_pulumis_own_connections_is_found(
    monkeypatch: pytest.MonkeyPatch, proxy: str, name: str
) -> None:
    monkeypatch.setenv(name, proxy)
    # Only its lower-case namesake counts.
    monkeypatch.setenv("NO_PROXY", "127.0.0.1,localhost")

    found = own_connections()

    assert found is not None
    assert found.state == "bad"
    assert name in found.fact
    assert "no_proxy=127.0.0.1,localhost" in found.remedy


def test_a_proxy_that_is_passed_by_is_well(monkeypatch: pytest.MonkeyPatch, proxy: str) -> None:
    monkeypatch.setenv("https_proxy", proxy)
    monkeypatch.setenv("no_proxy", "example.com,127.0.0.1,localhost")

    found = own_connections()

    assert found is not None
    assert found.state == "good"


def test_a_proxy_that_grpc_does_not_read_is_no_finding(
    monkeypatch: pytest.MonkeyPatch, proxy: str
) -> None:
    for name in ("HTTPS_PROXY", "HTTP_PROXY", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(name, proxy)

    assert own_connections() is None
