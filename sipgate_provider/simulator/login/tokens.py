"""Issues, looks up and revokes access tokens and refresh tokens.

An access token is a signed JWT, whose claims applications can read. Nevertheless it is accepted only if
it is found here, so that it can be revoked. A refresh token is an opaque string.
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
    """An access token and what it allows."""

    value: str = field(repr=False)
    scopes: frozenset[str]
    expires_at: float
    log_in: ClientSession


@dataclass
class RefreshToken:
    """A refresh token, which its client can use once to get new tokens.

    Attributes:
        used: Whether it has been used.
        successor: The refresh token that was issued in exchange for it.
    """

    value: str = field(repr=False)
    scopes: frozenset[str]
    expires_at: float
    log_in: ClientSession
    used: bool = False
    successor: RefreshToken | None = field(default=None, repr=False)


class Tokens:
    """All access tokens that have not been revoked, and all refresh tokens, including used ones.

    Args:
        clock: The clock by which tokens expire.
        access_token_life: Lifetime of an access token in seconds. A later change affects only new tokens.

    Attributes:
        signer: Signs access tokens and ID tokens.
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
        """Issues an access token.

        Args:
            log_in: The client session.
            scopes: The scopes of the token.
            issuer: The issuer.
            life: Lifetime in seconds; `access_token_life` if omitted.
            origins: Web origins for the token's `allowed-origins` claim.
        """
        life = self.access_token_life if life is None else life
        expires_at = self._clock.now() + life
        claims = access_claims(log_in, scopes, issuer, self._clock.time(), life, origins)
        token = AccessToken(self.signer.sign(claims), scopes, expires_at, log_in)
        self._access[token.value] = token
        return token

    def issue_id(self, access: AccessToken, issuer: str, nonce: str = "") -> str:
        """Issues an ID token together with this access token."""
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
        """Issues a refresh token, in exchange for `used` if that is given."""
        value = secrets.token_urlsafe(32)
        life = float("inf") if OFFLINE in scopes else self.refresh_token_life
        token = RefreshToken(value, scopes, self._clock.now() + life, log_in)
        self._refresh[value] = token
        if used:
            used.successor = token
        return token

    def access(self, value: str) -> AccessToken | None:
        """Returns the access token, or None if it is unknown, revoked or expired."""
        token = self._access.get(value)
        return token if token and self._clock.now() < token.expires_at else None

    def refresh(self, value: str, client_id: str) -> RefreshToken:
        """Returns the refresh token, even if it has been used or its session has ended.

        Raises:
            OAuthError: It is unknown or expired, or was issued to another client.
        """
        token = self._refresh.get(value)
        if token is None or self._clock.now() >= token.expires_at:
            raise OAuthError(400, "invalid_grant", "Invalid refresh token")
        if token.log_in.client_id != client_id:
            description = "Invalid refresh token. Token client and authorized client don't match"
            raise OAuthError(400, "invalid_grant", description)
        return token

    def use_refresh(self, token: RefreshToken) -> None:
        """Marks the refresh token as used.

        Raises:
            OAuthError: It had been used before. It may have been stolen, so its client session ends.
        """
        used, token.used = token.used, True
        if used:
            token.log_in.detached = True
            late = token.successor is not None and token.successor.used
            description = "Maximum allowed refresh token reuse exceeded"
            raise OAuthError(400, "invalid_grant", "Stale token" if late else description)

    def revoke(self, value: str, client_id: str) -> None:
        """Revokes an access token, or a refresh token together with its client session.

        Raises:
            OAuthError: The token is unknown, of another client, or of a type that cannot be revoked.
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
        """Revokes all access tokens."""
        self._access.clear()
