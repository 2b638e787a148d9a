"""Authentication and authorization of a request by its Authorization header."""

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
    """The account of a credential, and what the credential is allowed to do there."""

    account: Account
    scopes: frozenset[str]
    may_manage_clients: bool


def authorized_account(
    scope: str, authorization: str, accounts: Accounts, tokens: Tokens
) -> Account:
    """Returns the account of the credential, after checking the role of its user and its scopes.

    Raises:
        Refusal: 401 if the credential is missing, unknown or expired; 403 if the role does not allow
            managing clients or the scope is missing.
    """
    found = authenticate(authorization, accounts, tokens)
    if not found.may_manage_clients:
        raise Refusal(403, "The user's role may not manage OAuth clients.")
    if not found.scopes & {scope, ALL}:
        raise Refusal(403, f"The scope {scope} is required.")
    return found.account


def authenticate(authorization: str, accounts: Accounts, tokens: Tokens) -> Principal:
    """Returns the principal of the credential.

    Raises:
        Refusal: 401 if the credential is missing, unknown or expired.
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
