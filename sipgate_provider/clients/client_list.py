"""Reads the clients of a deployment, many of them with one list of the account.

The first read of a deployment requests only its own client. The second read suggests that there are many, so it lists
the account once for all later reads. An entry of the list serves one read, within a minute, and only if its secret is
the one in the state, and it lacks nothing that the state holds: a list may lack properties, and lack or mask secrets. A
client is requested by itself if the list lacks it, if this deployment has changed it since, or if listing fails.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Mapping
from typing import TYPE_CHECKING

from sipgate_provider.clients.comparison import differing
from sipgate_provider.errors import AuthenticationError, SipgateError
from sipgate_provider.http.deadlines import locked

if TYPE_CHECKING:
    from sipgate_provider.api.calls import SipgateAPI
    from sipgate_provider.api.models import OAuthClientState

__all__ = ["ClientList"]

# Long enough to refresh many clients; later reads request their clients separately.
_FRESH_SECONDS = 60.0


class ClientList:
    """Reads clients, many of them with one list; safe to share between threads."""

    def __init__(self, api: SipgateAPI) -> None:
        self._api = api
        self._lock = threading.Lock()
        self._reads = 0
        self._listed: dict[str, OAuthClientState] = {}
        self._written: set[str] = set()
        self._use_until: float | None = None

    def client(self, client_id: str, olds: Mapping[str, object]) -> OAuthClientState:
        """Returns the client from the list, or else reads it.

        Args:
            client_id: The client's id.
            olds: Its properties in the state.

        Raises:
            SipgateError: As `SipgateAPI.get_client`.
        """
        with locked(self._lock, "listed the account's clients"):
            self._reads += 1
            if self._reads > 1 and self._use_until is None:
                self._list()
            found = self._listed.pop(client_id, None)
            usable = self._use_until is not None and time.monotonic() < self._use_until
        if found is not None and usable and _tells(found, olds):
            return found
        return self._api.get_client(client_id)

    def forget(self, client_id: str) -> None:
        """Drops the client's entry, since this deployment changes the client."""
        with locked(self._lock, "listed the account's clients"):
            self._written.add(client_id)
            self._listed.pop(client_id, None)

    def _list(self) -> None:
        self._use_until = time.monotonic() + _FRESH_SECONDS
        try:
            listed = self._api.list_clients()
        except AuthenticationError:
            raise
        except SipgateError:
            return
        self._listed = {
            client.client_id: client for client in listed if client.client_id not in self._written
        }


def _tells(found: OAuthClientState, olds: Mapping[str, object]) -> bool:
    """Whether the entry has the secret of the state, and every property that has a value there."""
    return (
        bool(found.client_secret)
        and found.client_secret == olds.get("clientSecret")
        and not differing(found.properties(), found.stored(olds))
    )
