"""Which client calls the token endpoint, and whether it has proved that (RFC 6749, 2.3)."""

from __future__ import annotations

import base64
import hmac
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sipgate_provider.simulator.login.oauth_request import OAuthError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sipgate_provider.simulator.accounts.accounts import Accounts

#: The client that the password grant is for. It is public: it has no secret.
APP_WEB = "sipgate-app-web"


@dataclass(frozen=True)
class Caller:
    """The client that calls.

    Attributes:
        proved: Whether it has shown its secret.
    """

    client_id: str
    proved: bool

    def require_proof(self) -> None:
        """The client has shown its secret, or has none.

        Raises:
            OAuthError: 401 otherwise.
        """
        if not self.proved and self.client_id != APP_WEB:
            raise _refused("unauthorized_client")


def identify(form: Mapping[str, str], authorization: str, accounts: Accounts) -> Caller:
    """The client that the form names, or else the Authorization header.

    Raises:
        OAuthError: 401 if there is no such client, or the secret is not its own.
    """
    scheme, _, credential = authorization.partition(" ")
    pair = basic_pair(credential) if scheme.lower() == "basic" else None
    client_id, secret = pair or ("", "")
    client_id, secret = form.get("client_id", client_id), form.get("client_secret", secret)
    if client_id == APP_WEB:
        return Caller(APP_WEB, proved=False)
    known = accounts.client(client_id)
    if known is None:
        raise _refused("invalid_client")
    if secret and not same(secret, known["clientSecret"]):
        raise _refused("unauthorized_client")
    return Caller(client_id, proved=bool(secret))


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


def _refused(code: str) -> OAuthError:
    return OAuthError(401, code, "Invalid client or Invalid client credentials")
