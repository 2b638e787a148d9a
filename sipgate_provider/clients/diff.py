"""Diff: what an update would change. Nothing ever replaces a client."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from enum import Enum, auto

from sipgate_provider.api.properties import WRITABLE
from sipgate_provider.clients.comparison import values_equal

__all__ = ["Change", "Kind", "changes", "diff"]


class Kind(Enum):
    """What becomes of a property, or of an element of a list."""

    ADD = auto()
    DELETE = auto()
    UPDATE = auto()


@dataclass(frozen=True)
class Change:
    """One thing that an update is to change.

    Attributes:
        path: The property, or an element of it as in `redirectUris[1]`: of the old list where it is deleted, of the
            new one otherwise.
        kind: What becomes of it.
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
    """What an update is to change, each element of a list by itself; what is not known yet is to be updated."""
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
    gone = {index for index, element in enumerate(old) if element not in new}
    come = {index for index, element in enumerate(new) if element not in old}
    for index in sorted(gone | come):
        kind = Kind.UPDATE if index in gone & come else Kind.ADD if index in come else Kind.DELETE
        yield Change(f"{name}[{index}]", kind)


def diff(
    olds: Mapping[str, object], news: Mapping[str, object], *, unknown: Collection[str] = ()
) -> bool | None:
    """Whether an update is due; None where that depends on what is not known yet.

    A secret that is still missing in `olds` is due as well, though it sends no PUT.
    """
    if any(change.path not in unknown for change in changes(olds, news, unknown=unknown)):
        return True
    if unknown:
        return None
    return not olds.get("clientSecret")
