"""An origin is spelled as browsers spell it, whatever the address looks like."""

from __future__ import annotations

import pytest

from sipgate_provider.http.addresses import Origin


@pytest.mark.parametrize(
    ("address", "origin"),
    [
        ("https://api.sipgate.com/v2", "https://api.sipgate.com"),
        ("HTTPS://App.Example.com:443/x?y#z", "https://app.example.com"),
        ("http://app.example.com:80", "http://app.example.com"),
        ("http://app.example.com:443", "http://app.example.com:443"),
        ("http://app.example.com:", "http://app.example.com"),
        ("https://user:password@app.example.com:8443/", "https://app.example.com:8443"),
        ("https://*.example.com/*", "https://*.example.com"),
        ("http://localhost:*", "http://localhost:*"),
        ("http://[::1]:3000/", "http://[::1]:3000"),
        ("http://[::1]:*", "http://[::1]:*"),
        ("http://app.example.com:0/", "http://app.example.com:0"),
        ("https://straße.de", "https://xn--strae-oqa.de"),
        ("https://*.BÜCHER.de", "https://*.xn--bcher-kva.de"),
        ("myapp://callback/x", "myapp://callback"),
    ],
)
def test_an_origin_is_what_a_browser_sends(address: str, origin: str) -> None:
    assert str(Origin.of(address)) == origin


@pytest.mark.parametrize(
    "address",
    [
        "",
        "*",
        "+",
        "http*",
        "https:*",
        "com.example.app:/cb",
        "http://",
        "http://a:99999/",
        "http://[/",
    ],
)
def test_an_address_without_a_host_has_no_origin(address: str) -> None:
    assert Origin.of(address) is None
