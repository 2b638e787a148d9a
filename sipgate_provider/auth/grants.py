"""Fetches access tokens: the password grant and the refresh token grant (RFC 6749, 4.3 and 6).

sipgate's log-in server, a Keycloak, keeps a session for each password grant, for 30 days. So a process uses the
password once. It fetches later access tokens with the refresh token that came with the first one, and ends the session
at exit. A process that is killed leaves its session behind.
"""

from __future__ import annotations

import atexit
import contextlib

from sipgate_provider.auth.credentials import Password, RefreshToken
from sipgate_provider.auth.token_endpoint import Token, end_session, request_token
from sipgate_provider.auth.token_store import TokenFile
from sipgate_provider.errors import APIError, AuthenticationError, SipgateError
from sipgate_provider.http.deadlines import deadline, seconds_left
from sipgate_provider.http.transport import Transport

__all__ = ["PasswordGrant", "RefreshGrant"]

# The client in sipgate's documentation of the password grant.
_PASSWORD_GRANT_CLIENT = "sipgate-app-web"  # noqa: S105  an id, not a secret
# The engine waits 5 s for a plugin to end, and the plugin waits 2 s for its last calls.
_SECONDS_AT_EXIT = 2.0
_REFRESHING = "Logging in with the refresh token"


class PasswordGrant:
    """Fetches access tokens with a user name and password, all in one session."""

    def __init__(self, credential: Password, transport: Transport) -> None:
        self._credential = credential
        self._transport = transport
        self._refresh_token = ""

    def __call__(self) -> Token:
        """Fetches a new access token.

        Raises:
            AuthenticationError: The log-in is refused.
            SipgateError: No usable response came.
        """
        token = self._renew() or self._log_in()
        if token.refresh_token:
            self._refresh_token = token.refresh_token
            _with_session.add(self)
        return token

    def end_session(self) -> None:
        """Ends the session.

        Raises:
            SipgateError: It may not have ended.
        """
        end_session(
            self._credential.token_url,
            client_id=_PASSWORD_GRANT_CLIENT,
            refresh_token=self._refresh_token,
            names=self._credential.names,
        )

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

    def _renew(self) -> Token | None:
        """A new access token of the session; None if there is none, or it has ended."""
        if not self._refresh_token:
            return None
        form = {
            "grant_type": "refresh_token",
            "client_id": _PASSWORD_GRANT_CLIENT,
            "refresh_token": self._refresh_token,
        }
        url = self._credential.token_url
        try:
            return request_token(
                self._transport, url, form, operation="Staying logged in", advice=""
            )
        except AuthenticationError:
            self._refresh_token = ""
            _with_session.discard(self)
            return None


_with_session: set[PasswordGrant] = set()


@atexit.register
def _end_sessions() -> None:
    """Ends the sessions of this process, as far as there is time."""
    # A second Ctrl-C ends the waiting.
    with (
        contextlib.suppress(SipgateError, KeyboardInterrupt),
        deadline(_SECONDS_AT_EXIT),
    ):
        while _with_session:
            # A session that has ended already is fine. Without a connection, the other sessions are not tried.
            with contextlib.suppress(APIError):
                _with_session.pop().end_session()


class RefreshGrant:
    """Fetches access tokens with a refresh token, and stores its successor before anything else happens."""

    def __init__(self, credential: RefreshToken, transport: Transport) -> None:
        self._credential = credential
        self._transport = transport

    def __call__(self) -> Token:
        """Fetches a new access token.

        Raises:
            AuthenticationError: The log-in is refused.
            SipgateError: No usable response came, the log-in was ended or replaced, or its file cannot be used.
        """
        credential = self._credential
        names = credential.names
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
                    f"again with {names.login}, or set a new value for {names.key('refreshToken')}.",
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
                f"{self._credential.names.login}."
            )
        if any(
            stored.get(name, "") != getattr(self._credential, name)
            for name in ("client_id", "token_url", "session")
        ):
            raise SipgateError(
                f"{_REFRESHING}: {self._credential.names.login} has replaced this run's log-in meanwhile; run again."
            )
