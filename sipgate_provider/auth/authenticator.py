"""What puts a credential on a request, and what happens when sipgate no longer takes it.

A personal access token and a given access token are used as they are. With a grant there is one access token for
all: renewed before it ends, by one thread while the others wait, and once more when sipgate refuses it early.

Whatever fails while an access token is fetched, the request that waits for it was not sent. A 5xx or a lost response of
the token endpoint therefore never counts as "sipgate may have acted", which would start the search for a lost client.
"""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Iterator
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
from sipgate_provider.http.deadlines import seconds_left
from sipgate_provider.http.transport import Transport

if TYPE_CHECKING:
    from sipgate_provider.auth.grants import Grant

__all__ = ["Authenticator", "BearerAuth", "authenticator_for"]

# An access token lives 300 s; one that ends while a request is under way would fail it.
_LEEWAY_SECONDS = 30.0
_NOTHING_DONE = "Without an access token nothing was read, created or changed."


class BearerAuth(AuthBase):
    """An access token on a request (RFC 6750)."""

    def __init__(self, access_token: str) -> None:
        self.access_token = access_token

    def __call__(self, request: PreparedRequest) -> PreparedRequest:
        """The request with the token on it."""
        request.headers["Authorization"] = f"Bearer {self.access_token}"
        return request


class Authenticator(Protocol):
    """Where the `auth` of the next request comes from; safe to share between threads."""

    def current(self) -> AuthBase:
        """What to put on a request now.

        Raises:
            SipgateError: It has to be fetched first, and that failed; the request that waits for it was not sent.
        """
        ...

    def replacement(self, refused: AuthBase) -> AuthBase | None:
        """What to try after sipgate has refused that one; None where there is nothing else.

        Raises:
            SipgateError: It has to be fetched first, and that failed.
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
    """Access tokens from a grant, one at a time for all threads."""

    def __init__(self, grant: Grant) -> None:
        self._grant = grant
        self._lock = threading.Lock()
        self._bearer: BearerAuth | None = None
        self._renew_at = 0.0

    def current(self) -> AuthBase:
        with self._locked():
            if self._bearer is None or time.monotonic() >= self._renew_at:
                return self._renew()
            return self._bearer

    def replacement(self, refused: AuthBase) -> AuthBase | None:
        with self._locked():
            # Another thread may have met the same refusal and renewed already.
            return self._renew() if refused is self._bearer else self._bearer

    @contextlib.contextmanager
    def _locked(self) -> Iterator[None]:
        """No other thread renews meanwhile; to wait for one counts towards the operation's deadline."""
        if not self._lock.acquire(timeout=max(0.0, min(seconds_left(), threading.TIMEOUT_MAX))):
            raise TransportError(
                f"The time was over while another operation fetched the access token. {_NOTHING_DONE}",
                sent=False,
            )
        try:
            yield
        finally:
            self._lock.release()

    def _renew(self) -> BearerAuth:
        try:
            token = self._grant()
        except SipgateError as error:
            failure = TransportError(str(error), sent=False) if may_have_acted(error) else error
            raise failure.followed_by(_NOTHING_DONE) from None
        self._bearer = BearerAuth(token.access_token)
        life = max(0.0, token.expires_in or 0.0)
        # A very short life must not mean a renewal per request within that life.
        self._renew_at = time.monotonic() + max(life - _LEEWAY_SECONDS, life / 2)
        return self._bearer


def authenticator_for(credential: Credential, transport: Transport) -> Authenticator:
    """What authenticates requests with `credential`."""
    match credential:
        case PersonalAccessToken():
            return _Fixed(HTTPBasicAuth(credential.token_id.encode(), credential.token.encode()))
        case AccessToken():
            return _Fixed(BearerAuth(credential.access_token))
        case Password():
            # OAuth's library takes as long to import as all the rest, and most runs use a personal access token.
            from sipgate_provider.auth.grants import PasswordGrant

            return _Renewing(PasswordGrant(credential, transport))
        case RefreshToken():
            from sipgate_provider.auth.grants import RefreshGrant

            return _Renewing(RefreshGrant(credential, transport))
