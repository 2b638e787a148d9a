"""Logging in with the user's own browser: the authorization code flow with PKCE (RFC 6749, 4.1; 7636; 8252).

The browser comes back to a server on loopback that lives for this one log-in. An answer with another state is not
ours and is ignored, and so is everything else that knocks. authlib makes the challenge and the address, checks the
state again and exchanges the code.
"""

from __future__ import annotations

import html
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, HTTPServer
from urllib.parse import parse_qs, urlsplit

import requests
from authlib.common.errors import AuthlibBaseError
from authlib.integrations.requests_client import OAuth2Session

from sipgate_provider.errors import ConfigurationError, SipgateError

__all__ = ["Login", "log_in"]

SCOPES = "authorization:oauth2:clients:read authorization:oauth2:clients:write"
"""What managing clients needs, and no more."""

_PATH = "/callback"
_EXCHANGE_SECONDS = 30.0


@dataclass(frozen=True)
class Login:
    """Through which client and at which endpoints somebody logs in."""

    client_id: str
    client_secret: str = field(repr=False)
    token_url: str

    @property
    def authorization_url(self) -> str:
        """The authorization endpoint, the token endpoint's neighbour."""
        return self.token_url.removesuffix("/token") + "/auth"


def log_in(
    login: Login, open_browser: Callable[[str], None], *, port: int = 0, seconds: float = 300.0
) -> str:
    """The refresh token of somebody who has just logged in.

    Args:
        login: Where and through what.
        open_browser: Shows an address to the user.
        port: Where on loopback the browser comes back to; 0 takes any free one.
        seconds: How long to wait for that.

    Raises:
        SipgateError: Nobody logged in, or sipgate refused.
    """
    try:
        server = _Loopback(("127.0.0.1", port), _Handler)
    except OSError as error:
        raise ConfigurationError(
            f"Cannot listen on 127.0.0.1, port {port}: {error.strerror}; choose another with --port."
        ) from None
    with server:
        method = "client_secret_post" if login.client_secret else "none"
        with OAuth2Session(
            login.client_id,
            login.client_secret or None,
            scope=SCOPES,
            redirect_uri=server.redirect_uri,
            code_challenge_method="S256",
            token_endpoint_auth_method=method,
        ) as session:
            verifier = secrets.token_urlsafe(48)
            address, server.state = session.create_authorization_url(
                login.authorization_url, code_verifier=verifier
            )
            open_browser(address)
            answer = server.wait(seconds)
            try:
                token = session.fetch_token(
                    login.token_url,
                    authorization_response=answer,
                    state=server.state,
                    code_verifier=verifier,
                    timeout=_EXCHANGE_SECONDS,
                )
            except AuthlibBaseError as error:
                raise SipgateError(
                    f"Logging in: sipgate refused the code ({error.error}). Check the client's id and secret, and "
                    "log in again."
                ) from None
            except (requests.RequestException, ValueError):
                raise SipgateError(
                    "Logging in: no usable answer came from the token endpoint; check the network and "
                    "sipgate:tokenUrl."
                ) from None
    refresh_token = token.get("refresh_token")
    if not isinstance(refresh_token, str) or not refresh_token:
        raise SipgateError(
            "Logging in: sipgate answered no refresh token, so nothing can be kept; use a client that may have one."
        )
    return refresh_token


class _Loopback(HTTPServer):
    """Waits for the browser's answer to one log-in."""

    state = ""
    answer: str | None = None

    @property
    def redirect_uri(self) -> str:
        return f"http://127.0.0.1:{self.server_port}{_PATH}"

    def wait(self, seconds: float) -> str:
        """The address that the browser came back to.

        Raises:
            SipgateError: It came back with a refusal, or not in time.
        """
        ends = time.monotonic() + seconds
        while self.answer is None and (left := ends - time.monotonic()) > 0:
            self.timeout = min(left, 1.0)
            self.handle_request()
        if self.answer is None:
            raise SipgateError(f"Logging in: nobody did within {seconds:.0f} s; run it again.")
        query = parse_qs(urlsplit(self.answer).query)
        if "code" not in query:
            error = query.get("error", ["no code"])[0][:60]
            raise SipgateError(f"Logging in: sipgate refused ({error}); nothing was kept.")
        return self.answer


class _Handler(BaseHTTPRequestHandler):
    """Answers the browser with a page that says what happened."""

    # A browser that connects and says nothing must not hold up the one that has the code.
    timeout = 5

    def do_GET(self) -> None:  # the name that http.server asks for
        server = self.server
        assert isinstance(server, _Loopback)  # noqa: S101  for the type alone
        parts = urlsplit(self.path)
        query = parse_qs(parts.query)
        if parts.path != _PATH or query.get("state") != [server.state]:
            self._say(404, "Nothing here", "This address is for one log-in alone.")
            return
        server.answer = f"http://127.0.0.1:{server.server_port}{self.path}"
        if "code" in query:
            self._say(200, "Logged in", "You can close this page and go back to the terminal.")
        else:
            self._say(200, "Not logged in", "The terminal says why. You can close this page.")

    def _say(self, status: int, title: str, words: str) -> None:
        page = (
            '<!doctype html><html lang="en"><meta charset="utf-8"><meta name="color-scheme" content="light dark">'
            f"<title>{html.escape(title)}</title>"
            '<body style="font-family: system-ui; max-width: 34rem; margin: 4rem auto; padding: 0 1rem">'
            f"<h1>{html.escape(title)}</h1><p>{html.escape(words)}</p></body></html>"
        ).encode()
        self.send_response(status)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Length", str(len(page)))
        self.send_header("Cache-Control", "no-store")
        self.send_header("Referrer-Policy", "no-referrer")
        self.send_header("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'")
        self.end_headers()
        self.wfile.write(page)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  the signature of http.server
        """Silent: the request line holds the code."""
