"""Access tokens and refresh tokens: made here, looked up here, and over when their time has come.

An access token is signed and says what it is, for applications to read. Whether it is accepted is
decided by looking it up all the same, so that it can be ended. A refresh token is an opaque string.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from sipgate_provider.simulator.login.claims import access_claims, id_claims
from sipgate_provider.simulator.login.oauth_request import OAuthError
from sipgate_provider.simulator.login.signing import Signer
from sipgate_provider.simulator.scopes import OFFLINE

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sipgate_provider.simulator.clock import Clock
    from sipgate_provider.simulator.login.sessions import ClientSession

ACCESS_TOKEN_LIFE = 300.0
REFRESH_TOKEN_LIFE = 30 * 24 * 3600.0


@dataclass(frozen=True)
class AccessToken:
    """What a Bearer credential says, and until when."""

    value: str = field(repr=False)
    scopes: frozenset[str]
    expires_at: float
    log_in: ClientSession


@dataclass
class RefreshToken:
    """Good for one new pair of tokens, for the client it was issued to.

    Attributes:
        used: Whether it was.
        successor: What was issued for it.
    """

    value: str = field(repr=False)
    scopes: frozenset[str]
    expires_at: float
    log_in: ClientSession
    used: bool = False
    successor: RefreshToken | None = field(default=None, repr=False)


class Tokens:
    """Every access token that is valid, and every refresh token, used or not.

    Args:
        clock: What decides whether a token is over.
        access_token_life: Seconds; for tokens issued from now on it can be changed at any time.

    Attributes:
        signer: What access tokens and ID tokens are signed with.
    """

    def __init__(self, clock: Clock, access_token_life: float = ACCESS_TOKEN_LIFE) -> None:
        self.access_token_life = access_token_life
        self.refresh_token_life = REFRESH_TOKEN_LIFE
        self.signer = Signer()
        self._clock = clock
        self._access: dict[str, AccessToken] = {}
        self._refresh: dict[str, RefreshToken] = {}

    def issue_access(
        self,
        log_in: ClientSession,
        scopes: frozenset[str],
        issuer: str,
        life: float | None = None,
        *,
        origins: Sequence[str] = (),
    ) -> AccessToken:
        """A new access token is accepted for `life` seconds, or the usual time; from pages of these origins."""
        life = self.access_token_life if life is None else life
        expires_at = self._clock.now() + life
        claims = access_claims(log_in, scopes, issuer, self._clock.time(), life, origins)
        token = AccessToken(self.signer.sign(claims), scopes, expires_at, log_in)
        self._access[token.value] = token
        return token

    def issue_id(self, access: AccessToken, issuer: str, nonce: str = "") -> str:
        """A new ID token goes with that access token."""
        now, life = self._clock.time(), self.access_token_life
        claims = id_claims(access.log_in, issuer, now, life, nonce, access.value)
        return self.signer.sign(claims)

    def issue_refresh(
        self,
        log_in: ClientSession,
        scopes: frozenset[str],
        *,
        used: RefreshToken | None = None,
    ) -> RefreshToken:
        """A new refresh token is accepted once, from the client whose log-in it is; `used` was given for it."""
        value = secrets.token_urlsafe(32)
        life = float("inf") if OFFLINE in scopes else self.refresh_token_life
        token = RefreshToken(value, scopes, self._clock.now() + life, log_in)
        self._refresh[value] = token
        if used:
            used.successor = token
        return token

    def access(self, value: str) -> AccessToken | None:
        """The access token, unless it is unknown or over."""
        token = self._access.get(value)
        return token if token and self._clock.now() < token.expires_at else None

    def refresh(self, value: str, client_id: str) -> RefreshToken:
        """The refresh token, used or not, its log-in over or not.

        Raises:
            OAuthError: There is none, or it is not for that client to use.
        """
        token = self._refresh.get(value)
        if token is None or self._clock.now() >= token.expires_at:
            raise OAuthError(400, "invalid_grant", "Invalid refresh token")
        if token.log_in.client_id != client_id:
            description = "Invalid refresh token. Token client and authorized client don't match"
            raise OAuthError(400, "invalid_grant", description)
        return token

    def use_refresh(self, token: RefreshToken) -> None:
        """It is used up.

        Raises:
            OAuthError: It was before. Whoever has it may have stolen it, so the client's part of the log-in is over.
        """
        used, token.used = token.used, True
        if used:
            token.log_in.detached = True
            late = token.successor is not None and token.successor.used
            description = "Maximum allowed refresh token reuse exceeded"
            raise OAuthError(400, "invalid_grant", "Stale token" if late else description)

    def revoke(self, value: str, client_id: str) -> None:
        """The token is not accepted any longer; with a refresh token goes the client's part of the log-in.

        Raises:
            OAuthError: It is another client's, or none, or none that can be revoked.
        """
        token = self._access.get(value) or self._refresh.get(value)
        if token is None and self.signer.read(value):
            raise OAuthError(400, "unsupported_token_type", "Unsupported token type")
        if token is None:
            raise OAuthError(200, "invalid_token", "Invalid token")
        if token.log_in.client_id != client_id:
            raise OAuthError(400, "invalid_request", "Unmatching clients")
        if isinstance(token, RefreshToken):
            token.log_in.detached = True
        else:
            del self._access[value]

    def end_access_tokens(self) -> None:
        """No access token issued so far is accepted any longer."""
        self._access.clear()
