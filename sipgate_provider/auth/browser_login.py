"""Logging in with the user's own browser: the authorization code flow with PKCE (RFC 6749, 4.1; 7636; 8252).

If the server identifies itself (`iss`, RFC 9207), the value must equal the realm of the token endpoint exactly: a code
of another server is not sent there. The realm's discovery document is not read, since a server that collects codes
would lie there as well.
"""

from __future__ import annotations

import base64
import hashlib
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from urllib.parse import urlencode

from sipgate_provider.auth.callback_server import CallbackServer
from sipgate_provider.auth.token_endpoint import Token, request_token
from sipgate_provider.errors import ConfigurationError, SipgateError
from sipgate_provider.http.addresses import Origin
from sipgate_provider.http.transport import Transport
from sipgate_provider.scrubbing import one_line, scrubbed
from sipgate_provider.setting_names import USUAL_NAMES, SettingNames

__all__ = ["Login", "code_challenge", "log_in"]

SCOPES = "authorization:oauth2:clients:read authorization:oauth2:clients:write"
"""The scopes for managing clients, and no others."""

_KEYCLOAK_PATH = "/protocol/openid-connect/token"
_OPERATION = "Logging in"


@dataclass(frozen=True)
class Login:
    """The client to log in through, its endpoints, and what the account's settings are called."""

    client_id: str
    client_secret: str = field(repr=False)
    token_url: str
    names: SettingNames = USUAL_NAMES

    @property
    def authorization_url(self) -> str:
        """The authorization endpoint, which is beside the token endpoint."""
        return self.token_url.removesuffix("/token") + "/auth"


def log_in(
    login: Login,
    show: Callable[[str], None],
    keep: Callable[[Token], None] = lambda _: None,
    *,
    port: int = 0,
    seconds: float = 300.0,
    show_seconds_left: Callable[[int], None] = lambda _: None,
) -> Token:
    """Lets a person log in, and returns the tokens, which include a refresh token.

    The browser shows a page that says whether all this has succeeded.

    Args:
        login: The client and its endpoints.
        show: Called with the address to log in at, once the callback server is running.
        keep: Called with the tokens; if it raises, the log-in has failed.
        port: The port on loopback that the browser returns to; 0 takes any free one.
        seconds: How long to wait for the browser.
        show_seconds_left: Called about once a second while waiting, and with 0 at the end.

    Raises:
        SipgateError: Nobody logged in, or sipgate refused.
    """
    transport = Transport(login.names)
    verifier = secrets.token_urlsafe(64)
    state = secrets.token_urlsafe(32)
    try:
        server = CallbackServer(port, state)
    except OSError as error:
        raise ConfigurationError(
            f"Cannot listen on 127.0.0.1, port {port}: {error.strerror}; choose another with --port."
        ) from None
    with server, server.serving(), server.result():
        show(
            f"{login.authorization_url}?"
            + urlencode(
                {
                    "response_type": "code",
                    "client_id": login.client_id,
                    "redirect_uri": server.redirect_uri,
                    "scope": SCOPES,
                    "state": state,
                    "code_challenge": code_challenge(verifier),
                    "code_challenge_method": "S256",
                }
            )
        )
        parameters = server.wait(seconds, show_seconds_left)
        if parameters is None:
            raise SipgateError(
                f"{_OPERATION}: nobody logged in within {seconds:.0f} s; run it again."
            )
        token = _exchange(transport, login, parameters, verifier, server.redirect_uri)
        keep(token)
    return token


def _exchange(
    transport: Transport,
    login: Login,
    parameters: Mapping[str, str],
    verifier: str,
    redirect_uri: str,
) -> Token:
    """Exchanges the code that the browser has brought for tokens."""
    _check_issuer(parameters.get("iss"), login)
    if not parameters.get("code"):
        reasons = [parameters[key] for key in ("error", "error_description") if key in parameters]
        raise SipgateError(
            f"{_OPERATION}: sipgate refused ({scrubbed(': '.join(reasons)) or 'no code'}); nothing was stored."
        )
    token = request_token(
        transport,
        login.token_url,
        {
            "grant_type": "authorization_code",
            "client_id": login.client_id,
            "client_secret": login.client_secret,
            "code": parameters["code"],
            "code_verifier": verifier,
            "redirect_uri": redirect_uri,
        },
        operation=_OPERATION,
        advice="Check the client's id and secret, and log in again.",
    )
    if not token.refresh_token:
        raise SipgateError(
            f"{_OPERATION}: sipgate issued no refresh token, so there is nothing to store; use a client that "
            "may have one."
        )
    return token


def code_challenge(verifier: str) -> str:
    """The challenge that a code verifier answers, with the method S256 (RFC 7636, 4.2)."""
    return base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).decode().rstrip("=")


def _check_issuer(issuer: str | None, login: Login) -> None:
    """Raises SipgateError if the browser comes from another server than the code would be sent to."""
    if issuer is None:
        return
    token_url = login.token_url
    realm = token_url.removesuffix(_KEYCLOAK_PATH)
    # Without Keycloak's path, the token endpoint reveals only its origin.
    matches = issuer == realm if realm != token_url else Origin.of(issuer) == Origin.of(token_url)
    if not matches:
        raise SipgateError(
            f"{_OPERATION}: the browser comes back from {one_line(issuer)!r}, and the token endpoint is at {realm!r}; "
            "the code was not sent there. If you trust the former, set "
            f"{login.names.variable('tokenUrl')} to its token endpoint."
        )
