"""Every account that there is: whose a client, a user or a personal access token is."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sipgate_provider.simulator.accounts.account import Account, Client
    from sipgate_provider.simulator.accounts.models import PersonalAccessToken, User


class Accounts:
    """Looks through all accounts, in order; the first that knows a name has it.

    Raises:
        ValueError: There is no account, or two have the same number.
    """

    def __init__(self, accounts: Sequence[Account]) -> None:
        self.all = list(accounts)
        numbers = [account.number for account in self.all]
        if not numbers or len(set(numbers)) < len(numbers):
            raise ValueError("It takes at least one account, each with a number of its own.")

    def client(self, client_id: str) -> Client | None:
        """The client of that id; everybody may log in through it, whatever their account."""
        for account in self.all:
            with suppress(KeyError):
                return account.client(client_id)
        return None

    def user(self, username: str) -> tuple[Account, User] | None:
        """The user of that name, and their account."""
        for account in self.all:
            if user := account.user(username):
                return account, user
        return None

    def personal_access_token(self, token_id: str) -> tuple[Account, PersonalAccessToken] | None:
        """The personal access token of that id, and its account."""
        for account in self.all:
            if token := account.personal_access_token(token_id):
                return account, token
        return None
