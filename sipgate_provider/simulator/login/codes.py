"""Authorization codes, which the browser takes from the log-in page to the application.

See RFC 6749, 4.1.2, and RFC 7636 (PKCE) for the challenge.
"""

from __future__ import annotations

import base64
import hashlib
import re
import secrets
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sipgate_provider.simulator.login.oauth_request import OAuthError

if TYPE_CHECKING:
    from sipgate_provider.simulator.clock import Clock
    from sipgate_provider.simulator.login.sessions import ClientSession

CODE_LIFE = 60.0
METHODS = ("S256", "plain")

_UNRESERVED = re.compile(r"[A-Za-z0-9\-._~]{43,128}")


@dataclass(frozen=True)
class Challenge:
    """A PKCE challenge, which only the caller that started the log-in can meet (RFC 7636)."""

    value: str
    method: str

    def require_met_by(self, verifier: str | None) -> None:
        """Checks that the challenge was created from this verifier.

        Raises:
            OAuthError: The verifier is missing, malformed or another one.
        """
        if verifier is None:
            raise OAuthError(400, "invalid_grant", "PKCE code verifier not specified")
        failed = "PKCE verification failed"
        if not well_formed(verifier):
            raise OAuthError(400, "invalid_grant", f"{failed}: Invalid code verifier")
        created = verifier
        if self.method != "plain":
            digest = hashlib.sha256(verifier.encode()).digest()
            created = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
        if created != self.value:
            raise OAuthError(400, "invalid_grant", f"{failed}: Code mismatch")


def well_formed(value: str) -> bool:
    """Returns whether the value can be a verifier or a challenge: 43 to 128 unreserved characters."""
    return _UNRESERVED.fullmatch(value) is not None


@dataclass(frozen=True)
class Authorization:
    """What a code authorizes: a client session, and the parameters of the request."""

    log_in: ClientSession
    redirect_uri: str | None
    scopes: frozenset[str]
    challenge: Challenge | None
    nonce: str


class Codes:
    """The codes that have been issued. Each can be used once."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._codes: dict[str, tuple[Authorization, float]] = {}
        self._used: dict[str, Authorization] = {}

    def issue(self, authorization: Authorization) -> str:
        """Returns a new code, which is valid for a minute."""
        code = secrets.token_urlsafe(32)
        self._codes[code] = authorization, self._clock.now() + CODE_LIFE
        return code

    def use(self, code: str) -> Authorization | None:
        """Returns the authorization of the code, or None if the code is unknown, used or expired.

        The code is then used up, even if the request fails. Using it a second time ends the client session.
        """
        if authorization := self._used.get(code):
            authorization.log_in.detached = True
        authorization, expires_at = self._codes.pop(code, (None, 0.0))
        if authorization is None:
            return None
        self._used[code] = authorization
        return authorization if self._clock.now() < expires_at else None
