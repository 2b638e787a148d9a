"""What a program declares: check completes and validates it, diff compares it with what is stored.

Nothing is sent. Bags are mappings in the API's spelling. What a preview cannot know yet is taken to be good and left
alone. Order means nothing in `redirectUris` and `webOrigins`, and nothing ever replaces a client.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from enum import Enum, auto

from msgspec import ValidationError

from sipgate_provider.api.models import SETS, WRITABLE, OAuthClientInputs, misshapen, same
from sipgate_provider.clients.rules import Finding, failures

__all__ = ["Change", "Checked", "Kind", "changes", "check", "diff"]

# Stands in for what a preview does not know yet; it is valid wherever it is put.
_NOT_YET_KNOWN = "https://not-yet-known"


@dataclass(frozen=True)
class Checked:
    """The inputs with defaults and without duplicates, or why there are none."""

    inputs: dict[str, object]
    failures: tuple[Finding, ...] = ()


def check(
    news: Mapping[str, object],
    olds: Mapping[str, object] | None = None,
    *,
    unknown: Collection[str] = (),
    defaults: Mapping[str, object] | None = None,
) -> Checked:
    """The declared properties, completed and validated; nothing is sent.

    Args:
        news: The properties that are known.
        olds: The inputs of the last deployment, if there was one; what they hold already is not refused.
        unknown: Names of properties that a preview cannot know yet; they are taken to be good.
        defaults: The values of properties that the program leaves out, where they depend on the resource.
    """
    bag = dict(defaults or {})
    bag |= {name: value for name, value in news.items() if value is not None}
    bag |= {name: [_NOT_YET_KNOWN] if name in SETS else _NOT_YET_KNOWN for name in unknown}
    try:
        document = OAuthClientInputs.from_bag(bag).bag()
    except ValidationError:
        return Checked(dict(news), tuple(Finding(*found) for found in misshapen(bag)))
    known = {name: value for name, value in document.items() if name not in unknown}
    held = olds or {}
    return Checked(
        known,
        tuple(finding for finding in failures(known) if not _is_held(finding, known, held)),
    )


def _is_held(finding: Finding, known: Mapping[str, object], held: Mapping[str, object]) -> bool:
    """Whether the state has the value that was found: of a list, the entry alone."""
    name, _, index = finding.path.partition("[")
    new, old = known[name], held.get(name)
    if index and isinstance(new, list) and isinstance(old, list | tuple):
        return new[int(index.rstrip("]"))] in old
    return same(name, old, new)


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
        if name in unknown or same(name, old, new):
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
