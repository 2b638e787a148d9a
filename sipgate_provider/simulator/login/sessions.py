"""Log-ins: from one, any number of tokens can come; when it is over, none can be renewed.

A browser's log-in serves every client, and each has its part of it. That part ends alone where a code or a refresh
token of the client comes twice: somebody has it for whom it was not meant (RFC 6749, 4.1.2; RFC 9700, 4.14.2). The
browser is still logged in then, and a next code begins a new part.
"""

from __future__ import annotations

import secrets
import threading
import uuid
from typing import TYPE_CHECKING

from sipgate_provider.simulator.login.oauth_request import OAuthError
from sipgate_provider.simulator.server.limits import Newest

if TYPE_CHECKING:
    from sipgate_provider.simulator.accounts.account import Account, User
    from sipgate_provider.simulator.clock import Clock

SESSION_LIFE = 30 * 24 * 3600.0


class ClientSession:
    """One client's part of a log-in.

    Attributes:
        detached: Whether it has ended, though the log-in may go on.
    """

    def __init__(self, session: Session, client_id: str) -> None:
        self.session = session
        self.client_id = client_id
        self.detached = False

    def require_both(self) -> None:
        """The log-in goes on, and so does the client's part of it.

        Raises:
            OAuthError: One is over.
        """
        if self.session.over:
            raise OAuthError(400, "invalid_grant", "Session not active")
        if self.detached:
            raise OAuthError(400, "invalid_grant", "Session doesn't have required client")


class Session:
    """One log-in of one user.

    Attributes:
        began: When the user logged in, in seconds since 1970.
        over: Whether it has ended, by a log-out.
    """

    def __init__(self, account: Account, user: User, began: int) -> None:
        self.id = str(uuid.uuid4())
        self.account = account
        self.user = user
        self.began = began
        self.over = False
        self._clients: dict[str, ClientSession] = {}

    def of_client(self, client_id: str) -> ClientSession:
        """The client's part of it: the one there is, or a new one."""
        found = self._clients.get(client_id)
        if found is None or found.detached:
            found = self._clients[client_id] = ClientSession(self, client_id)
        return found


class Sessions:
    """Every log-in, and which browser has which, by the cookie it has."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._by_id: Newest[str, Session] = Newest()
        self._by_cookie: Newest[str, tuple[Session, float]] = Newest()
        self._lock = threading.Lock()

    def begin(self, account: Account, user: User) -> Session:
        """The user has logged in."""
        session = Session(account, user, int(self._clock.time()))
        with self._lock:
            self._by_id[session.id] = session
        return session

    def cookie_for(self, session: Session) -> str:
        """The value of a new cookie that stands for this session."""
        cookie = secrets.token_urlsafe(32)
        with self._lock:
            self._by_cookie[cookie] = session, self._clock.now() + SESSION_LIFE
        return cookie

    def of_browser(self, cookie: str) -> Session | None:
        """The session the cookie stands for, unless that is over."""
        with self._lock:
            session, expires_at = self._by_cookie.get(cookie, (None, 0.0))
        return session if session and not session.over and self._clock.now() < expires_at else None

    def of_id(self, session_id: str) -> Session | None:
        """The session of that id, over or not."""
        with self._lock:
            return self._by_id.get(session_id)
