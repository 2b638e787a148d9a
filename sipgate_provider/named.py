"""Which clients this deployment's resources stand for.

The engine tells a provider nothing of the state, but every resource that goes through diff, read, update or delete
names its client on the way. What is in the account and unnamed is somebody else's, or left over.
"""

from __future__ import annotations

import threading

__all__ = ["NamedClients"]


class NamedClients:
    """The ids that resources of this deployment have named so far; safe to share between threads."""

    def __init__(self) -> None:
        self._ids: set[str] = set()
        self._changed = threading.Condition()

    def add(self, client_id: str) -> None:
        """The id is known to belong to a resource."""
        with self._changed:
            self._ids.add(client_id)
            self._changed.notify_all()

    def __contains__(self, client_id: str) -> bool:
        with self._changed:
            return client_id in self._ids

    def wait_for_all(self, client_ids: set[str], seconds: float) -> set[str]:
        """Those of `client_ids` that nobody has named, after giving it some time."""
        with self._changed:
            self._changed.wait_for(lambda: client_ids <= self._ids, seconds)
            return client_ids - self._ids
