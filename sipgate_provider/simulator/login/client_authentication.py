"""Which client calls the token endpoint, and whether it has proved that (RFC 6749, 2.3).

Every client of sipgate's has a secret, and pages use the same clients without it; which are public, sipgate tells
nobody. Here those are that have a web origin: a page can keep no secret, and can read no token without one. Any other
is confidential and has to show its secret. A wrong one is refused from every client.
"""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING

from sipgate_provider.simulator.login.oauth_request import OAuthError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from starlette.requests import Request

    from sipgate_provider.simulator.accounts.account import Client
    from sipgate_provider.simulator.accounts.accounts import Accounts

#: The client that the password grant is for. It is public: it has no secret.
APP_WEB = "sipgate-app-web"


def is_public(client: Client) -> bool:
    """Whether pages use the client, and so nobody needs its secret."""
    return bool(client["webOrigins"])


def identify(request: Request, form: Mapping[str, str], accounts: Accounts) -> str:
    """The id of the client that the form names, or else the Authorization header.

    Raises:
        OAuthError: 401 if there is no such client, or its secret is missing or wrong.
    """
    authorization = request.headers.get("authorization", "")
    scheme, _, credential = authorization.partition(" ")
    pair = basic_pair(credential) if scheme.lower() == "basic" else None
    client_id, secret = pair or ("", "")
    client_id, secret = form.get("client_id", client_id), form.get("client_secret", secret)
    if client_id == APP_WEB:
        return APP_WEB
    known = accounts.client(client_id)
    if known is None:
        raise _refused("invalid_client")
    may_lack_it = is_public(known) and not secret
    if not may_lack_it and secret != known["clientSecret"]:
        raise _refused("unauthorized_client")
    return client_id


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
