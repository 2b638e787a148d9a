"""An error is what the log-in does not register, a warning what is risky or never matches, and the rest passes."""

from __future__ import annotations

import re
import time
from urllib.parse import quote, quote_plus

import pulumi
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sipgate_provider.api.properties import SETS
from sipgate_provider.clients.check import check
from sipgate_provider.clients.findings import errors, warnings
from sipgate_provider.clients.rules import refused_ignore
from sipgate_provider.simulator.login import java_uri
from tests.verdicts.registered import ADDRESSES
from tests.verdicts.tables import recorded

PROPERTIES = ("redirectUris", "webOrigins", "privacyUrl", "termsUrl")


def bag(name: str, value: str) -> dict[str, object]:
    return {name: [value] if name in SETS else value}


@pytest.mark.parametrize(
    ("value", "words"),
    [
        ("https://crm.example.com/ *", "leave out white space"),
        (" https://crm.example.com/*", "leave out white space"),
        ("https://crm.example.com/\t", "leave out white space"),
        ("https://crm.example.com/\x00", "control characters"),
        ("https://crm.example.com/\u00a0", "leave out white space"),
        ("127.0.0.1:8080/*", "write the scheme"),
        ("*://crm.example.com/*", "write the scheme"),
        ("://crm.example.com/*", "write the scheme"),
        ("https://crm.example.com/#top", "leave out #"),
        ("https://crm.example.com/#", "leave out #"),
        ("https://", "write the host"),
        ("https:", "write the host"),
        ("/{tenant}/callback", "write %7B for {"),
        ("https://[::1/", "brackets"),
        ("https://[crm.example.com]/", "brackets"),
        ("http://[::1]:*", "nothing but a port after them"),
        ("http://a@b@[::1]/", "brackets"),
        ("javascript:alert(1)", "scheme javascript runs code"),
        ("Data:text/html,x", "scheme data runs code"),
        ("https://crm.example.com/a|b", "write %7C for |"),
        ("https://crm.example.com/a\\b", "write %5C for \\"),
        ("https://crm.example.com/{tenant}", "write %7B for {"),
        ("https://crm.example.com/a]", "write %5D for ]"),
        ("https://crm.example.com/100%", "write %25 for %"),
        ("https://crm.example.com/?a=<b>", "write %3C for <"),
        ("https://crm^.example.com/", "write %5E for ^"),
    ],
)
def test_a_redirect_uri_that_the_log_in_does_not_register_is_an_error(
    value: str, words: str
) -> None:
    (failure,) = errors({"redirectUris": ["https://good.example.com/*", value]})

    assert (failure.name, failure.entry) == ("redirectUris", 1)
    assert failure.reason.startswith("in entry 2, ")
    assert words in failure.reason
    assert not warnings({"redirectUris": [value]})


@pytest.mark.parametrize("name", ["privacyUrl", "termsUrl"])
@pytest.mark.parametrize(
    ("value", "words"),
    [
        ("crm.example.com/privacy", "write the scheme"),
        ("localhost:8080/privacy", "write the scheme"),
        ("crm.example.com:8080/privacy", "write the scheme"),
        ("https://crm.example.com/our privacy", "leave out white space"),
        ("https:/crm.example.com", "write the host"),
        ("https:///privacy", "write the host"),
        ("https://:443/", "a host and port that are valid"),
        ("https://crm.example.com:99999/", "a host and port that are valid"),
        ("javascript:alert(1)", "runs code"),
        ("data:text/html,x", "runs code"),
    ],
)
def test_a_link_that_nobody_can_open_is_an_error(name: str, value: str, words: str) -> None:
    (failure,) = errors({name: value})

    assert (failure.name, failure.entry) == (name, None)
    assert words in failure.reason


@pytest.mark.parametrize(
    "bag",
    [
        {"redirectUris": ["https://example.com/*", "https://*.example.com/*"]},
        {"redirectUris": ["https://phone.sipgate.com/*"], "webOrigins": ["https://*.example.com"]},
        {"redirectUris": ["http://localhost:8080/*", "http://127.0.0.1/*", "http://[::1]:3000/cb"]},
        {"redirectUris": ["com.example.app:/callback", "com.example.app://callback"]},
        {"redirectUris": ["com.example.app:/", "myapp:///", "com.example.app:/oauth2redirect"]},
        {"redirectUris": ["http://[::1]/*", "https://example.com/?a=[b]"]},
        {"redirectUris": ["https://example.com/%7C", "urn:ietf:wg:oauth:2.0:oob"]},
        {"redirectUris": ["https://xn--bcher-kva.example/*", "com.Example.App:/Callback"]},
        {"redirectUris": ["http://localhost:*", "https://example.com/callback?tenant=5"]},
        {"webOrigins": ["http://localhost:8080", "https://example.com:8443", "+"]},
        {"webOrigins": ["https://xn--bcher-kva.example", "http://[::1]:3000"]},
        {"privacyUrl": "https://example.com/privacy#data", "termsUrl": ""},
        {"privacyUrl": "HTTPS://Bücher.example:443/", "termsUrl": "http://example.com/terms"},
    ],
)
def test_what_is_sound_passes_without_a_word(bag: dict[str, object]) -> None:
    assert not errors(bag)
    assert not warnings(bag)


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("redirectUris", "*", "at any address"),
        ("redirectUris", "http*", "at any address"),
        ("redirectUris", "https:*", "at any address"),
        ("redirectUris", "https://*", "covers other people's hosts"),
        ("redirectUris", "https://*/*", "covers other people's hosts"),
        ("redirectUris", "https://*.com/*", "covers other people's hosts"),
        ("redirectUris", "https://example.com*", "covers other people's hosts"),
        ("redirectUris", "HTTPS*", "at any address"),
        ("redirectUris", "http://example.com/*", "use https"),
        ("redirectUris", "http://app.localhost:3000/*", "use https"),
        ("redirectUris", "https://crm.example.com/?a=b&Code=1", "parameter code"),
        ("redirectUris", "https://app-*.example.com/*", "sipgate documents no other"),
        ("redirectUris", "https://crm.example.com/*/callback", "put the wildcard at the end"),
        ("redirectUris", "https://crm.example.com:*/callback", "put the wildcard at the end"),
        ("redirectUris", "https://crm.example.com/callback?to=*", "in an address with a query"),
        ("redirectUris", "crm.example.com/*", "write the scheme"),
        ("redirectUris", "//crm.example.com/*", "write the scheme"),
        ("redirectUris", "/callback", "write the scheme"),
        ("redirectUris", "/call back#a|b", "write the scheme"),
        ("redirectUris", "", "write the scheme"),
        ("redirectUris", "localhost:8080/*", "if this is a host with a port"),
        ("redirectUris", "localhost:/cb", "if this is a host with a port"),
        ("redirectUris", "crm.example.com:8080/*", "if this is a host with a port"),
        ("redirectUris", "com.example.app:*", "if this is a host with a port"),
        ("redirectUris", "https:/crm.example.com", "write the host"),
        ("redirectUris", "https:///callback", "write the host"),
        ("redirectUris", "https://:443/", "a host and port that are valid"),
        ("redirectUris", "https://crm.example.com:99999/", "a host and port that are valid"),
        ("redirectUris", "https://crm.example.com:8443*", "a host and port that are valid"),
        ("webOrigins", "*", "pages of any site"),
        ("webOrigins", "https://*", "covers other people's hosts"),
        ("webOrigins", "http://*.example.com", "use https"),
        ("webOrigins", "https://example.com:*", "write the port"),
        ("webOrigins", "http://localhost:8080/auth-code", "scheme, host and port alone"),
        ("webOrigins", "https://example.com/", "scheme, host and port alone"),
        ("webOrigins", "https://crm.example.com/#x", "scheme, host and port alone"),
        ("webOrigins", "https://crm.example.com#", "scheme, host and port alone"),
        ("webOrigins", "crm.example.com", "write the scheme"),
        ("webOrigins", "127.0.0.1:8080", "write the scheme"),
        ("webOrigins", "localhost:8080", "if this is a host with a port"),
        ("webOrigins", "https:crm.example.com", "write the host"),
    ],
)
def test_what_is_risky_or_never_matches_is_a_warning_and_no_error(
    name: str, value: str, words: str
) -> None:
    (finding,) = warnings({name: [value]})

    assert not errors({name: [value]})
    assert finding.name == name
    assert finding.reason.startswith("in entry 1, ")
    assert words in finding.reason


@pytest.mark.parametrize("name", ["redirectUris", "webOrigins"])
@pytest.mark.parametrize(
    ("value", "words"),
    [
        ("https://CRM.example.com", "write the host in lower case"),
        ("HTTPS://crm.example.com", "write the scheme in lower case"),
        ("Http://LocalHost:3000", "write the host in lower case"),
        ("https://crm.example.com:443", "leave out the scheme's usual port"),
        ("HTTPS://crm.example.com:443", "leave out the scheme's usual port"),
        ("http://localhost:80", "leave out the scheme's usual port"),
        ("https://crm.example.com:", "leave out the colon after the host"),
        ("http://localhost:0080", "leave out the scheme's usual port"),
        ("http://localhost:03000", "without leading zeros"),
        ("http://[::1]:03000", "without leading zeros"),
        ("http://127.1", "write the IP address"),
        ("http://127.1:*", "write the IP address"),
        ("http://0x7f.1:3000", "write the IP address"),
        ("http://0177.0.0.1", "write the IP address"),
        ("http://2130706433", "write the IP address"),
        ("http://127.0.0.1.", "write the IP address"),
        ("http://[0:0::1]:3000", "write the IP address"),
        ("https://Bücher.example", "write the host in punycode"),
        ("https://*.bücher.example", "write the host in punycode"),
        ("https://☃_.example", "write the host in punycode"),
        ("https://crm\u00ad.example.com", "characters U+00AD"),
        ("com.example.app:/\ufeffcb\u200b", "characters U+200B, U+FEFF"),
    ],
)
def test_a_spelling_that_no_browser_sends_is_a_warning(name: str, value: str, words: str) -> None:
    said = [finding.reason for finding in warnings({name: [value]})]

    assert not errors({name: [value]})
    assert any(words in reason for reason in said)
    assert all(word not in reason for reason in said for word in ("exist", "use https"))


@pytest.mark.parametrize(
    ("value", "words"),
    [
        ("https://crm.example.com/ä", "encode non-ASCII characters"),
        ("https://crm.example.com/?a=ä", "encode non-ASCII characters"),
        ("com.example.app:/ä", "encode non-ASCII characters"),
        ("https://crm.example.com/./callback", "without . and .."),
        ("https://crm.example.com/x/../callback", "without . and .."),
        ("https://crm.example.com/x/..", "without . and .."),
        ("https://crm.example.com/%2e%2E/*", "without . and .."),
        ("https://crm.example.com/.%2e/callback", "without . and .."),
        ("com.example.app:/../callback", "without . and .."),
    ],
)
def test_a_path_that_no_browser_sends_is_a_warning(value: str, words: str) -> None:
    (finding,) = warnings({"redirectUris": [value]})

    assert not errors({"redirectUris": [value]})
    assert words in finding.reason


@pytest.mark.parametrize("name", PROPERTIES)
@pytest.mark.parametrize(
    "value",
    ["vbscript:x", "file:///tmp/x", "File:/x", "blob:https://crm.example.com/x", "about:blank"],
)
def test_a_scheme_that_no_page_leads_to_is_a_warning(name: str, value: str) -> None:
    (finding,) = warnings(bag(name, value))

    assert not errors(bag(name, value))
    assert f"with the scheme {value.partition(':')[0].lower()}" in finding.reason


def test_an_ip_address_that_cannot_exist_is_no_host() -> None:
    for host in ("256.0.0.1", "1.2.3.4.5", "0x100000000", "crm.example.1"):
        (finding,) = warnings({"redirectUris": [f"https://{host}/"]})

        assert "a host and port that are valid" in finding.reason


# What makes of an Output a text, in each language. Python's is the SDK's own.
OF_OUTPUTS = [
    "Calling [toString] on an [Output<T>] is not supported.\n\nTo get the value of an Output<T>",
    "Calling [toJSON] on an [Output<T>] is not supported.",
    "Calling [ToString] on an [Output<T>] is not supported.",
    "Calling 'toString' on an 'Output<T>' is not supported.",
    "{%!s(*internal.OutputState=&{0xc000012340 <nil> 0 <nil> <nil> false false 0xf16c00 []})}",
    "{OutputState:0x341260c88230}",
    "{0xc00012a380}",
    f"{[pulumi.Output.from_input('x')]}",
]


@pytest.fixture
def of_python(monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.delenv("PULUMI_ERROR_OUTPUT_STRING", raising=False)
    return str(pulumi.Output.from_input("x"))


@pytest.mark.parametrize("name", [*PROPERTIES, "name", "description"])
def test_pulumi_s_text_for_an_output_is_an_error_in_every_property(
    name: str, of_python: str
) -> None:
    for said in (of_python, *OF_OUTPUTS):
        for value in (
            said,
            f"https://{said}/*",
            f"/{said}",
            f"https://crm.example.com/{quote(said, safe='')}",
            f"https://crm.example.com/?a={quote_plus(said)}",
            f"crm of {said}".lower(),
        ):
            (failure,) = errors(bag(name, value))

            assert "Pulumi's own text in place of an Output's value" in failure.reason
            assert not warnings(bag(name, value))


@pytest.mark.parametrize("name", ["name", "description"])
@pytest.mark.parametrize(
    "value",
    [
        "c\x00rm",
        "crm\x1b[31m",
        "c\x0brm",
        "crm\x7f",
        "crm\x85",
        "crm\x9b31m",
        "\u202emrc",
        "c\u2066rm",
    ],
)
def test_a_control_character_in_what_people_read_is_an_error(name: str, value: str) -> None:
    (failure,) = errors({name: value})

    assert str(failure) == f"{name}: leave out control characters, which no page can show"


@pytest.mark.parametrize("name", ["name", "description"])
@pytest.mark.parametrize(
    ("value", "words"),
    [
        (" crm", "white space at the beginning or end"),
        ("crm\u00a0", "white space at the beginning or end"),
        ("crm\n", "a block that begins with |- or >-"),
        ("crm\r\n", "white space at the beginning or end"),
        ("the\ncrm", "on one line"),
        ("the\r\ncrm", "on one line"),
        ("the\tcrm", "on one line"),
        ("the\u2028crm", "on one line"),
        ("\ufeffcrm", "invisible characters U+FEFF"),
        ("c\u200br\u00adm", "invisible characters U+00AD, U+200B"),
    ],
)
def test_white_space_that_no_page_shows_is_a_warning(name: str, value: str, words: str) -> None:
    (finding,) = warnings({name: value})

    assert not errors({name: value})
    assert finding.name == name
    assert words in finding.reason


@pytest.mark.parametrize(
    "value",
    [
        "Kundenverwaltung Müller & Söhne (CRM), 100 % <neu>",
        "میخواهم \u200f\u200e\u200c",
        "👩\u200d💻 🏴\U000e0067\U000e007f",
        "calling on an outputs {0x} {x}",
        "Calling us on an Outlook phone",
    ],
)
def test_names_in_every_language_pass_without_a_word(value: str) -> None:
    assert not errors({"name": value, "description": value})
    assert not warnings({"name": value, "description": value})


def test_a_redirect_uri_is_an_error_if_and_only_if_keycloak_did_not_register_it() -> None:
    for address, answers in recorded()["redirect URIs"].items():
        found = errors({"redirectUris": [address]})

        assert bool(found) is (answers is None), address


def test_no_origin_that_keycloak_registered_is_an_error() -> None:
    for origins, answers in recorded()["origins"].items():
        assert answers is not None
        assert not errors({"webOrigins": [origins, *origins.split(" ")]})


@given(ADDRESSES)
def test_any_redirect_uri_is_an_error_if_and_only_if_keycloak_would_not_register_it(
    address: str,
) -> None:
    # Keycloak registers a port that it cannot write, and encodes a path of its own.
    uri = java_uri.parse(re.sub("[0-9]{9,}", "8080", address))
    script = uri is not None and (uri.scheme or "").lower() in {"javascript", "data"}
    registers = uri is not None and uri.fragment is None and not script
    if address.startswith("/"):
        registers = not re.search(r"\{[^{}]+\}", address)

    assert bool(errors({"redirectUris": [address]})) is not registers


WORD = st.text("bjkqvwxyz", min_size=6, max_size=9)
SIGNS = st.sampled_from(["", "|", " ", "*", "\u200b", "%", "]", "ä", "#", "?code=", "?Error=x&"])


@given(
    st.sampled_from(PROPERTIES),
    st.sampled_from(
        ["https://", "HTTP://", "com.app:/", "com.app:", "//", "", "localhost:", "data:"]
    ),
    st.lists(WORD, min_size=4, max_size=4),
    st.lists(SIGNS, min_size=4, max_size=4),
    st.sampled_from(["", ".com", ".Com:443", ".com:99999", ":*", "*", ".bücher.de"]),
)
def test_no_finding_contains_a_part_of_the_value(
    name: str, scheme: str, words: list[str], signs: list[str], host: str
) -> None:
    user, domain, path, query = (word + sign for word, sign in zip(words, signs, strict=True))
    value = f"{scheme}{user}:{user}@{domain}{host}/{path}?{query}={query}"

    findings = [*errors(bag(name, value)), *warnings(bag(name, value))]

    for finding in findings:
        said = str(finding).lower()
        assert not any(word in said for word in words)


@pytest.mark.parametrize("name", [*PROPERTIES, "description"])
@pytest.mark.parametrize(
    ("begin", "part"),
    [
        ("", "calling "),
        ("", "calling [a] on an [outpu"),
        ("", "{0x1"),
        ("", " "),
        ("", "\n"),
        ("https://a/", "../"),
        ("https://", "0."),
        ("https://", "a"),
        ("https://", "a."),
        ("https://", "A@"),
        ("https://", "[:"),
        ("https://[", ":"),
        ("https://a:", "0"),
        ("https://", "ä."),
        ("https://", "\u0301\u0327"),
        ("https://a/", "%"),
        ("https://a/", "%41"),
        ("https://a/", "*"),
        ("https://a/", "\u200b"),
        ("https://a/?", "code&"),
        ("https://a/?", "a=b&"),
        ("", "a"),
        ("", ":"),
        ("https:", "*"),
    ],
)
def test_findings_take_time_in_proportion_to_the_length_of_the_value(
    name: str, begin: str, part: str
) -> None:
    def seconds(length: int) -> float:
        properties = bag(name, begin + part * (length // len(part)))
        taken = []
        for _ in range(3):
            started = time.process_time()
            errors(properties)
            warnings(properties)
            taken.append(time.process_time() - started)
        return min(taken)

    short, long = seconds(10_000), seconds(80_000)

    # In proportion it is 8 times, and with the square 64 times. Below a millisecond nothing can be told.
    assert long < 24 * max(short, 0.001)


def test_findings_read_as_a_property_and_what_to_do() -> None:
    (finding,) = warnings({"redirectUris": ["https://CRM.example.com/"]})

    assert str(finding) == "redirectUris: in entry 1, write the host in lower case, as browsers do"


def test_a_name_and_a_redirect_uri_are_needed() -> None:
    assert {f.name for f in errors({"name": " ", "redirectUris": []})} == {"name", "redirectUris"}


def test_what_the_last_deployment_held_already_is_not_refused_but_a_change_of_it_is() -> None:
    olds: dict[str, object] = {"name": "", "redirectUris": ["https://a/#b", "https://a/"]}

    assert not check(olds, olds).failures
    turned = check(olds | {"redirectUris": ["https://a/", "https://a/#b"]}, olds)
    assert not turned.failures
    (failure,) = check(olds | {"redirectUris": ["https://b/", "https://a/#c"]}, olds).failures
    assert (failure.name, failure.entry) == ("redirectUris", 1)


@pytest.mark.parametrize(
    "path",
    [
        "redirectUris[0]",
        "redirect_uris[0]",
        "webOrigins[*]",
        '["redirectUris"][0]',
        '["redirectUris"]',
        "redirectUris.0",
        "[0]",
        "*",
        '["*"]',
        " redirectUris",
        "",
    ],
)
def test_only_the_plain_name_of_a_property_can_be_ignored(path: str) -> None:
    assert refused_ignore(["redirectUris", "redirect_uris", "tags"]) is None
    assert "the entries of a list have no fixed place" in (refused_ignore(["name", path]) or "")
