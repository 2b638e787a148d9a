from __future__ import annotations

import pytest

from sipgate_provider.clients.origins import origins_of


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
        (["https://APP.example.com:443/"], ["https://app.example.com"]),
        (["com.example.app:/callback", "https://[", "crm.example.com/*", "*"], []),
    ],
)
def test_an_origin_is_scheme_host_and_port_as_a_browser_sends_them(
    uris: list[str], origins: list[str]
) -> None:
    assert origins_of(uris) == origins
