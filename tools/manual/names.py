"""Finds the modules, classes, functions and constants that a mark names, by reading the code without running it."""

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
    """A module, class, function or constant, and the name that the page shows."""

    shown: str
    # An object of griffe's, whose types are incomplete.
    object: Any


@cache
def _package() -> Any:
    return griffe.load(
        _PACKAGE, search_paths=[_ROOT], docstring_parser="google", resolve_aliases=True
    )


def named(name: str) -> Iterator[Named]:
    """Resolves a dotted name: `….*` means a class's methods, and `… as NAME` one that the page shows as NAME.

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
    """Returns the object of a dotted name.

    Raises:
        KeyError: The package has no such name.
    """
    try:
        return _package()[path.removeprefix(f"{_PACKAGE}.")]
    except KeyError:
        raise KeyError(f"{path} is not in the code; change the page that names it") from None


def public_members(owner: Any) -> list[Any]:
    """Returns the members of a class or module that have a docstring and do not begin with an underscore."""
    return [one for name, one in owner.members.items() if one.docstring and name[0] != "_"]
