"""Compares values and clients as sipgate does.

`redirectUris` and `webOrigins` are sets at sipgate. Another order, in the program or at sipgate, is never a change.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sipgate_provider.api.properties import SETS, WRITABLE

__all__ = ["differing", "fingerprint", "in_order_of", "resemble", "values_equal"]

# What tells the clients of an account apart.
_DISTINCTIVE = ("name", "redirectUris")


def values_equal(name: str, one: object, other: object) -> bool:
    """Whether two values of property `name` mean the same to sipgate."""
    return _comparable(name, one) == _comparable(name, other)


def differing(one: Mapping[str, object], other: Mapping[str, object]) -> list[str]:
    """The names of the properties in which the declared clients differ."""
    return [name for name in WRITABLE if not values_equal(name, one.get(name), other.get(name))]


def resemble(one: Mapping[str, object], other: Mapping[str, object]) -> bool:
    """Whether name or redirect URIs are the same but for spelling, as those of one client in two forms would be."""
    return any(_loosely(one.get(name)) == _loosely(other.get(name)) for name in _DISTINCTIVE)


def fingerprint(properties: Mapping[str, object]) -> str:
    """A text that is equal for properties that declare the same client, and different for others."""
    return repr([(name, _comparable(name, properties.get(name))) for name in WRITABLE])


def in_order_of(known: object, name: str, value: Any) -> object:
    """The value of property `name`, sorted so that the entries of `known` come first, in its order.

    Returns `known` itself if both mean the same.
    """
    if values_equal(name, known, value):
        return known
    if name in SETS and isinstance(known, list | tuple):
        first = [entry for entry in known if entry in value]
        return first + [entry for entry in value if entry not in first]
    return value


def _comparable(name: str, value: object) -> object:
    """Converts values that mean the same to equal ones; accepts anything that a state or response may hold."""
    if name in SETS and isinstance(value, list | tuple):
        return sorted({repr(item) for item in value})
    return value


def _loosely(value: object) -> object:
    if isinstance(value, list | tuple):
        return sorted({_loosely(item) for item in value if isinstance(item, str)}, key=repr)
    return "".join(value.split()).casefold() if isinstance(value, str) else value
