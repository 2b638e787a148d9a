"""Diff: what an update would change. No change replaces a client."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from enum import Enum, auto

from sipgate_provider.api.properties import WRITABLE
from sipgate_provider.clients.comparison import values_equal

__all__ = ["Change", "Kind", "changes", "diff"]


class Kind(Enum):
    """What an update does to a property, or to an element of a list."""

    ADD = auto()
    DELETE = auto()
    UPDATE = auto()


@dataclass(frozen=True)
class Change:
    """One change of an update.

    Attributes:
        path: The property, or an element as in `redirectUris[1]`. The index is that of the old list for a deletion, and
            of the new list otherwise.
        kind: What the update does to it.
    """

    path: str
    kind: Kind

    @property
    def property(self) -> str:
        """The property's name."""
        return self.path.partition("[")[0]


def changes(
    olds: Mapping[str, object], news: Mapping[str, object], *, unknown: Collection[str] = ()
) -> list[Change]:
    """The changes of an update, one for each element of a list; unknown properties count as updated."""
    found = [Change(name, Kind.UPDATE) for name in WRITABLE if name in unknown]
    for name in WRITABLE:
        old, new = olds.get(name), news.get(name)
        if name in unknown or values_equal(name, old, new):
            continue
        if isinstance(old, list) and isinstance(new, list):
            found += _elements(name, old, new)
        else:
            found.append(Change(name, Kind.UPDATE))
    return found


def _elements(name: str, old: list[object], new: list[object]) -> Iterator[Change]:
    deleted = {index for index, element in enumerate(old) if element not in new}
    added = {index for index, element in enumerate(new) if element not in old}
    for index in sorted(deleted | added):
        kind = (
            Kind.UPDATE if index in deleted & added else Kind.ADD if index in added else Kind.DELETE
        )
        yield Change(f"{name}[{index}]", kind)


def diff(
    olds: Mapping[str, object], news: Mapping[str, object], *, unknown: Collection[str] = ()
) -> bool | None:
    """Whether an update is due; None where that depends on unknown values.

    An update is also due if `olds` lacks the secret, although it then sends no PUT.
    """
    if any(change.path not in unknown for change in changes(olds, news, unknown=unknown)):
        return True
    if unknown:
        return None
    return not olds.get("clientSecret")
