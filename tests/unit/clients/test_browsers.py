"""What a client has registered is asked about as a browser would send it."""

from __future__ import annotations

import pytest

from sipgate_provider.clients.browsers import concrete_origins, concrete_redirect_uri, origins_of
from sipgate_provider.simulator.login.redirect_uris import is_registered


@pytest.mark.parametrize(
    ("uris", "origins"),
    [
        (
            ["https://app.example.com/*", "https://app.example.com/log-in"],
            ["https://app.example.com"],
        ),
        (
            ["https://b.example.com/", "https://a.example.com/"],
            ["https://b.example.com", "https://a.example.com"],
        ),
        (["https://*.example.com/*"], ["https://*.example.com"]),
        (
            ["http://localhost:3000/*", "http://[::1]:80/*"],
            ["http://localhost:3000", "http://[::1]"],
        ),
        (["HTTPS://APP.example.com:443/", "https://app.example.com"], ["https://app.example.com"]),
        (["https://straße.de/*"], ["https://xn--strae-oqa.de"]),
        (["com.example.app:/callback", "https://[", "crm.example.com/*", "*", "https:*"], []),
        (["com.example.app://callback"], []),
    ],
)
def test_an_origin_is_scheme_host_and_port_as_a_browser_sends_them(
    uris: list[str], origins: list[str]
) -> None:
    assert origins_of(uris) == origins


@pytest.mark.parametrize(
    ("registered", "asked"),
    [
        ("https://app.example.com/callback", "https://app.example.com/callback"),
        ("https://app.example.com/*", "https://app.example.com/verify"),
        ("https://app.example.com/a*", "https://app.example.com/averify"),
        ("https://app.example.com*", "https://app.example.com/verify"),
        ("https://app.example.com:8443*", "https://app.example.com:8443/verify"),
        ("https://*.example.com/*", "https://verify.example.com/verify"),
        ("https://*.example.com", "https://verify.example.com"),
        ("HTTPS://*.Example.com/*", "HTTPS://verify.Example.com/verify"),
        ("HTTP://LocalHost:*", "HTTP://LocalHost:8443"),
        ("https://user@*.example.com/*", "https://user@verify.example.com/verify"),
        ("http://127.0.0.1/callback", "http://127.0.0.1/callback"),
        ("com.example.app:/*", "com.example.app:/verify"),
        ("com.example.app://*", "com.example.app://verify"),
        ("com.example.app:*", "com.example.app:verify"),
        ("*", "https://verify.example.com/"),
        ("http*", "https://verify.example.com/"),
        ("https:*", "https://verify.example.com/"),
        ("http:/*", "http://verify.example.com/"),
        ("https://*", "https://verify.example.com"),
        ("", ""),
    ],
)
def test_words_stand_for_the_wildcards_of_a_redirect_uri(registered: str, asked: str) -> None:
    assert concrete_redirect_uri(registered) == asked


@pytest.mark.parametrize(
    "registered",
    [
        *("https://app.example.com/*", "https://*.example.com/*", "https://*.example.com", "*"),
        *("https://app.example.com*", "https://app.example.com:8443*", "http://localhost:*"),
        *("http*", "https:*", "http:/*", "https://*", "com.example.app:*", "com.example.app://*"),
    ],
)
def test_the_address_for_a_wildcard_is_covered_by_it(registered: str) -> None:
    assert is_registered(concrete_redirect_uri(registered), [registered])


@pytest.mark.parametrize(
    ("registered", "sent"),
    [
        ("https://app.example.com", ["https://app.example.com"]),
        ("HTTPS://APP.example.com/", ["https://app.example.com"]),
        ("https://app.example.com:443", ["https://app.example.com"]),
        ("http://localhost:8080/auth-code", ["http://localhost:8080"]),
        ("http://*.example.com", ["http://verify.example.com"]),
        ("http://localhost:*", ["http://localhost:8443"]),
        ("http://[::1]:3000", ["http://[::1]:3000"]),
        ("https://bücher.example", ["https://xn--bcher-kva.example"]),
        ("https://straße.de", ["https://xn--strae-oqa.de"]),
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
        "HTTPS://A.example.com/b",
        "http://*.example.org/*",
        "app:/x",
        "*",
    ]

    assert concrete_origins("+", uris) == ["https://a.example.com", "http://verify.example.org"]
