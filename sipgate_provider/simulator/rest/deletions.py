"""Deletions that sipgate has accepted and not finished: the API still shows the client.

To the account, and so in a file, the client is gone as soon as its deletion is accepted: however the
simulator ends, no accepted deletion is lost. Logging in through the client ends then too, and a PUT
of it is answered 404.
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
    """Every deletion that is under way, by the simulator's own clock."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._deletions: dict[str, _Deletion] = {}

    def begin(self, account: Account, client_id: str, seconds: float) -> None:
        """The account no longer has the client, and the API shows it for these seconds.

        Raises:
            KeyError: It had none of that id.
        """
        client = account.client(client_id)
        account.remove_client(client_id)
        self._deletions[client_id] = _Deletion(account, client, self._clock.now() + seconds)

    def pending(self, account: Account) -> list[Client]:
        """The account's clients whose deletion is under way, in the order of their deletion."""
        now = self._clock.now()
        self._deletions = {
            name: deletion for name, deletion in self._deletions.items() if now < deletion.done_at
        }
        deletions = self._deletions.values()
        return [deletion.client for deletion in deletions if deletion.account is account]

    def find(self, account: Account, client_id: str) -> Client | None:
        """The client of that id, if its deletion is under way."""
        pending = self.pending(account)
        return next((client for client in pending if client["clientId"] == client_id), None)
