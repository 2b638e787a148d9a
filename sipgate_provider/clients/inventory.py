"""What this deployment knows about the account: the clients that its resources manage, and the last list of clients.

**Managed clients.** The engine does not show the state to a provider. But every resource that goes through diff, read,
update or delete names its client on the way. A resource that is about to be replaced goes through check and not through
diff: its old inputs then announce a client with that content, in the account that they name. If the engine replaces by
force (`--replace`, a taint), it does not pass the old inputs either. A client that is neither named nor announced
counts as unmanaged: another stack manages it, or an interrupted run has left it over.

A creation has to wait until the resource that may manage an equal client has named that client. The engine reaches the
resource only while the engine and this process can serve more calls. So only one creation waits for each client in
doubt. Whether or not that client turns out to be managed, all other creations may go on. The wait continues while other
calls are running, since each of them makes room for a call that may name the client.

**The list.** The first read of a deployment requests only its own client. The second read suggests that there are many,
so it lists the account once for all later reads. An entry of the list serves one read, within a minute, and only if it
has a secret. A client is requested separately if the list lacks it, if this deployment has changed it since, or if
listing fails.
"""

from __future__ import annotations

import contextlib
import threading
import time
from collections import Counter
from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

from sipgate_provider.errors import AuthenticationError, SipgateError

if TYPE_CHECKING:
    from sipgate_provider.api.calls import SipgateAPI
    from sipgate_provider.api.models import OAuthClientState

__all__ = ["ClientList", "ManagedClients", "Unmanaged"]

_LONGEST_WAIT_SECONDS = 60.0
# Long enough to refresh many clients; later reads request their clients separately.
_FRESH_SECONDS = 60.0


class Unmanaged(NamedTuple):
    """Clients that no resource has named; `expected` of them belong to resources that are being replaced."""

    ids: set[str]
    expected: int


class ManagedClients:
    """The clients that this deployment's resources manage, as known so far; safe to share between threads."""

    def __init__(self) -> None:
        self._ids: set[str] = set()
        self._expected: Counter[str] = Counter()
        self._waiting_creations: Counter[str] = Counter()
        self._creating: Counter[str] = Counter()
        self._calls = 0
        self._waiting = 0
        self._changed = threading.Condition()
        self._last_change = time.monotonic()

    def add(self, client_id: str, content: str | None = None) -> None:
        """Records that a resource manages the client, which had this content until now."""
        with self._change():
            self._ids.add(client_id)
            if content is not None and self._expected[content]:
                self._expected[content] -= 1

    def expect(self, content: str) -> None:
        """Records that a resource manages a client with this content, whose id it has not named yet."""
        with self._change():
            self._expected[content] += 1

    def __contains__(self, client_id: str) -> bool:
        with self._changed:
            return client_id in self._ids

    def ids(self) -> frozenset[str]:
        """The clients that resources have named so far."""
        with self._changed:
            return frozenset(self._ids)

    @contextlib.contextmanager
    def call(self) -> Iterator[None]:
        """Counts a call of the engine as running during the block."""
        with self._change():
            self._calls += 1
        try:
            yield
        finally:
            with self._change():
                self._calls -= 1

    @contextlib.contextmanager
    def idle(self) -> Iterator[None]:
        """Keeps creations from waiting for the running call, which names no client in this block."""
        with self._change():
            self._waiting += 1
        try:
            yield
        finally:
            with self._changed:
                self._waiting -= 1

    @contextlib.contextmanager
    def creation(self, content: str) -> Iterator[None]:
        """Records that a client with this content is being created during the block."""
        with self._changed:
            self._creating[content] += 1
        try:
            yield
        finally:
            with self._changed:
                self._creating[content] -= 1

    def is_creating(self, content: str) -> bool:
        """Whether a client with this content is being created."""
        with self._changed:
            return self._creating[content] > 0

    def find_unmanaged(self, client_ids: set[str], content: str, quiet_seconds: float) -> Unmanaged:
        """Returns those of `client_ids`, all with this content, that forbid the creation of another one.

        Waits until every client is named, or until nothing has happened for `quiet_seconds`.
        """
        with self._changed:
            unmanaged = self._in_doubt(client_ids, content)
            if not unmanaged.ids:
                return unmanaged
            self._waiting_creations[content] += 1
            self._waiting += 1
            ends = time.monotonic() + _LONGEST_WAIT_SECONDS
            try:
                while True:
                    unmanaged = self._in_doubt(client_ids, content, own_waits=1)
                    if not unmanaged.ids:
                        self._waiting_creations[content] -= 1
                        return unmanaged
                    now = time.monotonic()
                    left = self._last_change + quiet_seconds - now
                    if now >= ends or (left <= 0 and self._calls <= self._waiting):
                        # The count stays, so that the client in doubt does not stop another creation.
                        return unmanaged
                    self._changed.wait(min(max(left, 0.1), ends - now))
            finally:
                self._waiting -= 1

    def _in_doubt(self, client_ids: set[str], content: str, own_waits: int = 0) -> Unmanaged:
        unnamed = client_ids - self._ids
        expected = self._expected[content]
        explained = expected + self._waiting_creations[content] - own_waits
        return Unmanaged(unnamed if len(unnamed) > explained else set(), expected)

    @contextlib.contextmanager
    def _change(self) -> Iterator[None]:
        with self._changed:
            yield
            self._last_change = time.monotonic()
            self._changed.notify_all()


class ClientList:
    """Reads clients, many of them with one list; safe to share between threads."""

    def __init__(self, api: SipgateAPI) -> None:
        self._api = api
        self._lock = threading.Lock()
        self._reads = 0
        self._listed: dict[str, OAuthClientState] = {}
        self._written: set[str] = set()
        self._use_until: float | None = None

    def client(self, client_id: str) -> OAuthClientState:
        """Returns the client from the list, or else reads it.

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

    def forget(self, client_id: str) -> None:
        """Drops the client's entry, since this deployment changes the client."""
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
