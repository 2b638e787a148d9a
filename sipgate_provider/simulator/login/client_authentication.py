"""Client authentication at the token endpoint (RFC 6749, 2.3).

Every client at sipgate has a secret, but web pages use clients without it, and sipgate does not say which clients are
public. Here a client with a web origin is public: a page cannot keep a secret, and it cannot read a token without a web
origin. All other clients are confidential and must send their secret. A wrong secret is always refused.
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

#: The client for the password grant. It is public: it has no secret.
APP_WEB = "sipgate-app-web"


def is_public(client: Client) -> bool:
    """Returns whether the client is used by web pages and therefore needs no secret."""
    return bool(client["webOrigins"])


def identify(request: Request, form: Mapping[str, str], accounts: Accounts) -> str:
    """Returns the id of the client, from the form or else from the Authorization header.

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
    """Returns the name and secret of a Basic credential (RFC 7617); None if it is malformed."""
    try:
        decoded = base64.b64decode(credential.strip(), validate=True).decode()
    except ValueError:
        return None
    name, colon, secret = decoded.partition(":")
    return (name, secret) if colon else None


def _refused(code: str) -> OAuthError:
    return OAuthError(401, code, "Invalid client or Invalid client credentials")
