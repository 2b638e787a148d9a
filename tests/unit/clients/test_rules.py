"""What can never work is refused, what is risky is advice, and what sipgate documents or uses passes in silence."""

from __future__ import annotations

import pytest

from sipgate_provider.clients.check import check
from sipgate_provider.clients.redirect_uris import unregistrable
from sipgate_provider.clients.rules import errors, warnings
from tests.verdicts.tables import recorded


@pytest.mark.parametrize(
    ("value", "word"),
    [
        ("crm.example.com/*", "no scheme"),
        ("//crm.example.com/*", "no scheme"),
        ("localhost:8080/*", "no scheme"),
        ("*://crm.example.com/*", "no scheme"),
        ("https://crm.example.com/ *", "white space"),
        (" https://crm.example.com/*", "white space"),
        ("https://crm.example.com/\t", "white space"),
        ("https://crm.example.com/#top", "fragment"),
        ("https://", "no host"),
        ("https:///callback", "no host"),
        ("https:/crm.example.com", "no host"),
        ("https://:443/", "no host"),
        ("https://crm.example.com:99999/", "port"),
        ("https://crm.example.com:*/callback", "port"),
        ("https://[::1/", "no host"),
        ("https://crm.example.com/*/callback", "inside the path"),
        ("https://crm.example.com/callback?to=*", "beside a query"),
        ("javascript:alert(1)", "runs code"),
        ("Data:text/html,x", "runs code"),
        ("https://crm.example.com/a|b", "write %7C"),
        ("https://crm.example.com/a\\b", "write %5C"),
        ("https://crm.example.com/{tenant}", "write %7B"),
        ("https://crm.example.com/a]", "write %5D"),
        ("https://crm.example.com/100%", "write %25"),
        ("https://crm.example.com/?a=<b>", "write %3C"),
        ("http://[::1]:*", "leave the port out"),
    ],
)
def test_a_redirect_uri_that_can_never_work_is_refused_with_its_path(value: str, word: str) -> None:
    (failure,) = errors({"redirectUris": ["https://good.example.com/*", value]})

    assert failure.path == "redirectUris[1]"
    assert word in failure.reason


@pytest.mark.parametrize(
    ("value", "word"),
    [
        ("crm.example.com", "no scheme"),
        ("https://crm.example.com/#x", "fragment"),
        ("https://crm.example.com ", "white space"),
        ("https://", "no host"),
    ],
)
def test_an_origin_that_can_never_work_is_refused_with_its_path(value: str, word: str) -> None:
    (failure,) = errors({"webOrigins": [value]})

    assert failure.path == "webOrigins[0]"
    assert word in failure.reason


@pytest.mark.parametrize(
    "bag",
    [
        {"redirectUris": ["https://example.com/*", "https://*.example.com/*"]},
        {"redirectUris": ["https://phone.sipgate.com/*"], "webOrigins": ["https://*.example.com"]},
        {"redirectUris": ["http://localhost:8080/*", "http://127.0.0.1/*", "http://[::1]:3000/cb"]},
        {"redirectUris": ["com.example.app:/callback", "com.example.app://callback"]},
        {
            "redirectUris": [
                "http://[::1]/*",
                "https://example.com/?a=[b]",
                "https://example.com/%7C",
            ]
        },
        {"redirectUris": ["https://xn--bcher-kva.example/*", "com.Example.App:/Callback"]},
        {"redirectUris": ["http://localhost:*", "http://app.localhost:3000/*"]},
        {"redirectUris": ["https://example.com/callback?tenant=5"]},
        {"webOrigins": ["http://localhost:8080", "https://example.com:8443", "+"]},
        {"privacyUrl": "https://example.com/privacy#data", "termsUrl": ""},
    ],
)
def test_what_is_sound_passes_without_a_word(bag: dict[str, object]) -> None:
    assert not errors(bag)
    assert not warnings(bag)


@pytest.mark.parametrize(
    ("bag", "word"),
    [
        ({"redirectUris": ["http://example.com/*"]}, "plain http"),
        ({"redirectUris": ["*"]}, "any address"),
        ({"redirectUris": ["https://crm.example.com/?a=b&Code=1"]}, "parameter Code"),
        ({"redirectUris": ["https://*"]}, "hosts of anybody"),
        ({"redirectUris": ["https://*/*"]}, "hosts of anybody"),
        ({"redirectUris": ["https://*.com/*"]}, "hosts of anybody"),
        ({"redirectUris": ["https://example.com*"]}, "hosts of anybody"),
        ({"redirectUris": ["https://app-*.example.com/*"]}, "may never match"),
        ({"webOrigins": ["*"]}, "any site"),
        ({"webOrigins": ["http://*.example.com"]}, "plain http"),
        ({"webOrigins": ["https://*"]}, "hosts of anybody"),
        ({"webOrigins": ["http://localhost:8080/auth-code"]}, "path"),
        ({"webOrigins": ["https://example.com/"]}, "path"),
    ],
)
def test_what_works_but_is_risky_is_advice_and_no_failure(
    bag: dict[str, object], word: str
) -> None:
    (finding,) = warnings(bag)

    assert not errors(bag)
    assert finding.path.endswith("[0]")
    assert word in finding.reason


@pytest.mark.parametrize(
    ("value", "what", "write"),
    [
        ("https://CRM.example.com/Cb", "capitals", "https://crm.example.com/Cb"),
        ("HTTPS://crm.example.com", "capitals", "https://crm.example.com"),
        ("http://LOCALHOST:*", "capitals", "http://localhost:*"),
        ("https://crm.example.com:443/cb", "port 443", "https://crm.example.com/cb"),
        ("http://localhost:80/*", "port 80", "http://localhost/*"),
        ("https://Bücher.example/*", "ASCII", "https://xn--bcher-kva.example/*"),
        ("https://*.bücher.example/*", "ASCII", "https://*.xn--bcher-kva.example/*"),
        ("https://☃_.example/*", "ASCII", "its host in punycode (xn--…)"),
        ("https://crm.example.com/\u200bcb", "U+200B", "https://crm.example.com/cb"),
        ("https://crm\u00ad.example.com:443", "U+00AD", "https://crm.example.com"),
        ("com.example.app:/\ufeffcb", "U+FEFF", "com.example.app:/cb"),
    ],
)
@pytest.mark.parametrize("name", ["redirectUris", "webOrigins"])
def test_a_spelling_that_no_browser_sends_is_a_warning_that_says_what_to_write(
    name: str, value: str, what: str, write: str
) -> None:
    bag = {name: [value]}
    said = [finding.reason for finding in warnings(bag) if "no browser sends; " in finding.reason]

    assert not errors(bag)
    assert len(said) == 1
    assert what in said[0]
    assert said[0].endswith(f"write {write}")


def test_what_keycloak_did_not_register_is_refused_and_of_the_rest_nothing_for_that_reason() -> (
    None
):
    for address, answers in recorded()["redirect URIs"].items():
        if answers is None:
            assert errors({"redirectUris": [address]}), address
        else:
            assert not list(unregistrable(address.partition(":")[2])), address


def test_a_name_and_a_redirect_uri_are_needed() -> None:
    assert [f.path for f in errors({"name": " ", "redirectUris": []})] == ["name", "redirectUris"]


def test_what_the_last_deployment_held_already_is_not_refused_but_a_change_of_it_is() -> None:
    olds: dict[str, object] = {"name": "", "redirectUris": ["crm.example.com", "https://a/"]}

    assert not check(olds, olds).failures
    turned = check(olds | {"redirectUris": ["https://a/", "crm.example.com"]}, olds)
    assert not turned.failures
    (failure,) = check(olds | {"redirectUris": ["https://b/", "crm.example.net"]}, olds).failures
    assert failure.path == "redirectUris[1]"


@pytest.mark.parametrize(
    "address", ["com.example.app:/", "myapp:///", "com.example.app:/oauth2redirect"]
)
def test_an_apps_own_scheme_needs_no_host(address: str) -> None:
    assert not errors({"redirectUris": [address]})


@pytest.mark.parametrize("address", ["localhost:*", "localhost:/cb", "localhost:3000", "app:*"])
def test_a_host_in_place_of_a_scheme_is_refused(address: str) -> None:
    assert "has no scheme" in errors({"redirectUris": [address]})[0].reason


@pytest.mark.parametrize("name", ["privacyUrl", "termsUrl"])
@pytest.mark.parametrize("address", ["javascript:alert(1)", "data:text/html,x"])
def test_an_address_that_runs_code_is_refused_wherever_it_is(name: str, address: str) -> None:
    assert "runs code" in errors({name: address})[0].reason
