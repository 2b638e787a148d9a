"""Getting access tokens from the token endpoint: the password grant and the refresh token grant.

They speak through the same transport as every call, so deadline and retry rule are the same: above all a POST that
may have arrived is not sent again, which for a refresh token would be the second use that ends the log-in. oauthlib
writes the forms and reads the answers (RFC 6749, 4.3, 5 and 6).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Protocol
from urllib.parse import urlencode, urlsplit

from oauthlib.oauth2 import Client, LegacyApplicationClient, OAuth2Error, WebApplicationClient
from requests import PreparedRequest
from requests.auth import AuthBase

from sipgate_provider.credentials import Password, RefreshToken
from sipgate_provider.errors import APIError, AuthenticationError, SipgateError, TransportError
from sipgate_provider.given import TOKEN_CHARACTERS
from sipgate_provider.kept import KeptFile
from sipgate_provider.transport import Answer, Transport

__all__ = ["Grant", "PasswordGrant", "RefreshGrant", "Token", "end_session"]

# The client that sipgate's documentation page names for the password grant.
_PASSWORD_GRANT_CLIENT = "sipgate-app-web"  # noqa: S105  an id, not a secret
# How a token endpoint says that it does not take the credential: RFC 6749, 5.2, and Keycloak's 401.
_REFUSALS = frozenset({400, 401, 403})


@dataclass(frozen=True)
class Token:
    """An access token, and for how many seconds it lives from now on."""

    access_token: str = field(repr=False)
    life: float
    refresh_token: str = field(default="", repr=False)


class Grant(Protocol):
    """Fetches a new access token each time it is called.

    Raises:
        AuthenticationError: The log-in is refused.
        SipgateError: No usable answer came.
    """

    def __call__(self) -> Token:
        """A new access token."""
        ...


class PasswordGrant:
    """Access tokens for a user name and password."""

    def __init__(self, credential: Password, transport: Transport) -> None:
        self._credential = credential
        self._transport = transport

    def __call__(self) -> Token:
        """A new access token."""
        grant = LegacyApplicationClient(_PASSWORD_GRANT_CLIENT)
        form = grant.prepare_request_body(
            username=self._credential.username,
            password=self._credential.password,
            include_client_id=True,
        )
        return _ask(
            self._transport,
            self._credential.token_url,
            grant,
            form,
            doing="Logging in with user name and password",
            advice="Check both, and that the account may use the API.",
        )


class RefreshGrant:
    """Access tokens for a refresh token, whose successor is kept before anything else happens."""

    def __init__(self, credential: RefreshToken, transport: Transport) -> None:
        self._credential = credential
        self._transport = transport

    def __call__(self) -> Token:
        """A new access token."""
        credential = self._credential
        kept = KeptFile(credential.file)
        with kept.locked():
            bag = kept.read() or {}
            # What is kept came from the given token, so it is the newer one.
            current = bag.get("refresh_token") or credential.refresh_token
            grant = WebApplicationClient(credential.client_id)
            secret = {"client_secret": credential.client_secret} if credential.client_secret else {}
            form = grant.prepare_refresh_body(
                refresh_token=current, client_id=credential.client_id, **secret
            )
            with kept.successor() as successor:
                token = _ask(
                    self._transport,
                    credential.token_url,
                    grant,
                    form,
                    doing="Logging in with the refresh token",
                    advice="It may be used up or over, or belong to another client: log in again with "
                    "`python -m sipgate_provider login`, or set a new sipgate:refreshToken.",
                )
                if token.refresh_token and token.refresh_token != current:
                    successor.put({**bag, "refresh_token": token.refresh_token})
            return token


def end_session(credential: RefreshToken) -> None:
    """The log-in that the refresh token stands for is over at sipgate (OpenID Connect's log-out endpoint).

    Raises:
        SipgateError: That is not certain.
    """
    url = credential.token_url.removesuffix("/token") + "/logout"
    form = {"client_id": credential.client_id, "refresh_token": credential.refresh_token}
    if credential.client_secret:
        form["client_secret"] = credential.client_secret
    doing = "Logging out"
    answer = Transport().send("POST", url, doing=doing, auth=_NoAuth(), form=urlencode(form))
    if not answer.ok:
        raise _refusal(url, answer, doing, "The token may be over already.")


class _NoAuth(AuthBase):
    """Keeps `requests` from adding a credential out of `.netrc`; the form holds ours."""

    def __call__(self, request: PreparedRequest) -> PreparedRequest:
        return request


def _ask(
    transport: Transport, url: str, grant: Client, form: str, *, doing: str, advice: str
) -> Token:
    answer = transport.send("POST", url, doing=doing, auth=_NoAuth(), form=form)
    if not answer.ok:
        raise _refusal(url, answer, doing, advice)
    try:
        token = grant.parse_request_body_response(answer.text)
        access_token = str(token["access_token"])
        refresh_token = str(token.get("refresh_token") or "")
        life = float(token.get("expires_in", 0))
    except (
        OAuth2Error,
        ValueError,
        TypeError,
        KeyError,
        AttributeError,
        OverflowError,
        RecursionError,
    ):
        raise TransportError(
            f"{doing}: the answer holds no access token; check sipgate:tokenUrl."
        ) from None
    if not TOKEN_CHARACTERS.fullmatch(access_token):
        raise TransportError(
            f"{doing}: the answer's access token cannot be one; check sipgate:tokenUrl."
        )
    return Token(access_token, life, refresh_token)


def _refusal(url: str, answer: Answer, doing: str, advice: str) -> SipgateError:
    refused = answer.status in _REFUSALS
    kind = AuthenticationError if refused else APIError
    if not refused:
        advice = (
            "That is no answer of a token endpoint, unless it has a fault: check sipgate:tokenUrl, "
            "and that no redirect or proxy is in between, or run again later."
        )
    return kind(
        f"{doing}: sipgate refused ({answer.status}). {advice}",
        status=answer.status,
        method="POST",
        path=urlsplit(url).path,
        detail="",
    )
