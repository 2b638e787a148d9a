"""What a mark of a page names: modules, classes, functions and constants of the package. The code is read, not run."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import griffe

__all__ = ["Named", "found", "named", "public_members"]

_ROOT = Path(__file__).resolve().parents[2]
_PACKAGE = "sipgate_provider"


class Named(NamedTuple):
    """A module, class, function or constant, and the name by which readers know it."""

    shown: str
    # What griffe has read: its types say less than its documentation.
    object: Any


@cache
def _package() -> Any:
    return griffe.load(
        _PACKAGE, search_paths=[_ROOT], docstring_parser="google", resolve_aliases=True
    )


def named(name: str) -> Iterator[Named]:
    """What a dotted name stands for; `….*` for a class's methods, and `… as NAME` for one that readers know as NAME.

    Raises:
        KeyError: The package has no such name.
    """
    path, _, shown = name.partition(" as ")
    if path.endswith(".*"):
        owner = found(path.removesuffix(".*"))
        for method in filter(lambda one: one.is_function, public_members(owner)):
            yield Named(f"{owner.name}.{method.name}", method)
    else:
        one = found(path)
        is_method = one.is_function and one.parent.is_class
        yield Named(shown or (f"{one.parent.name}.{one.name}" if is_method else one.name), one)


def found(path: str) -> Any:
    """The object of a dotted name.

    Raises:
        KeyError: The package has none.
    """
    try:
        return _package()[path.removeprefix(f"{_PACKAGE}.")]
    except KeyError:
        raise KeyError(f"{path} is not in the code; change the page that names it") from None


def public_members(owner: Any) -> list[Any]:
    """What a class or module shows to its users: every member with a docstring and no underscore."""
    return [one for name, one in owner.members.items() if one.docstring and name[0] != "_"]
