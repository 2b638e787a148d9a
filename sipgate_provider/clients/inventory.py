"""What this deployment knows of the account: the clients its resources manage, and the last list of all clients.

**Managed clients.** The engine tells a provider nothing of the state, but every resource that goes through diff, read,
update or delete names its client on the way. A resource that is about to be replaced goes through check and not
through diff: its old inputs then announce one client of that content, in the account that they name. Where the engine
replaces by force (`--replace`, a taint), it passes not even these. A client that is neither named nor announced counts
as unmanaged: another stack manages it, or an interrupted run left it over.

A creation has to wait until the resource that may manage an equal client has named it. The engine reaches that
resource only while it, and this process, can serve more calls. So for each client in doubt one creation waits and no
more: whatever becomes of the client, every other creation is due. The wait goes on while other calls are under way,
since each makes room for one that may name the client.

**The list.** The first read of a deployment asks for its client alone. With the second there are many, and the account
is listed once for all that follow. An entry of that list serves one read, soon, and only if it is whole. The provider
asks separately for a client that the list lacks, whose secret it lacks, or that this deployment has written meanwhile,
and for every client where listing fails.
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
# A refresh of many clients is over long before; what comes later asks anew.
_FRESH_SECONDS = 60.0


class Unmanaged(NamedTuple):
    """Clients that no resource accounts for; `expected` of them belong to resources that are being replaced."""

    ids: set[str]
    expected: int


class ManagedClients:
    """What resources of this deployment have said so far; safe to share between threads."""

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
        """A resource manages the client, which had this content until now."""
        with self._change():
            self._ids.add(client_id)
            if content is not None and self._expected[content]:
                self._expected[content] -= 1

    def expect(self, content: str) -> None:
        """A resource manages a client of this content, whose id it has not named yet."""
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
        """A call of the engine is under way in this block."""
        with self._change():
            self._calls += 1
        try:
            yield
        finally:
            with self._change():
                self._calls -= 1

    @contextlib.contextmanager
    def idle(self) -> Iterator[None]:
        """A call that is under way names no client in this block, so no creation waits for it."""
        with self._change():
            self._waiting += 1
        try:
            yield
        finally:
            with self._changed:
                self._waiting -= 1

    @contextlib.contextmanager
    def creation(self, content: str) -> Iterator[None]:
        """A client of this content is being created in this block."""
        with self._changed:
            self._creating[content] += 1
        try:
            yield
        finally:
            with self._changed:
                self._creating[content] -= 1

    def is_creating(self, content: str) -> bool:
        """Whether a client of this content is being created."""
        with self._changed:
            return self._creating[content] > 0

    def find_unmanaged(self, client_ids: set[str], content: str, quiet_seconds: float) -> Unmanaged:
        """Those of `client_ids`, all of this content, for which the creation that asks has to be refused.

        Waits until each is named, or until nothing has happened for `quiet_seconds`.
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
                    unmanaged = self._in_doubt(client_ids, content, but_one=1)
                    if not unmanaged.ids:
                        self._waiting_creations[content] -= 1
                        return unmanaged
                    now = time.monotonic()
                    left = self._last_change + quiet_seconds - now
                    if now >= ends or (left <= 0 and self._calls <= self._waiting):
                        # It stays held back: the client in doubt is no reason to refuse another creation.
                        return unmanaged
                    self._changed.wait(min(max(left, 0.1), ends - now))
            finally:
                self._waiting -= 1

    def _in_doubt(self, client_ids: set[str], content: str, but_one: int = 0) -> Unmanaged:
        unnamed = client_ids - self._ids
        expected = self._expected[content]
        accounted = expected + self._waiting_creations[content] - but_one
        return Unmanaged(unnamed if len(unnamed) > accounted else set(), expected)

    @contextlib.contextmanager
    def _change(self) -> Iterator[None]:
        with self._changed:
            yield
            self._last_change = time.monotonic()
            self._changed.notify_all()


class ClientList:
    """The account's clients as they were a moment ago; safe to share between threads."""

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

    def forget(self, client_id: str) -> None:
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
