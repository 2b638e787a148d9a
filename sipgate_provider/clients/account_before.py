"""The account before the first POST of a deployment, which shows later what is new in it.

All creations of a deployment share one list, which the first one takes. Without the read scope there is no list, and
clients are created all the same. If listing fails for another reason, nothing is created: a lost response would then
mean a lost client.
"""

from __future__ import annotations

import threading
from collections import defaultdict
from collections.abc import Iterable

from sipgate_provider.api.calls import SipgateAPI
from sipgate_provider.api.listing import Listing
from sipgate_provider.api.models import OAuthClientInputs, OAuthClientState
from sipgate_provider.clients.absence import account_number_of
from sipgate_provider.clients.comparison import fingerprint
from sipgate_provider.errors import APIError, PermissionDeniedError, TransportError
from sipgate_provider.http.deadlines import is_stopped, locked

__all__ = ["AccountBefore", "FirstList", "accounts_of"]


class AccountBefore:
    """The account before this deployment's first POST.

    Attributes:
        ids: The ids of its clients.
        accounts: The account numbers in them.
        complete: Whether these are all.
    """

    def __init__(self, listing: Listing) -> None:
        self.ids = listing.ids
        self.accounts = accounts_of(self.ids)
        self.complete = listing.complete
        self._by_name: defaultdict[str, list[OAuthClientState]] = defaultdict(list)
        for client in listing:
            self._by_name[client.name].append(client)

    def equal_to(self, inputs: OAuthClientInputs) -> set[str]:
        """The ids of the clients that equal the declared one in every property."""
        wanted = fingerprint(inputs.properties())
        namesakes = self._by_name.get(inputs.name, [])
        return {
            client.client_id for client in namesakes if fingerprint(client.properties()) == wanted
        }


class FirstList:
    """The list before the first POST, taken once for all threads."""

    def __init__(self, api: SipgateAPI) -> None:
        self._api = api
        self._lock = threading.Lock()
        self._taken = False
        self._account: AccountBefore | None = None

    def account(self) -> AccountBefore | None:
        """The account before the first POST; None without the read scope.

        Raises:
            SipgateError: The account cannot be listed.
        """
        with locked(self._lock, "listed the account's clients"):
            if not self._taken:
                if is_stopped():
                    raise TransportError(
                        "Creating the client: not sent, because the run was cancelled.", sent=False
                    )
                try:
                    self._account = AccountBefore(self._api.list_clients())
                except PermissionDeniedError:
                    self._account = None
                except (APIError, TransportError) as error:
                    raise error.followed_by("The client was therefore not created.") from None
                self._taken = True
            return self._account


def accounts_of(client_ids: Iterable[str]) -> frozenset[str]:
    """The account numbers with which the ids begin."""
    return frozenset(number for one in client_ids if (number := account_number_of(one)))
