"""Whether a client's addresses work, asked of the simulator's log-in over a real socket."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from sipgate_provider.auth.browser_login import Login
from sipgate_provider.auth.verification import Verification
from sipgate_provider.errors import SipgateError
from sipgate_provider.simulator import Answer, Simulator
from tests.recording_server import RecordingServer, serving

CALLBACK = "https://crm.example.com/callback"
ORIGIN = "https://crm.example.com"
AUTHORIZATION = "openid-connect/auth"
TOKEN = "openid-connect/token"


@pytest.fixture
def client(sipgate: Simulator) -> dict[str, Any]:
    return sipgate.account.add_client(
        name="CRM",
        redirectUris=[CALLBACK, "https://*.example.org/*", "http://127.0.0.1/callback"],
        webOrigins=[ORIGIN, "https://*.example.org"],
    )


def verification(sipgate: Simulator, client: dict[str, Any], secret: str = "") -> Verification:
    token_url = sipgate.token_url.replace("/login/", "/auth/realms/")
    return Verification(Login(client["clientId"], secret or client["clientSecret"], token_url))


@pytest.mark.parametrize(
    ("address", "works"),
    [
        (CALLBACK, True),
        ("https://a.example.org/deep/down?with=query", True),
        ("http://127.0.0.1:4711/callback", True),
        ("https://crm.example.com/other", False),
        ("https://example.org/", False),
        ("https://evil.example/callback", False),
        ("not an address", False),
        ("", False),
    ],
)
def test_a_redirect_uri_works_where_the_client_covers_it(
    sipgate: Simulator, client: dict[str, Any], address: str, *, works: bool
) -> None:
    assert verification(sipgate, client).redirect_uri(address).works is works


def test_a_narrowed_redirect_uri_no_longer_works(
    sipgate: Simulator, client: dict[str, Any]
) -> None:
    asked = verification(sipgate, client)
    before = asked.redirect_uri(CALLBACK)
    sipgate.account.alter_client(client["clientId"], redirectUris=[f"{CALLBACK}/beta"])

    after = asked.redirect_uri(CALLBACK)

    assert (before.works, after.works) == (True, False)
    assert "no redirect URI of the client fits" in after.reason


@pytest.mark.parametrize(
    ("origin", "works"),
    [
        (ORIGIN, True),
        ("https://a.example.org", True),
        ("https://evil.example", False),
        ("http://crm.example.com", False),
        (f"{ORIGIN}:8443", False),
        ("https://bücher.example", False),
        ("https://crm.example.com\n", False),
        (f"{ORIGIN}/", False),
        ("crm.example.com", False),
        ("HTTPS://crm.example.com", False),
        ("https://*.example.org", False),
        ("None", False),
        ("", False),
    ],
)
def test_an_origin_works_where_the_token_endpoint_grants_it(
    sipgate: Simulator, client: dict[str, Any], origin: str, *, works: bool
) -> None:
    assert verification(sipgate, client).origin(origin).works is works


@pytest.mark.parametrize(
    "address",
    [
        "https://crm.example.com:443/callback",
        "HTTPS://CRM.example.com/callback",
        "https://crm.example.com:99999/callback",
        "com.example.crm:callback",
        "com.example.crm:/callback",
    ],
)
def test_a_registered_address_works_in_any_spelling(sipgate: Simulator, address: str) -> None:
    client = sipgate.account.add_client(name="CRM", redirectUris=[address])

    assert verification(sipgate, client).redirect_uri(address).works is True


def test_an_address_that_the_log_in_does_not_end_at_does_not_work(
    sipgate: Simulator, client: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("secrets.token_urlsafe", lambda _: "st")
    for location in ("https://other.example/?state=st", "com.example.crm:x?state=st", "/?state=st"):
        sipgate.misbehave(Answer(302, headers={"Location": location}), path=AUTHORIZATION)

        assert verification(sipgate, client).redirect_uri(CALLBACK).works is False


def test_a_deleted_client_is_told_from_an_address_that_does_not_fit(
    sipgate: Simulator, client: dict[str, Any]
) -> None:
    sipgate.account.remove_client(client["clientId"])
    asked = verification(sipgate, client)

    for verdict in (asked.redirect_uri(CALLBACK), asked.origin(ORIGIN)):
        assert verdict.works is False
        assert "does not know the client" in verdict.reason


def test_a_client_of_another_server_is_unknown(client: dict[str, Any]) -> None:
    with Simulator() as other:
        assert (
            "does not know the client" in verification(other, client).redirect_uri(CALLBACK).reason
        )


def test_nothing_changes_and_nobody_is_logged_in(
    sipgate: Simulator, client: dict[str, Any]
) -> None:
    before = sipgate.account.clients()
    asked = verification(sipgate, client)

    asked.redirect_uri(CALLBACK)
    asked.origin(ORIGIN)

    assert sipgate.account.clients() == before
    statuses = {
        urlsplit(request.path).path.rpartition("/")[2]: request.status
        for request in sipgate.requests
    }
    assert statuses == {"auth": 302, "token": 400}


def test_the_secret_goes_to_the_token_endpoint_alone_and_only_where_it_is_needed(
    client: dict[str, Any],
) -> None:
    with serving(RecordingServer()) as server:
        url = f"http://127.0.0.1:{server.server_port}/protocol/openid-connect/token"
        asked = Verification(Login(client["clientId"], client["clientSecret"], url))
        asked.redirect_uri(CALLBACK)
        with pytest.raises(SipgateError):
            asked.origin(ORIGIN)

    assert len(server.requests) == 3
    assert not any(client["clientSecret"] in request for request in server.requests)


def refuse_client(sipgate: Simulator, error: str, origin: str) -> None:
    """As Keycloak refuses a client itself: any page may read that."""
    headers = {"Access-Control-Allow-Origin": origin, "Content-Type": "application/json"}
    answer = Answer(401, f'{{"error": "{error}"}}', headers)
    sipgate.misbehave(answer, method="POST", path=TOKEN, times=None)


@pytest.mark.parametrize(
    ("error", "works"), [("unauthorized_client", None), ("invalid_client", False)]
)
def test_what_any_page_may_read_about_a_refused_client_grants_nothing(
    sipgate: Simulator, client: dict[str, Any], error: str, works: bool | None
) -> None:
    refuse_client(sipgate, error, "https://evil.example")

    assert verification(sipgate, client).origin("https://evil.example").works is works


def test_without_the_secret_that_is_needed_an_origin_cannot_be_told(
    sipgate: Simulator, client: dict[str, Any]
) -> None:
    refuse_client(sipgate, "unauthorized_client", ORIGIN)
    asked = Verification(Login(client["clientId"], "", sipgate.token_url))

    verdict = asked.origin(ORIGIN)

    assert verdict.works is None
    assert "SIPGATE_CLIENT_SECRET" in verdict.reason


def test_a_client_that_needs_its_secret_is_asked_about_with_it(
    sipgate: Simulator, client: dict[str, Any]
) -> None:
    refusal = Answer(401, '{"error": "unauthorized_client"}')
    sipgate.misbehave(refusal, method="POST", path=TOKEN)

    verdict = verification(sipgate, client).origin(ORIGIN)

    assert verdict.works is True
    assert "if it sends the client's secret" in verdict.reason


def test_a_page_that_keycloak_refuses_outright_is_refused(
    sipgate: Simulator, client: dict[str, Any]
) -> None:
    asked = verification(sipgate, client)
    asked.origin(ORIGIN)
    sipgate.misbehave(Answer(403, '{"error": "Invalid origin"}'), method="POST", path=TOKEN)

    assert asked.origin("https://evil.example").works is False


def test_a_log_in_page_counts_where_an_unregistered_address_gets_none(
    sipgate: Simulator, client: dict[str, Any]
) -> None:
    sipgate.misbehave(Answer(200, "<form>"), path=AUTHORIZATION)
    assert verification(sipgate, client).redirect_uri(CALLBACK).works is True

    sipgate.misbehave(Answer(200, "<form>"), path=AUTHORIZATION, times=None)
    assert verification(sipgate, client).redirect_uri(CALLBACK).works is None


@pytest.mark.parametrize("location", ["https://elsewhere.example/", "http://[", ""])
def test_a_redirect_elsewhere_is_not_followed_and_tells_nothing(
    sipgate: Simulator, client: dict[str, Any], location: str
) -> None:
    sipgate.misbehave(Answer(302, headers={"Location": location}), path=AUTHORIZATION)

    assert verification(sipgate, client).redirect_uri(CALLBACK).works is None
    assert len(sipgate.requests) == 1


def test_an_address_that_fits_does_not_work_where_the_log_in_refuses_the_request(
    sipgate: Simulator, client: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("secrets.token_urlsafe", lambda _: "st")
    said = f"{CALLBACK}?error=unauthorized_client&error_description=Standard+flow+is+off&state=st"
    sipgate.misbehave(Answer(302, headers={"Location": said}), path=AUTHORIZATION)

    verdict = verification(sipgate, client).redirect_uri(CALLBACK)

    assert verdict.works is False
    assert "unauthorized_client: Standard flow is off" in verdict.reason


def test_each_request_has_a_state_and_a_challenge_of_its_own() -> None:
    with serving(RecordingServer()) as server:
        url = f"http://127.0.0.1:{server.server_port}/protocol/openid-connect/token"
        for _ in range(2):
            Verification(Login("client", "", url)).redirect_uri(CALLBACK)
    queries = [parse_qs(urlsplit(request.split()[1]).query) for request in server.requests]

    assert {query["code_challenge_method"][0] for query in queries} == {"S256"}
    for name in ("state", "code_challenge"):
        assert len({query[name][0] for query in queries}) == len(queries)


@pytest.mark.parametrize("status", [404, 429, 500, 503])
def test_a_log_in_that_is_not_there_or_busy_is_one_sentence(
    sipgate: Simulator, client: dict[str, Any], status: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sipgate_provider.http.transport.wait", lambda _: False)
    sipgate.misbehave(Answer(status), times=None)
    asked = verification(sipgate, client)

    for ask in (asked.redirect_uri, asked.origin):
        with pytest.raises(
            SipgateError, match=r"Asking .*; (run again later|check SIPGATE_TOKEN_URL)"
        ):
            ask(ORIGIN)


def test_a_server_that_is_no_log_in_is_named(sipgate: Simulator, client: dict[str, Any]) -> None:
    sipgate.misbehave(Answer(400, "<html>"), times=None)

    with pytest.raises(SipgateError, match="there is no log-in at"):
        verification(sipgate, client).redirect_uri(CALLBACK)


def test_a_log_in_that_is_down_is_one_sentence(sipgate: Simulator, client: dict[str, Any]) -> None:
    asked = verification(sipgate, client)
    sipgate.stop()

    with pytest.raises(SipgateError, match="cannot be reached"):
        asked.redirect_uri(CALLBACK)
