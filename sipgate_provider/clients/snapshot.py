"""Reading many clients with one list, without believing the list where it could be wrong.

The first read of a deployment asks for its client alone; with the second there are many, and the account is listed
once for all that follow. An entry of that list is used for one read, soon, and only if it is whole: a client that the
list lacks, whose secret it lacks, or that this deployment has written meanwhile is asked for by itself, and so is
every client where listing fails.
"""

from __future__ import annotations

import threading
import time

from sipgate_provider.api.calls import SipgateAPI
from sipgate_provider.api.models import OAuthClientState
from sipgate_provider.errors import AuthenticationError, SipgateError

__all__ = ["Snapshot"]

# A refresh of many clients is over long before; what comes later asks anew.
_FRESH_SECONDS = 60.0


class Snapshot:
    """The account as it was a moment ago; safe to share between threads."""

    def __init__(self, api: SipgateAPI) -> None:
        self._api = api
        self._lock = threading.Lock()
        self._reads = 0
        self._listed: dict[str, OAuthClientState] = {}
        self._written: set[str] = set()
        self._use_until: float | None = None

    def client(self, client_id: str) -> OAuthClientState:
        """The client as sipgate has it.

        Raises:
            SipgateError: As `SipgateAPI.get_client`.
        """
        with self._lock:
            self._reads += 1
            if self._reads > 1 and self._use_until is None:
                self._list()
            found = self._listed.pop(client_id, None)
            usable = self._use_until is not None and time.monotonic() < self._use_until
        if found is not None and found.client_secret and usable:
            return found
        return self._api.get_client(client_id)

    def written(self, client_id: str) -> None:
        """This deployment has changed the client, so what was listed of it is old."""
        with self._lock:
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
