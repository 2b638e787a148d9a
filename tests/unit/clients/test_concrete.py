from __future__ import annotations

import pytest

from sipgate_provider.clients.concrete import concrete_origins, concrete_redirect_uri
from sipgate_provider.simulator.login.redirect_uris import is_registered


@pytest.mark.parametrize(
    ("registered", "asked"),
    [
        ("https://app.example.com/callback", "https://app.example.com/callback"),
        ("https://app.example.com/*", "https://app.example.com/verify"),
        ("https://app.example.com/a*", "https://app.example.com/averify"),
        ("https://*.example.com/*", "https://verify.example.com/verify"),
        ("https://*.example.com", "https://verify.example.com"),
        ("http://127.0.0.1/callback", "http://127.0.0.1/callback"),
        ("com.example.app:/*", "com.example.app:/verify"),
        ("com.example.app://*", "com.example.app://verify"),
        ("*", "https://verify.example.com/"),
    ],
)
def test_words_stand_for_the_wildcards_of_a_redirect_uri(registered: str, asked: str) -> None:
    assert concrete_redirect_uri(registered) == asked


@pytest.mark.parametrize(
    "registered",
    ["https://app.example.com/*", "https://*.example.com/*", "https://*.example.com", "*"],
)
def test_the_address_for_a_wildcard_is_covered_by_it(registered: str) -> None:
    assert is_registered(concrete_redirect_uri(registered), [registered])


@pytest.mark.parametrize(
    ("registered", "sent"),
    [
        ("https://app.example.com", ["https://app.example.com"]),
        ("https://APP.example.com/", ["https://app.example.com"]),
        ("https://app.example.com:443", ["https://app.example.com"]),
        ("http://localhost:8080/auth-code", ["http://localhost:8080"]),
        ("http://*.example.com", ["http://verify.example.com"]),
        ("http://localhost:*", ["http://localhost:8443"]),
        ("http://[::1]:3000", ["http://[::1]:3000"]),
        ("https://bücher.example", ["https://xn--bcher-kva.example"]),
        ("*", ["https://verify.example.com"]),
        ("app.example.com", ["app.example.com"]),
        ("https://app.example.com:port", ["https://app.example.com:port"]),
    ],
)
def test_an_origin_is_written_as_a_browser_sends_it(registered: str, sent: list[str]) -> None:
    assert concrete_origins(registered, []) == sent


def test_plus_stands_for_the_origins_of_the_redirect_uris() -> None:
    uris = [
        "https://a.example.com/*",
        "https://a.example.com/b",
        "http://*.example.org/*",
        "app:/x",
    ]

    assert concrete_origins("+", uris) == ["https://a.example.com", "http://verify.example.org"]
