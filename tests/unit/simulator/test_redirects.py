from __future__ import annotations

import pytest

from sipgate_provider.simulator.login.redirect_uris import is_registered, with_parameters


@pytest.mark.parametrize(
    ("registered", "uri"),
    [
        ("https://crm.example.com/cb", "https://crm.example.com/cb"),
        ("https://crm.example.com/*", "https://crm.example.com/a/b?c=d"),
        ("https://crm.example.com/*", "https://crm.example.com"),
        ("https://crm.example.com/*", "https://CRM.example.com/a"),
        ("https://crm.example.com/a b", "https://crm.example.com/a%20b"),
        ("https://*.example.com/*", "https://crm.example.com/cb"),
        ("https://*.example.com/*", "https://a.b.example.com/cb"),
        ("https://*.example.com/cb", "https://crm.example.com/cb"),
        ("*", "https://anything.example/at/all"),
        ("http://localhost:*", "http://localhost:1234/callback"),
        ("com.example.app:/cb", "com.example.app:/cb"),
    ],
)
def test_an_address_that_is_registered_or_begins_like_one_is_covered(
    registered: str, uri: str
) -> None:
    assert is_registered(uri, ["https://other.example/", registered])


@pytest.mark.parametrize(
    ("registered", "uri"),
    [
        ("https://crm.example.com/cb", "https://crm.example.com/cb/"),
        ("https://crm.example.com/cb", "https://crm.example.com/cb?a=b"),
        ("https://crm.example.com/cb", "http://crm.example.com/cb"),
        ("https://crm.example.com/cb", "https://crm.example.com:444/cb"),
        ("https://crm.example.com/*", "https://crm.example.com.evil.example/"),
        ("https://crm.example.com/*", "https://crm.example.com@evil.example/"),
        ("https://crm.example.com/*", "https://crm.example.com\\@evil.example/"),
        ("https://crm.example.com/*", "https://crm.example.com%2f.evil.example/"),
        ("https://crm.example.com/app/*", "https://crm.example.com/app/../evil"),
        ("https://crm.example.com/app/*", "https://crm.example.com/app/%252e%252e/evil"),
        ("https://crm.example.com/app/*", "https://crm.example.com/app/%25252525252e"),
        ("https://crm.example.com/app/*", "https://crm.example.com/application"),
        ("https://*.example.com/*", "https://example.com/"),
        ("https://*.example.com/*", "https://evil.example/.example.com/"),
        ("https://*.example.com/*", "https://evil.example?.example.com/"),
        ("https://*.example.com/*", "https://crm.example.com:8080/"),
        ("https://crm.example.com/?*", "https://crm.example.com/?a"),
        ("*", "javascript:alert(1)"),
        ("*", ""),
        ("*", "/relative"),
        ("*", "http://[broken/"),
    ],
)
def test_an_address_that_only_looks_like_a_registered_one_is_not_covered(
    registered: str, uri: str
) -> None:
    assert not is_registered(uri, [registered])


def test_without_registered_addresses_none_is_covered() -> None:
    assert not is_registered("https://example.com/", [])


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
@pytest.mark.parametrize("path", ["/*", "/callback"])
def test_on_loopback_an_address_registered_without_port_is_good_for_every_port(
    host: str, path: str
) -> None:
    assert is_registered(f"http://{host}:54321/callback", [f"http://{host}{path}"])


@pytest.mark.parametrize(
    ("registered", "uri"),
    [
        ("http://127.0.0.1:8080/callback", "http://127.0.0.1:54321/callback"),
        ("http://127.0.0.1/callback", "http://127.0.0.1:54321/other"),
        ("http://127.0.0.1/*", "http://localhost:54321/callback"),
        ("http://[::1]/callback", "http://[::1]:54321/callback"),
        ("https://localhost/*", "https://localhost:54321/callback"),
        ("http://example.com/*", "http://example.com:54321/callback"),
        ("http://localhost/*", "http://localhost:1@evil.example/"),
        ("http://localhost/*", "http://localhost:1.evil.example/"),
    ],
)
def test_the_port_is_left_aside_in_no_other_case(registered: str, uri: str) -> None:
    assert not is_registered(uri, [registered])


def test_parameters_join_the_query_that_is_there_and_replace_their_like() -> None:
    joined = with_parameters("https://example.com/cb?a=1&code=old", {"code": "x y"})

    assert joined == "https://example.com/cb?a=1&code=x+y"


def test_parameters_can_go_into_the_fragment() -> None:
    joined = with_parameters("https://example.com/cb?a=1", {"code": "x"}, in_fragment=True)

    assert joined == "https://example.com/cb?a=1#code=x"


@pytest.mark.parametrize("end", ["/*", "*", "/cb"])
def test_no_address_and_no_pattern_takes_long_to_compare(end: str) -> None:
    # A regular expression would take minutes: it tries the pattern behind each dot.
    assert not is_registered(
        "https://" + "a." * 250_000 + "c/", ["https://*." + "a." * 100_000 + f"b{end}"]
    )


def test_nobody_is_sent_to_what_is_no_address() -> None:
    assert not is_registered("http://[", ["http://["])
