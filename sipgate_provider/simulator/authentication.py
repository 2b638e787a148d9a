"""Whether a request may do what it asks for, by its Authorization header."""

from __future__ import annotations

import base64
import hmac
from typing import TYPE_CHECKING

from sipgate_provider.simulator.errors import Refusal
from sipgate_provider.simulator.scopes import ALL

if TYPE_CHECKING:
    from sipgate_provider.simulator.account import Account
    from sipgate_provider.simulator.tokens import Tokens


def require_scope(scope: str, authorization: str, account: Account, tokens: Tokens) -> None:
    """The credential is valid, and has the scope or all of them.

    Raises:
        Refusal: 401 for a missing, unknown or expired credential, 403 for a missing scope.
    """
    scheme, _, credential = authorization.partition(" ")
    if scheme.lower() == "bearer":
        access_token = tokens.access(credential.strip())
        scopes = access_token.scopes if access_token else None
    elif scheme.lower() == "basic":
        scopes = _scopes_of_personal_access_token(credential, account)
    else:
        raise Refusal(401, "Full authentication is required to access this resource.")
    if scopes is None:
        raise Refusal(401, "The credential is unknown or has expired.")
    if not scopes & {scope, ALL}:
        raise Refusal(403, f"The scope {scope} is required.")


def same(one: str, other: str) -> bool:
    """The two secrets are equal; how long it takes to say so tells nothing about them."""
    return hmac.compare_digest(one.encode(errors="replace"), other.encode(errors="replace"))


def basic_pair(credential: str) -> tuple[str, str] | None:
    """Name and secret out of a Basic credential; None if it is not one (RFC 7617)."""
    try:
        decoded = base64.b64decode(credential.strip(), validate=True).decode()
    except ValueError:
        return None
    name, colon, secret = decoded.partition(":")
    return (name, secret) if colon else None


def _scopes_of_personal_access_token(credential: str, account: Account) -> frozenset[str] | None:
    pair = basic_pair(credential)
    known = account.personal_access_token(pair[0]) if pair else None
    if pair and known and same(pair[1], known.token):
        return known.scopes
    return None
