"""Compares values and clients as sipgate does.

`redirectUris` and `webOrigins` are sets at sipgate. Another order, in the program or at sipgate, is never a change.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sipgate_provider.api.properties import SETS, WRITABLE

__all__ = ["fingerprint", "in_order_of", "inputs_differ", "values_equal"]


def values_equal(name: str, one: object, other: object) -> bool:
    """Whether two values of property `name` mean the same to sipgate."""
    return _comparable(name, one) == _comparable(name, other)


def inputs_differ(one: Mapping[str, object], other: Mapping[str, object]) -> bool:
    """Whether the properties declare different clients."""
    return not all(values_equal(name, one.get(name), other.get(name)) for name in WRITABLE)


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
