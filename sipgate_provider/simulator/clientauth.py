"""Which client calls the token endpoint, and whether it has proved that (RFC 6749, 2.3)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sipgate_provider.simulator.authentication import basic_pair, same
from sipgate_provider.simulator.oauthrequest import OAuthError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sipgate_provider.simulator.accounts import Accounts

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
            raise _unknown()


def identify(form: Mapping[str, str], authorization: str, accounts: Accounts) -> Caller:
    """The client that the form or the Authorization header names.

    Raises:
        OAuthError: 401 if there is no such client, or the secret is not its own.
    """
    client_id, secret = form.get("client_id", ""), form.get("client_secret", "")
    scheme, _, credential = authorization.partition(" ")
    if scheme.lower() == "basic":
        client_id, secret = basic_pair(credential) or ("", "")
    if client_id == APP_WEB:
        return Caller(APP_WEB, proved=False)
    known = accounts.client(client_id)
    if known is None or (secret and not same(secret, known["clientSecret"])):
        raise _unknown()
    return Caller(client_id, proved=bool(secret))


def _unknown() -> OAuthError:
    return OAuthError(401, "invalid_client", "Invalid client or Invalid client credentials")
