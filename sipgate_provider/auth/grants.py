"""Fetches access tokens: the password grant and the refresh token grant (RFC 6749, 4.3 and 6).

sipgate's log-in server, a Keycloak, keeps a session for each password grant, for 30 days.
So a process uses the password once. It fetches later access tokens with the refresh token that came with the first
one, and ends the session at exit. A process that is killed leaves its session behind.
"""

from __future__ import annotations

import atexit
import contextlib
from typing import Protocol

from sipgate_provider.auth.credentials import Password, RefreshToken
from sipgate_provider.auth.token_endpoint import Token, end_session, request_token
from sipgate_provider.auth.token_store import TokenFile
from sipgate_provider.errors import APIError, AuthenticationError, SipgateError
from sipgate_provider.http.deadlines import deadline, seconds_left
from sipgate_provider.http.transport import Transport

__all__ = ["Grant", "PasswordGrant", "RefreshGrant"]

# The client in sipgate's documentation of the password grant.
_PASSWORD_GRANT_CLIENT = "sipgate-app-web"  # noqa: S105  an id, not a secret
# The engine waits 5 s for a plugin to end, and the plugin waits 2 s for its last calls.
_SECONDS_AT_EXIT = 2.0
_REFRESHING = "Logging in with the refresh token"


class Grant(Protocol):
    """Fetches a new access token each time it is called.

    Raises:
        AuthenticationError: The log-in is refused.
        SipgateError: No usable response came.
    """

    def __call__(self) -> Token:
        """Fetches a new access token."""
        ...


class _PasswordSession:
    """A session that a password grant has started."""

    def __init__(self, token_url: str, refresh_token: str) -> None:
        self.token_url = token_url
        self.refresh_token = refresh_token

    def end(self) -> None:
        end_session(
            self.token_url,
            client_id=_PASSWORD_GRANT_CLIENT,
            refresh_token=self.refresh_token,
        )


_sessions: set[_PasswordSession] = set()


@atexit.register
def _end_sessions() -> None:
    """Ends the sessions of this process, as far as there is time."""
    # RuntimeError: at exit, Python starts no more threads, and the transport may need one. A second Ctrl-C ends the
    # waiting.
    with (
        contextlib.suppress(SipgateError, RuntimeError, KeyboardInterrupt),
        deadline(_SECONDS_AT_EXIT),
    ):
        while _sessions:
            # A session that has ended already is fine. Without a connection, the other sessions are not tried.
            with contextlib.suppress(APIError):
                _sessions.pop().end()


class PasswordGrant:
    """Fetches access tokens with a user name and password, all in one session."""

    def __init__(self, credential: Password, transport: Transport) -> None:
        self._credential = credential
        self._transport = transport
        self._session: _PasswordSession | None = None

    def __call__(self) -> Token:
        """Fetches a new access token."""
        if self._session is not None:
            try:
                return self._renew(self._session)
            except AuthenticationError:
                # The session has ended.
                _sessions.discard(self._session)
                self._session = None
        token = self._log_in()
        if token.refresh_token:
            self._session = _PasswordSession(self._credential.token_url, token.refresh_token)
            _sessions.add(self._session)
        return token

    def _log_in(self) -> Token:
        return request_token(
            self._transport,
            self._credential.token_url,
            {
                "grant_type": "password",
                "client_id": _PASSWORD_GRANT_CLIENT,
                "username": self._credential.username,
                "password": self._credential.password,
            },
            operation="Logging in with user name and password",
            advice="Check both. If sipgate names another reason, log in with a browser, which shows what the "
            "account lacks.",
        )

    def _renew(self, session: _PasswordSession) -> Token:
        form = {
            "grant_type": "refresh_token",
            "client_id": _PASSWORD_GRANT_CLIENT,
            "refresh_token": session.refresh_token,
        }
        token = request_token(
            self._transport, session.token_url, form, operation="Staying logged in", advice=""
        )
        session.refresh_token = token.refresh_token or session.refresh_token
        return token


class RefreshGrant:
    """Fetches access tokens with a refresh token, and stores its successor before anything else happens."""

    def __init__(self, credential: RefreshToken, transport: Transport) -> None:
        self._credential = credential
        self._transport = transport

    def __call__(self) -> Token:
        """Fetches a new access token."""
        credential = self._credential
        file = TokenFile(credential.file)
        with file.locked(seconds_left()):
            stored = file.read()
            if credential.session is not None:
                self._check_stored(stored)
            stored = stored or {}
            # The stored token came from the credential's, so it is newer.
            current = stored.get("refresh_token") or credential.refresh_token
            form = {
                "grant_type": "refresh_token",
                "client_id": credential.client_id,
                "client_secret": credential.client_secret,
                "refresh_token": current,
            }
            with file.replacement() as commit:
                token = request_token(
                    self._transport,
                    credential.token_url,
                    form,
                    operation=_REFRESHING,
                    advice="It may have been used, may have expired, or may belong to another client: log in "
                    "again with "
                    "`sipgate-provider login`, or set a new sipgate:refreshToken.",
                )
                if token.refresh_token and token.refresh_token != current:
                    commit({**stored, "refresh_token": token.refresh_token})
            return token

    def _check_stored(self, stored: dict[str, str] | None) -> None:
        """Raises SipgateError if the file no longer holds the log-in that this run has begun with.

        Another log-in may be another account's, in which this run must not go on.
        """
        if stored is None:
            raise SipgateError(
                f"{_REFRESHING}: this run's log-in was logged out meanwhile; log in again with "
                "`sipgate-provider login`."
            )
        if any(
            stored.get(name, "") != getattr(self._credential, name)
            for name in ("client_id", "token_url", "session")
        ):
            raise SipgateError(
                f"{_REFRESHING}: `sipgate-provider login` has replaced this run's log-in meanwhile; run again."
            )
