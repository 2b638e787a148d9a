"""Log-ins: from one, any number of tokens can come; when it is over, none can be renewed."""

from __future__ import annotations

import secrets
import threading
import uuid
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sipgate_provider.simulator.account import Account, User
    from sipgate_provider.simulator.clock import Clock

SESSION_LIFE = 30 * 24 * 3600.0


class Session:
    """One log-in of one user.

    Attributes:
        over: Whether it has ended, by a log-out or because a code of it was seen twice.
    """

    def __init__(self, account: Account, user: User) -> None:
        self.id = str(uuid.uuid4())
        self.account = account
        self.user = user
        self.over = False


class BrowserSessions:
    """Which browser is logged in, by the cookie it has."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._sessions: dict[str, tuple[Session, float]] = {}
        self._lock = threading.Lock()

    def add(self, session: Session) -> str:
        """The value of a new cookie that stands for this session."""
        cookie = secrets.token_urlsafe(32)
        with self._lock:
            self._sessions[cookie] = session, self._clock.now() + SESSION_LIFE
        return cookie

    def find(self, cookie: str) -> Session | None:
        """The session the cookie stands for, unless that is over."""
        with self._lock:
            session, expires_at = self._sessions.get(cookie, (None, 0.0))
        return session if session and not session.over and self._clock.now() < expires_at else None
