"""Whether a request may do what it asks for, and on which account, by its Authorization header."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from sipgate_provider.simulator.login.client_authentication import basic_pair
from sipgate_provider.simulator.rest.errors import Refusal
from sipgate_provider.simulator.scopes import ALL

if TYPE_CHECKING:
    from sipgate_provider.simulator.accounts.account import Account
    from sipgate_provider.simulator.accounts.accounts import Accounts
    from sipgate_provider.simulator.login.tokens import Tokens


class Principal(NamedTuple):
    """Whom a credential stands for: whose account, and what it may do there."""

    account: Account
    scopes: frozenset[str]
    may_manage_clients: bool


def authorized_account(
    scope: str, authorization: str, accounts: Accounts, tokens: Tokens
) -> Account:
    """The account that the credential acts on: it is valid, and both role and scopes suffice.

    Raises:
        Refusal: 401 for a missing, unknown or expired credential, 403 for a role that may not
            manage clients, and for a missing scope.
    """
    found = authenticate(authorization, accounts, tokens)
    if not found.may_manage_clients:
        raise Refusal(403, "The user's role may not manage OAuth clients.")
    if not found.scopes & {scope, ALL}:
        raise Refusal(403, f"The scope {scope} is required.")
    return found.account


def authenticate(authorization: str, accounts: Accounts, tokens: Tokens) -> Principal:
    """Whom the credential stands for.

    Raises:
        Refusal: 401 for a missing, unknown or expired credential.
    """
    scheme, _, credential = authorization.partition(" ")
    if scheme.lower() == "bearer":
        found = _by_access_token(credential, tokens)
    elif scheme.lower() == "basic":
        found = _by_personal_access_token(credential, accounts)
    else:
        raise Refusal(401, "Full authentication is required to access this resource.")
    if found is None:
        raise Refusal(401, "The credential is unknown or has expired.")
    return found


def _by_access_token(credential: str, tokens: Tokens) -> Principal | None:
    token = tokens.access(credential.strip())
    if token is None:
        return None
    session = token.log_in.session
    return Principal(session.account, token.scopes, session.user.may_manage_clients)


def _by_personal_access_token(credential: str, accounts: Accounts) -> Principal | None:
    pair = basic_pair(credential)
    known = accounts.personal_access_token(pair[0]) if pair else None
    if not pair or not known or pair[1] != known[1].token:
        return None
    account, token = known
    return Principal(account, token.scopes, token.may_manage_clients)
