"""sipgate's own wildcard before a host. All other rules are Keycloak's: see test_as_keycloak."""

from __future__ import annotations

import pytest

from sipgate_provider.simulator.login.redirect_uris import is_registered, with_parameters

# What is registered, what is asked for, and whether that may be.
HOSTS = [
    ("https://*.example.com/*", "https://crm.example.com/cb", True),
    ("https://*.example.com/*", "https://crm.example.com", True),
    ("https://*.example.com/*", "https://crm.example.com/cb?a=b#c", True),
    ("https://*.example.com/*", "https://a.b.example.com/cb", True),
    ("https://*.example.com/cb", "https://crm.example.com/cb", True),
    ("https://*.example.com*", "https://crm.example.com/cb", True),
    ("https://*.example.com:8443/*", "https://crm.example.com:8443/cb", True),
    ("https://*.example.com:*", "https://crm.example.com:8443/cb", True),
    ("https://*.example.com", "https://crm.example.com", True),
    ("https://*.example.com/cb?a=b", "https://crm.example.com/cb?a=b", True),
    ("http://*.localhost/*", "http://app.localhost/cb", True),
    ("https://*.example.com/*", "https://example.com/", False),
    ("https://*.example.com/*", "https://.example.com/", False),
    ("https://*.example.com/*", "https://evilexample.com/", False),
    ("https://*.example.com/*", "https://crm.example.com.evil.example/", False),
    ("https://*.example.com/*", "https://crm.example.com@evil.example/", False),
    ("https://*.example.com/*", "https://user@crm.example.com/", False),
    ("https://*.example.com/*", "https://evil.example/.example.com/", False),
    ("https://*.example.com/*", "https://evil.example?.example.com/", False),
    ("https://*.example.com/*", "https://evil.example#.example.com/", False),
    ("https://*.example.com/*", "https://evil.example\\.example.com/", False),
    ("https://*.example.com/*", "https://crm.example.com:8080/", False),
    ("https://*.example.com/*", "http://crm.example.com/", False),
    ("https://*.example.com/*", "https://CRM.EXAMPLE.COM/", False),
    ("https://*.example.com/*", "https://a_b.example.com/", False),
    ("https://*.example.com/*", "https://crm.example.com/cb?code=1", False),
    ("https://*.example.com/app/*", "https://crm.example.com/app/../cb", False),
    ("https://*.example.com/cb", "https://crm.example.com/cb/", False),
    ("https://*.example.com:8443/*", "https://crm.example.com/", False),
    ("https://*.*.example.com/*", "https://a.b.example.com/", False),
    ("https://a.*.example.com/*", "https://a.b.example.com/", False),
    ("https://crm*.example.com/*", "https://crm2.example.com/", False),
    ("https://*/*", "https://crm.example.com/", False),
    ("https://*.", "https://crm.", False),
]


@pytest.mark.parametrize(("registered", "uri", "covered"), HOSTS)
def test_a_wildcard_in_front_of_a_host_is_any_name_there(
    registered: str, uri: str, covered: bool
) -> None:
    assert is_registered(uri, ["https://other.example/", registered]) is covered


def test_without_registered_addresses_none_is_covered() -> None:
    assert not is_registered("https://example.com/", [])


def test_parameters_join_the_query_that_is_there() -> None:
    joined = with_parameters("https://example.com/cb?a=1", {"code": "x y"})

    assert joined == "https://example.com/cb?a=1&code=x+y"


def test_parameters_can_go_into_the_fragment() -> None:
    joined = with_parameters("https://example.com/cb?a=1", {"code": "x"}, in_fragment=True)

    assert joined == "https://example.com/cb?a=1#code=x"


@pytest.mark.parametrize("end", ["/*", "*", "/cb"])
@pytest.mark.parametrize(
    "address", ["https://" + "a." * 250_000 + "c/", "https://" + "a" * 250_000, "x" * 250_000]
)
def test_no_address_and_no_pattern_takes_long_to_compare(address: str, end: str) -> None:
    # A regular expression would take minutes: it tries the pattern behind each dot.
    assert not is_registered(address, ["https://*." + "a." * 100_000 + f"b{end}"])


def test_nobody_is_redirected_to_an_invalid_address() -> None:
    assert not is_registered("http://[", ["http://["])
