"""Adds the credential to requests, and renews an access token that sipgate no longer accepts.

A personal access token and a configured access token are used as they are. With a grant, all threads share one access
token. One thread renews it before it expires, while the others wait, and again if sipgate rejects it early.

If fetching an access token fails, the request that waits for it was not sent. So a 5xx or a lost response of the token
endpoint never counts as "sipgate may have acted", which would start the search for a lost client.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Protocol

from requests import PreparedRequest
from requests.auth import AuthBase, HTTPBasicAuth

from sipgate_provider.auth.credentials import (
    AccessToken,
    Credential,
    Password,
    PersonalAccessToken,
    RefreshToken,
)
from sipgate_provider.errors import SipgateError, TransportError, may_have_acted
from sipgate_provider.http.deadlines import locked
from sipgate_provider.http.transport import Transport

if TYPE_CHECKING:
    from sipgate_provider.auth.token_endpoint import Token

__all__ = ["Authenticator", "BearerAuth", "authenticator_for"]

# An access token lives 300 s. A request fails if its token expires on the way.
_LEEWAY_SECONDS = 30.0
_NOTHING_DONE = "Without an access token nothing was read, created or changed."


class BearerAuth(AuthBase):
    """Adds an access token to a request (RFC 6750)."""

    def __init__(self, access_token: str) -> None:
        self.access_token = access_token

    def __call__(self, request: PreparedRequest) -> PreparedRequest:
        """Adds the token."""
        request.headers["Authorization"] = f"Bearer {self.access_token}"
        return request


class Authenticator(Protocol):
    """Provides the `auth` of each request; safe to share between threads."""

    def current(self) -> AuthBase:
        """The `auth` for a request now.

        Raises:
            SipgateError: Fetching a token failed; the request that waits for it was not sent.
        """
        ...

    def replacement(self, refused: AuthBase) -> AuthBase | None:
        """The `auth` to try after sipgate has rejected `refused`; None where there is no other.

        Raises:
            SipgateError: Fetching a token failed.
        """
        ...


class _Fixed:
    """A credential that is used as it is."""

    def __init__(self, auth: AuthBase) -> None:
        self._auth = auth

    def current(self) -> AuthBase:
        return self._auth

    def replacement(self, _refused: AuthBase) -> AuthBase | None:
        return None


class _Renewing:
    """Access tokens from a grant, of which all threads share the latest."""

    def __init__(self, grant: Callable[[], Token]) -> None:
        self._grant = grant
        self._lock = threading.Lock()
        self._bearer: BearerAuth | None = None
        self._renew_at = 0.0

    def current(self) -> AuthBase:
        with locked(self._lock, "fetched the access token"):
            if self._bearer is None or time.monotonic() >= self._renew_at:
                return self._renew()
            return self._bearer

    def replacement(self, refused: AuthBase) -> AuthBase | None:
        with locked(self._lock, "fetched the access token"):
            # Another thread may have renewed the token after the same rejection.
            return self._renew() if refused is self._bearer else self._bearer

    def _renew(self) -> BearerAuth:
        try:
            token = self._grant()
        except SipgateError as error:
            failure = TransportError(str(error), sent=False) if may_have_acted(error) else error
            raise failure.followed_by(_NOTHING_DONE) from None
        self._bearer = BearerAuth(token.access_token)
        lifetime = max(0.0, token.expires_in or 0.0)
        # Even a token with a very short lifetime is used for more than one request.
        self._renew_at = time.monotonic() + max(lifetime - _LEEWAY_SECONDS, lifetime / 2)
        return self._bearer


def authenticator_for(credential: Credential, transport: Transport) -> Authenticator:
    """The authenticator for `credential`."""
    match credential:
        case PersonalAccessToken():
            return _Fixed(HTTPBasicAuth(credential.token_id.encode(), credential.token.encode()))
        case AccessToken():
            return _Fixed(BearerAuth(credential.access_token))
        case Password():
            # Locks between processes take 15 ms to import, and most runs use a personal access token.
            from sipgate_provider.auth.grants import PasswordGrant

            return _Renewing(PasswordGrant(credential, transport))
        case RefreshToken():
            from sipgate_provider.auth.grants import RefreshGrant

            return _Renewing(RefreshGrant(credential, transport))
