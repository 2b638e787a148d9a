"""The log-in against hostile servers and whatever else knocks: a sentence at most, and nothing goes elsewhere."""

from __future__ import annotations

import base64
import contextlib
import hashlib
import http.server
import json
import socket
import threading
import time
import traceback
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
import requests

from sipgate_provider.auth import callback_server as callback
from sipgate_provider.auth.browser_login import Login, log_in
from sipgate_provider.auth.credentials import (
    AccessToken,
    Password,
    PersonalAccessToken,
    RefreshToken,
)
from sipgate_provider.auth.grants import PasswordGrant, RefreshGrant
from sipgate_provider.auth.token_endpoint import Token
from sipgate_provider.errors import APIError, AuthenticationError, SipgateError
from sipgate_provider.http.transport import Transport
from sipgate_provider.settings.settings import Settings
from tests.recording_server import serving

SECRET = "PLANTED-client-secret-1"
GOOD = {"access_token": "a", "refresh_token": "r", "token_type": "Bearer", "expires_in": 300}


class TokenEndpoint(http.server.ThreadingHTTPServer):
    """A server that says to every POST what it is told to, and records what it got."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Endpoint)
        self.status = 200
        self.headers: dict[str, str] = {}
        self.body = json.dumps(GOOD).encode()
        self.forms: list[str] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/realm/protocol/openid-connect/token"


class _Endpoint(http.server.BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        server = self.server
        assert isinstance(server, TokenEndpoint)
        server.forms.append(self.rfile.read(int(self.headers["Content-Length"])).decode())
        self.send_response(server.status)
        for name, value in server.headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(server.body)))
        self.end_headers()
        self.wfile.write(server.body)

    def do_GET(self) -> None:
        server = self.server
        assert isinstance(server, TokenEndpoint)
        server.forms.append(self.path)
        self.send_error(404)

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def endpoint() -> Iterator[TokenEndpoint]:
    with serving(TokenEndpoint()) as server:
        yield server


class Browser:
    """Comes back to the callback in a thread, after whatever else a test does there."""

    def __init__(self, **parameters: str) -> None:
        self.parameters = {"code": "PLANTED-code-123456"} | parameters
        self.pages: list[str] = []
        self.address = ""
        self._threads: list[threading.Thread] = []

    def __call__(self, address: str) -> None:
        self.address = address
        thread = threading.Thread(target=self.come_back)
        thread.start()
        self._threads.append(thread)

    @property
    def query(self) -> dict[str, str]:
        return {name: values[0] for name, values in parse_qs(urlsplit(self.address).query).items()}

    @property
    def port(self) -> int:
        port = urlsplit(self.query["redirect_uri"]).port
        assert port
        return port

    def come_back(self) -> None:
        with requests.Session() as session:
            session.trust_env = False
            answer = session.get(
                self.query["redirect_uri"],
                params={"state": self.query["state"]} | self.parameters,
                timeout=20,
            )
            self.pages.append(answer.text)

    def join(self) -> None:
        for thread in self._threads:
            thread.join()


def log_in_at(endpoint: TokenEndpoint, browser: Browser) -> Token:
    try:
        return log_in(Login("cid", SECRET, endpoint.url), browser, seconds=20)
    finally:
        browser.join()


def refused(endpoint: TokenEndpoint, **parameters: str) -> str:
    """The sentence that the log-in ends with; it holds nothing that is secret or moves a cursor."""
    with pytest.raises(SipgateError) as caught:
        log_in_at(endpoint, Browser(**parameters))
    return sentence(caught.value)


def sentence(error: SipgateError) -> str:
    said = str(error)
    assert said.isprintable()
    assert "PLANTED" not in said
    assert len(said) < 700
    assert "PLANTED" not in "".join(traceback.format_exception(error))
    return said


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_of_the_token_endpoint_carries_nothing_elsewhere(
    endpoint: TokenEndpoint, status: int
) -> None:
    with serving(TokenEndpoint()) as elsewhere:
        endpoint.status = status
        endpoint.headers = {"Location": f"http://localhost:{elsewhere.server_port}/stolen"}

        assert "redirect" in refused(endpoint)

        assert elsewhere.forms == []
    assert len(endpoint.forms) == 1


def test_a_proxy_sees_nothing_of_a_token_endpoint_on_loopback(
    endpoint: TokenEndpoint, monkeypatch: pytest.MonkeyPatch
) -> None:
    with serving(TokenEndpoint()) as proxy:
        for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY"):
            monkeypatch.setenv(name, f"http://127.0.0.1:{proxy.server_port}")

        assert log_in_at(endpoint, Browser()).refresh_token == "r"

        assert proxy.forms == []


def test_the_exchange_holds_the_verifier_of_the_challenge_and_the_secret_in_the_form(
    endpoint: TokenEndpoint,
) -> None:
    browser = Browser(iss=endpoint.url.removesuffix("/protocol/openid-connect/token"))
    log_in_at(endpoint, browser)

    form = {name: values[0] for name, values in parse_qs(endpoint.forms[0]).items()}
    assert form["client_secret"] == SECRET
    assert form["redirect_uri"] == browser.query["redirect_uri"]
    verifier = form["code_verifier"]
    assert 43 <= len(verifier) <= 128
    challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest())
    assert browser.query["code_challenge"] == challenge.decode().rstrip("=")
    assert browser.query["code_challenge_method"] == "S256"
    assert verifier not in browser.address


ODD = "ä &=+%\"'/€"


@pytest.mark.parametrize("secret", [ODD, ""])
def test_a_client_secret_arrives_as_it_is_and_an_empty_one_not_at_all(
    endpoint: TokenEndpoint, secret: str
) -> None:
    browser = Browser()
    log_in(Login("cid", secret, endpoint.url), browser, seconds=20)
    browser.join()

    form = parse_qs(endpoint.forms[0], keep_blank_values=True)
    assert form.get("client_secret", []) == [secret] * bool(secret)


def test_a_user_name_and_a_password_arrive_as_they_are(endpoint: TokenEndpoint) -> None:
    endpoint.body = b'{"access_token": "a"}'

    PasswordGrant(Password(f"me{ODD}", ODD, endpoint.url), Transport())()

    assert parse_qs(endpoint.forms[0]) == {
        "grant_type": ["password"],
        "client_id": ["sipgate-app-web"],
        "username": [f"me{ODD}"],
        "password": [ODD],
    }


@pytest.mark.parametrize("issuer", ["https://evil.example/realm", "", "\x1b]0;x\x07", "https://["])
def test_a_code_of_another_issuer_is_sent_nowhere(endpoint: TokenEndpoint, issuer: str) -> None:
    said = refused(endpoint, iss=issuer)

    assert "comes back from" in said
    assert endpoint.url.removesuffix("/protocol/openid-connect/token") in said
    assert endpoint.forms == []


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"null",
        b"[]",
        b'"access_token"',
        b"[" * 200_000,
        b'{"access_token":' * 100_000,
        b'{"access_token": {"a": 1}, "refresh_token": "r"}',
        b'{"access_token": 5, "refresh_token": "r"}',
        b'{"access_token": "a", "refresh_token": ["r"]}',
        b'{"access_token": "a", "refresh_token": null}',
        b'{"access_token": "a", "refresh_token": "r", "session_state": 7}',
        b'{"access_token": "a b", "refresh_token": "r"}',
        b'{"access_token": "a", "refresh_token": "\\ud800"}',
        b'{"access_token": "same", "refresh_token": "same"}',
        b'{"access_token": "a", "refresh_token": "r", "token_type": "DPoP"}',
        b'{"access_token": "a", "refresh_token": "r", "token_type": null}',
        b'{"access_token": "a", "refresh_token": "r", "error": "invalid_grant"}',
        b'{"error": "invalid_grant"}',
        b"<html>Please log in to this network</html>",
        b'{"access_token": "a\\r\\nX-Evil: 1", "refresh_token": "r"}',
        b"access_token=a&refresh_token=r",
        b"\xff\xfe",
    ],
    ids=lambda body: body[:40].decode(errors="replace"),
)
def test_an_answer_without_tokens_is_a_sentence(endpoint: TokenEndpoint, body: bytes) -> None:
    endpoint.body = body

    assert "Logging in" in refused(endpoint)


def living(expires_in: str) -> bytes:
    return f'{{"access_token": "a", "refresh_token": "r", "expires_in": {expires_in}}}'.encode()


@pytest.mark.parametrize("expires_in", ["1e999", "NaN", "1" + "0" * 400, '"soon"', "{}"])
def test_a_life_that_cannot_be_is_a_sentence(endpoint: TokenEndpoint, expires_in: str) -> None:
    endpoint.body = living(expires_in)

    assert "no usable expires_in" in refused(endpoint)


@pytest.mark.parametrize("expires_in", ["-5", '"300"', "null", "0.5"])
def test_a_life_that_is_odd_costs_no_log_in(endpoint: TokenEndpoint, expires_in: str) -> None:
    endpoint.body = living(expires_in)

    assert log_in_at(endpoint, Browser()).refresh_token == "r"


@pytest.mark.parametrize("token_type", ["Bearer", "bearer", "BEARER"])
def test_a_token_type_is_read_in_any_case(endpoint: TokenEndpoint, token_type: str) -> None:
    endpoint.body = json.dumps(GOOD | {"token_type": token_type}).encode()

    assert log_in_at(endpoint, Browser()).refresh_token == "r"


@pytest.mark.parametrize(
    "access_token",
    [
        "a.b.c",
        "..",
        "a.!!!.c",
        "a." + base64.urlsafe_b64encode(b"[" * 100_000).decode()[:30_000] + ".c",
        "a." + base64.urlsafe_b64encode(b'["sub"]').decode().rstrip("=") + ".c",
        "a." + base64.urlsafe_b64encode(b'{"sub": 5, "sid": []}').decode().rstrip("=") + ".c",
        "a." + base64.urlsafe_b64encode(b"\xff\xfe").decode().rstrip("=") + ".c",
    ],
    ids=range(7),
)
def test_an_access_token_that_says_nothing_readable_names_nobody(access_token: str) -> None:
    token = Token(access_token=access_token)

    assert (token.username, token.session) == ("", "")


@pytest.mark.parametrize(
    ("status", "error", "description", "shown", "kind"),
    [
        (400, "invalid_grant", "Account is not fully set up", "Account is not fully set up", None),
        (401, "invalid_grant", "Invalid user credentials", "Invalid user credentials", None),
        (401, "unauthorized_client", "Invalid client credentials", "clientSecret", None),
        (401, "invalid_client", "x", "clientSecret", None),
        (400, "invalid_grant", "\x1b[2J\x1b]0;owned\x07\u202edone", "done", None),
        (400, "invalid_grant", f"got {SECRET} and PLANTED-code-123456", "got", None),
        (400, "invalid_grant", "eyJPLANTED.x.y password=PLANTED", "invalid_grant", None),
        (400, "invalid_grant", "word " * 100_000, "word", None),
        (400, ["invalid_grant"], {"a": []}, "400", None),
        (200, "invalid_grant", "Token is not active", "log in again", None),
        (503, "temporarily_unavailable", "Down", "run again later", APIError),
        (500, None, None, "run again later", APIError),
    ],
)
def test_the_token_endpoints_own_words_are_shown_and_harmless(
    endpoint: TokenEndpoint,
    status: int,
    error: object,
    description: object,
    shown: str,
    kind: type[APIError] | None,
) -> None:
    endpoint.status = status
    endpoint.body = json.dumps({"error": error, "error_description": description}).encode()

    with pytest.raises(kind or AuthenticationError) as caught:
        log_in_at(endpoint, Browser())

    assert shown in sentence(caught.value)


@pytest.mark.parametrize(
    "said",
    [
        "PLANTED & <pass>",
        "PLANTED+%26+%3Cpass%3E",
        "PLANTED &amp; &lt;pass&gt;",
        "no user PLANTED-me",
    ],
)
def test_a_user_name_or_password_is_never_shown(endpoint: TokenEndpoint, said: str) -> None:
    endpoint.status = 400
    endpoint.body = json.dumps({"error": "invalid_grant", "error_description": said}).encode()

    grant = PasswordGrant(Password("PLANTED-me", "PLANTED & <pass>", endpoint.url), Transport())

    with pytest.raises(AuthenticationError) as caught:
        grant()

    assert "&" not in sentence(caught.value)


def test_a_wrong_client_secret_is_named_as_that_and_not_as_a_spent_token(
    endpoint: TokenEndpoint, tmp_path: Path
) -> None:
    endpoint.status = 401
    refresh = RefreshToken("c", SECRET, "PLANTED-r", endpoint.url, tmp_path / "folder" / "x.json")
    endpoint.body = b'{"error": "unauthorized_client", "error_description": "PLANTED-r"}'

    with pytest.raises(AuthenticationError, match="sipgate:clientSecret") as caught:
        RefreshGrant(refresh, Transport())()

    assert "used up" not in sentence(caught.value)


def test_no_setting_is_named_for_the_client_of_the_password_grant(endpoint: TokenEndpoint) -> None:
    endpoint.status = 400
    said = {
        "error": "unauthorized_client",
        "error_description": "Client not allowed for direct access grants",
    }
    endpoint.body = json.dumps(said).encode()
    grant = PasswordGrant(Password("me", "PLANTED", endpoint.url), Transport())

    with pytest.raises(AuthenticationError, match="not allowed for direct access") as caught:
        grant()

    assert "clientSecret" not in sentence(caught.value)


@pytest.mark.parametrize(
    ("error", "description"),
    [
        ("access_denied", "\x1b[31mno\x1b[0m"),
        ("\x1b]0;owned\x07", "\r\n\n"),
        ("x" * 5000, "y" * 5000),
        ("", ""),
        ("access_denied", "token=PLANTED eyJPLANTED.a.b"),
    ],
)
def test_a_refusal_in_the_callback_is_one_harmless_sentence(
    endpoint: TokenEndpoint, error: str, description: str
) -> None:
    said = refused(endpoint, code="", error=error, error_description=description)

    assert "sipgate refused" in said
    assert endpoint.forms == []


class Knocking(Browser):
    """Others knock, and stay, before the browser comes back."""

    def __init__(self, *openings: bytes, drip: bytes = b"") -> None:
        super().__init__()
        self._openings = openings
        self._drip = drip
        self._over = threading.Event()

    def come_back(self) -> None:
        with contextlib.ExitStack() as stack:
            for opening in self._openings:
                with contextlib.suppress(OSError):
                    knock = socket.create_connection(("127.0.0.1", self.port), 10)
                    stack.enter_context(knock)
                    knock.sendall(opening)
                    if self._drip:
                        dripping = threading.Thread(target=self._dripping, args=(knock,))
                        dripping.start()
                        stack.callback(dripping.join)
            try:
                super().come_back()
            finally:
                self._over.set()

    def _dripping(self, knock: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while not self._over.wait(0.05):
                knock.sendall(self._drip)


@pytest.mark.parametrize(
    "browser",
    [
        Knocking(*[b""] * 100),
        Knocking(*[b"GET /callback?"] * 40, drip=b"x"),
        Knocking(*[b"GET / HTTP/1.1\r\nX: "] * 40, drip=b"y\r\nX: "),
        Knocking(
            b"\r\n",
            b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
            b"GET\r\n\r\n",
            b"GET / HTTP/9.9.9\r\n\r\n",
            b"GET http://[ HTTP/1.1\r\n\r\n",
            b"GET /callback?state=%ff&code=\x1b[2J HTTP/1.1\r\n\r\n",
            b"GET /callback?" + b"a&" * 30_000 + b" HTTP/1.1\r\n\r\n",
            b"POST /callback HTTP/1.1\r\nContent-Length: 99999999\r\n\r\n",
            b"A" * 100_000,
            b"GET / HTTP/1.1\r\n" + b"X: y\r\n" * 500 + b"\r\n",
        ),
    ],
    ids=["idle", "drips in the request line", "drips in the headers", "malformed"],
)
def test_whatever_else_knocks_the_browser_is_served(
    endpoint: TokenEndpoint, browser: Knocking, capfd: pytest.CaptureFixture[str]
) -> None:
    began = time.monotonic()

    assert log_in_at(endpoint, browser).refresh_token == "r"

    assert "Logged in" in browser.pages[0]
    assert time.monotonic() - began < 20
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize(
    "target",
    [
        "/callback?code=c",
        "/callback?code=c&state=other",
        "/callback?code=c&state=state&state=state",
        "/elsewhere?code=c&state=state",
        "//callback?code=c&state=state",
    ],
)
def test_what_does_not_bring_the_state_once_is_not_the_browser(target: str) -> None:
    with callback.CallbackServer(0, "state") as server:
        assert server.accept(target) is None


def test_a_code_that_comes_twice_counts_as_none_and_only_the_first_callback_counts() -> None:
    with callback.CallbackServer(0, "state") as server:
        parameters = server.accept("/callback?code=a&code=b&state=state")
        assert parameters == {"state": "state"}
        server.finish(parameters)
        assert server.accept("/callback?code=a&state=state") is None


def test_nobody_is_waited_for_longer_than_said_and_the_time_is_counted(
    endpoint: TokenEndpoint,
) -> None:
    shown: list[int] = []

    with pytest.raises(SipgateError, match="within 1 s"):
        log_in(
            Login("cid", "", endpoint.url),
            lambda _: None,
            seconds=1.2,
            show_seconds_left=shown.append,
        )

    assert shown[0] == 1
    assert shown == sorted(shown, reverse=True)


@pytest.mark.parametrize(
    "bag",
    [
        Login("c", "PLANTED", "u"),
        Token(access_token="PLANTED-a", expires_in=5, refresh_token="PLANTED-r"),
        PersonalAccessToken("i", "PLANTED"),
        AccessToken("PLANTED"),
        Password("u", "PLANTED", "u"),
        RefreshToken("c", "PLANTED", "PLANTED", "u", Path()),
        Settings("u", RefreshToken("c", "PLANTED", "PLANTED", "u", Path())),
        PasswordGrant(Password("u", "PLANTED", "u"), Transport()),
    ],
    ids=lambda bag: type(bag).__name__,
)
def test_no_repr_shows_a_secret(bag: object) -> None:
    assert "PLANTED" not in repr(bag)
    assert "PLANTED" not in str(bag)
