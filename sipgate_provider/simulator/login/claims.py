"""The claims of tokens, as Keycloak issues them (RFC 7519, RFC 9068, OpenID Connect Core)."""

from __future__ import annotations

import base64
import hashlib
import re
import uuid
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sipgate_provider.simulator.accounts.models import User
    from sipgate_provider.simulator.login.sessions import ClientSession

# A fixed namespace, so that a user has the same `sub` in every simulator.
_USERS = uuid.UUID("c1dd0fd4-6dd5-4a4e-9d4b-3a5a1b5f0c6e")


def access_claims(
    log_in: ClientSession,
    scopes: frozenset[str],
    issuer: str,
    now: float,
    life: float,
    origins: Sequence[str],
) -> dict[str, Any]:
    """Returns the claims of an access token, with the audience and roles of a default Keycloak realm."""
    claims = _common(log_in, issuer, now, life) | {
        "typ": "Bearer",
        "aud": "account",
        "scope": " ".join(sorted(scopes)),
        **roles(issuer),
    }
    return claims | {"allowed-origins": list(origins)} if origins else claims


def roles(issuer: str) -> dict[str, Any]:
    """Returns the claims for the roles that every user has."""
    realm = issuer.rpartition("/")[2]
    return {
        "realm_access": {
            "roles": ["offline_access", "uma_authorization", f"default-roles-{realm}"]
        },
        "resource_access": {
            "account": {"roles": ["manage-account", "manage-account-links", "view-profile"]}
        },
    }


def profile(user: User) -> dict[str, Any]:
    """Returns the profile claims. The user's real name is derived from the user name."""
    given, *more = re.split(r"[._-]", user.username.partition("@")[0])
    given, family = given.capitalize(), " ".join(more).title() or "User"
    return {
        "sub": str(uuid.uuid5(_USERS, user.username)),
        "email": user.username,
        "email_verified": True,
        "name": f"{given} {family}",
        "given_name": given,
        "family_name": family,
        "preferred_username": user.username,
    }


def id_claims(
    log_in: ClientSession, issuer: str, now: float, life: float, nonce: str, access: str
) -> dict[str, Any]:
    """Returns the claims of an ID token: the user, the time of the log-in, and the hash of the access token."""
    half = hashlib.sha256(access.encode()).digest()[:16]
    claims = _common(log_in, issuer, now, life) | {
        "typ": "ID",
        "aud": log_in.client_id,
        "at_hash": base64.urlsafe_b64encode(half).rstrip(b"=").decode(),
    }
    return claims | {"nonce": nonce} if nonce else claims


def _common(log_in: ClientSession, issuer: str, now: float, life: float) -> dict[str, Any]:
    return profile(log_in.session.user) | {
        "iss": issuer,
        "azp": log_in.client_id,
        "exp": int(now + life),
        "iat": int(now),
        "auth_time": log_in.session.began,
        # Keycloak's levels: 1 for a password, 0 if the user was already logged in.
        "acr": "1" if log_in.fresh else "0",
        "jti": str(uuid.uuid4()),
        "sid": log_in.session.id,
    }
