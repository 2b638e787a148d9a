"""Deletions that sipgate has accepted but not completed, so that the API still shows the client.

The account and its file no longer contain the client once its deletion is accepted. So even if the
simulator is killed, no accepted deletion is lost. From then on, users cannot log in through the
client, and the response to a PUT is 404.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from sipgate_provider.simulator.accounts.account import Account, Client
    from sipgate_provider.simulator.clock import Clock


class _Deletion(NamedTuple):
    account: Account
    client: Client
    done_at: float


class Deletions:
    """All pending deletions, timed by the simulator's clock."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._deletions: dict[str, _Deletion] = {}

    def begin(self, account: Account, client_id: str, seconds: float) -> None:
        """Removes the client from the account, though the API still shows it for this many seconds.

        Raises:
            KeyError: The account has no client with this id.
        """
        client = account.client(client_id)
        account.remove_client(client_id)
        self._deletions[client_id] = _Deletion(account, client, self._clock.now() + seconds)

    def pending(self, account: Account) -> list[Client]:
        """Returns the account's clients whose deletion is pending, in the order of the DELETE requests."""
        now = self._clock.now()
        self._deletions = {
            name: deletion for name, deletion in self._deletions.items() if now < deletion.done_at
        }
        deletions = self._deletions.values()
        return [deletion.client for deletion in deletions if deletion.account is account]

    def find(self, account: Account, client_id: str) -> Client | None:
        """Returns the client with this id if its deletion is pending, or None."""
        pending = self.pending(account)
        return next((client for client in pending if client["clientId"] == client_id), None)
