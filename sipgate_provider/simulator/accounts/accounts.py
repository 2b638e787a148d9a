"""All accounts of a simulator, and to which of them a user, a client or a personal access token belongs."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sipgate_provider.simulator.accounts.account import Account, Client
    from sipgate_provider.simulator.accounts.models import PersonalAccessToken, User


class Accounts:
    """The accounts of a simulator. A lookup searches them in order and returns the first match.

    Raises:
        ValueError: There is no account, or two have the same number.
    """

    def __init__(self, accounts: Sequence[Account]) -> None:
        self.all = list(accounts)
        numbers = [account.number for account in self.all]
        if not numbers or len(set(numbers)) < len(numbers):
            raise ValueError("Pass at least one account, each with a different number.")

    def client(self, client_id: str) -> Client | None:
        """Returns the client with this id, or None. Users of all accounts can log in through it."""
        for account in self.all:
            with suppress(KeyError):
                return account.client(client_id)
        return None

    def user(self, username: str) -> tuple[Account, User] | None:
        """Returns the user with this name and their account, or None."""
        for account in self.all:
            if user := account.user(username):
                return account, user
        return None

    def personal_access_token(self, token_id: str) -> tuple[Account, PersonalAccessToken] | None:
        """Returns the personal access token with this id and its account, or None."""
        for account in self.all:
            if token := account.personal_access_token(token_id):
                return account, token
        return None
