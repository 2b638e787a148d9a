"""Log-ins: from one, any number of tokens can come; when it is over, none can be renewed.

A browser's log-in serves every client, and each has its part of it. That part ends alone where a code or a refresh
token of the client comes twice: somebody has it for whom it was not meant (RFC 6749, 4.1.2; RFC 9700, 4.14.2). The
browser is still logged in then, and a next code begins a new part.
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
    """One client's part of a log-in.

    Attributes:
        detached: Whether it has ended, though the log-in may go on.
        fresh: Whether the user has just shown a password for it, rather than been known to the service.
    """

    def __init__(self, session: Session, client_id: str) -> None:
        self.session = session
        self.client_id = client_id
        self.detached = False
        self.fresh = False

    def require_both(self) -> None:
        """The log-in goes on, and so does the client's part of it.

        Raises:
            OAuthError: One is over.
        """
        if self.session.over:
            description = "Session not active"
            if self.session.online:
                description = "Offline user session not found"
            raise OAuthError(400, "invalid_grant", description)
        if self.detached:
            raise OAuthError(400, "invalid_grant", "Session doesn't have required client")


class Session:
    """One log-in of one user.

    Attributes:
        began: When the user logged in, in seconds since 1970.
        over: Whether it has ended, by a log-out.
        online: Of one that outlives the log-out of its browser (`offline_access`), the one that does not.
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

    def of_client(
        self, client_id: str, scopes: frozenset[str] = frozenset(), *, fresh: bool = False
    ) -> ClientSession:
        """The client's part of it, or of a new one that lasts if the scopes say so."""
        session = self
        if OFFLINE in scopes:
            session = Session(self.account, self.user, self.began, self)
        found = session._clients.get(client_id)
        if found is None or found.detached:
            found = session._clients[client_id] = ClientSession(session, client_id)
        found.fresh = fresh
        return found

    def end(self) -> None:
        """It is over, and so is the browser's log-in that it came from."""
        self.over = True
        if self.online:
            self.online.over = True


class Sessions:
    """Every log-in, and which browser has which, by the cookie it has."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._by_id: dict[str, Session] = {}
        self._by_cookie: dict[str, tuple[Session, float]] = {}

    def begin(self, account: Account, user: User) -> Session:
        """The user has logged in."""
        session = Session(account, user, int(self._clock.time()))
        self._by_id[session.id] = session
        return session

    def cookie_for(self, session: Session) -> str:
        """The value of a new cookie that stands for this session."""
        cookie = secrets.token_urlsafe(32)
        self._by_cookie[cookie] = session, self._clock.now() + SESSION_LIFE
        return cookie

    def of_browser(self, cookie: str) -> Session | None:
        """The session the cookie stands for, unless that is over."""
        session, expires_at = self._by_cookie.get(cookie, (None, 0.0))
        return session if session and not session.over and self._clock.now() < expires_at else None

    def of_id(self, session_id: str) -> Session | None:
        """The session of that id, over or not."""
        return self._by_id.get(session_id)
