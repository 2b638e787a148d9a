"""What the tokens say, in Keycloak's words (RFC 7519, RFC 9068, OpenID Connect Core)."""

from __future__ import annotations

import base64
import hashlib
import uuid
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sipgate_provider.simulator.login.sessions import Session

# Made up once, so that a user has the same `sub` in every simulator.
_USERS = uuid.UUID("c1dd0fd4-6dd5-4a4e-9d4b-3a5a1b5f0c6e")


def access_claims(
    session: Session, client_id: str, scopes: frozenset[str], issuer: str, now: float, life: float
) -> dict[str, Any]:
    """What an access token says. It names no audience, as Keycloak's do by default."""
    return _common(session, client_id, issuer, now, life) | {
        "typ": "Bearer",
        "scope": " ".join(sorted(scopes)),
    }


def id_claims(
    session: Session, client_id: str, issuer: str, now: float, life: float, nonce: str, access: str
) -> dict[str, Any]:
    """What an ID token says: who logged in, when, and which access token goes with it."""
    half = hashlib.sha256(access.encode()).digest()[:16]
    claims = _common(session, client_id, issuer, now, life) | {
        "typ": "ID",
        "aud": client_id,
        "at_hash": base64.urlsafe_b64encode(half).rstrip(b"=").decode(),
    }
    return claims | {"nonce": nonce} if nonce else claims


def _common(
    session: Session, client_id: str, issuer: str, now: float, life: float
) -> dict[str, Any]:
    return {
        "iss": issuer,
        "sub": str(uuid.uuid5(_USERS, session.user.username)),
        "azp": client_id,
        "exp": int(now + life),
        "iat": int(now),
        "auth_time": session.began,
        "jti": str(uuid.uuid4()),
        "sid": session.id,
        "preferred_username": session.user.username,
    }
