"""Log-in sessions. Any number of tokens can be issued in one; after it has ended, none of them can be renewed.

A browser's session serves all clients, and contains a client session for each. If a code or a refresh token is used a
second time, somebody may have stolen it, so its client session ends (RFC 6749, 4.1.2; RFC 9700, 4.14.2). The browser is
still logged in then, and the next code starts a new client session.
"""

from __future__ import annotations

import secrets
import uuid
from typing import TYPE_CHECKING

from sipgate_provider.simulator.login.oauth_request import OAuthError
from sipgate_provider.simulator.scopes import OFFLINE

if TYPE_CHECKING:
    from sipgate_provider.simulator.accounts.account import Account
    from sipgate_provider.simulator.accounts.models import User
    from sipgate_provider.simulator.clock import Clock

SESSION_LIFE = 30 * 24 * 3600.0


class ClientSession:
    """A client's part of a session.

    Attributes:
        detached: Whether it has ended, although the session may still be active.
        fresh: Whether the user has entered a password for it, instead of being logged in already.
    """

    def __init__(self, session: Session, client_id: str) -> None:
        self.session = session
        self.client_id = client_id
        self.detached = False
        self.fresh = False

    def require_active(self) -> None:
        """Checks that the session and the client session are active.

        Raises:
            OAuthError: One of them has ended.
        """
        if self.session.over:
            description = "Session not active"
            if self.session.online:
                description = "Offline user session not found"
            raise OAuthError(400, "invalid_grant", description)
        if self.detached:
            raise OAuthError(400, "invalid_grant", "Session doesn't have required client")


class Session:
    """A session that started when a user logged in.

    Attributes:
        began: Time of the log-in, in seconds since 1970.
        over: Whether it has ended, by a log-out.
        online: For an offline session (`offline_access`), which outlives the log-out of the browser: the browser's
            session from which it was created.
    """

    def __init__(
        self, account: Account, user: User, began: int, online: Session | None = None
    ) -> None:
        self.id: str = online.id if online else str(uuid.uuid4())
        self.online = online
        self.account = account
        self.user = user
        self.began = began
        self.over = False
        self._clients: dict[str, ClientSession] = {}

    def client_session(
        self, client_id: str, scopes: frozenset[str] = frozenset(), *, fresh: bool = False
    ) -> ClientSession:
        """Returns the client session, in a new offline session if the scopes include `offline_access`."""
        session = self
        if OFFLINE in scopes:
            session = Session(self.account, self.user, self.began, self)
        found = session._clients.get(client_id)
        if found is None or found.detached:
            found = session._clients[client_id] = ClientSession(session, client_id)
        found.fresh = fresh
        return found

    def end(self) -> None:
        """Ends the session; for an offline session, also the browser's session."""
        self.over = True
        if self.online:
            self.online.over = True


class Sessions:
    """All sessions, also by the cookie of the browser."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._by_id: dict[str, Session] = {}
        self._by_cookie: dict[str, tuple[Session, float]] = {}

    def begin(self, account: Account, user: User) -> Session:
        """Starts a session for the user."""
        session = Session(account, user, int(self._clock.time()))
        self._by_id[session.id] = session
        return session

    def cookie_for(self, session: Session) -> str:
        """Returns the value of a new cookie for this session."""
        cookie = secrets.token_urlsafe(32)
        self._by_cookie[cookie] = session, self._clock.now() + SESSION_LIFE
        return cookie

    def by_cookie(self, cookie: str) -> Session | None:
        """Returns the active session for this cookie, or None."""
        session, expires_at = self._by_cookie.get(cookie, (None, 0.0))
        return session if session and not session.over and self._clock.now() < expires_at else None

    def by_id(self, session_id: str) -> Session | None:
        """Returns the session with this id, even if it has ended, or None."""
        return self._by_id.get(session_id)
