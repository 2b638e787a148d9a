"""Which clients this deployment's resources stand for.

The engine tells a provider nothing of the state, but every resource that goes through diff, read, update or delete
names its client on the way. A resource that is forced to be replaced is checked and not diffed: its old inputs then
stand for one client of that content. What is in the account and neither named nor stood for is somebody else's, or
left over.
"""

from __future__ import annotations

import threading
from collections import Counter
from typing import NamedTuple

__all__ = ["NamedClients"]


class NamedClients:
    """What resources of this deployment have told so far; safe to share between threads."""

    def __init__(self) -> None:
        self._ids: set[str] = set()
        self._stood_for: Counter[str] = Counter()
        self._changed = threading.Condition()

    def add(self, client_id: str, content: str | None = None) -> None:
        """The id belongs to a resource, which stood for a client of `content` until now."""
        with self._changed:
            self._ids.add(client_id)
            if content is not None and self._stood_for[content]:
                self._stood_for[content] -= 1
            self._changed.notify_all()

    def stand_for(self, content: str) -> None:
        """A resource has a client of `content`, whose id it has not named yet."""
        with self._changed:
            self._stood_for[content] += 1
            self._changed.notify_all()

    def __contains__(self, client_id: str) -> bool:
        with self._changed:
            return client_id in self._ids

    def strangers(self, client_ids: set[str], content: str, seconds: float) -> Strangers:
        """Those of `client_ids`, all of `content`, that no resource accounts for, after giving it some time."""
        with self._changed:
            self._changed.wait_for(
                lambda: len(client_ids - self._ids) <= self._stood_for[content], seconds
            )
            unnamed = client_ids - self._ids
            standing = self._stood_for[content]
            return Strangers(unnamed if len(unnamed) > standing else set(), standing)

    def unnamed(self, client_ids: set[str], seconds: float) -> set[str]:
        """Those of `client_ids` that no resource has named, after giving it some time."""
        with self._changed:
            self._changed.wait_for(lambda: client_ids <= self._ids, seconds)
            # A resource that is replaced names nothing, and may stand for any of them.
            return set() if self._stood_for.total() else client_ids - self._ids


class Strangers(NamedTuple):
    """Clients that no resource accounts for; `standing` of them belong to resources that are being replaced."""

    ids: set[str]
    standing: int
