"""Converts the engine's structs to properties, and back.

A struct contains plain values, and objects that a signature marks as a secret or an output (`pulumi.runtime.rpc` has
the same constants). A property counts as secret or unknown if any part of it is, since the engine shows no finer
distinction.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

from google.protobuf.json_format import MessageToDict
from google.protobuf.struct_pb2 import Struct

__all__ = ["UNKNOWN", "Properties", "struct"]

UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"
"""The placeholder for a value that a preview cannot know yet."""
_SIGNATURE = "4dabf18193072939515e22adb298388d"
_SECRET = "1b47061264138c4ac30d75fd1eb44270"  # noqa: S105  a mark, not a secret
_OUTPUT = "d0e6a833031e9bbcd3f4e8bde6ca49a4"


@dataclass
class Properties:
    """The properties of a struct.

    Attributes:
        known: The known properties, without marks.
        unknown: The properties with any unknown part, as the engine wrote them.
        secret: The names of the properties with any secret part.
    """

    # Both may contain secrets, marked or not.
    known: dict[str, Any] = field(default_factory=dict, repr=False)
    unknown: dict[str, Any] = field(default_factory=dict, repr=False)
    secret: set[str] = field(default_factory=set)

    @classmethod
    def of(cls, message: Struct) -> Properties:
        """Reads the properties of a struct, without the engine's own keys."""
        properties = cls()
        for name, value in MessageToDict(message).items():
            if name.startswith("__"):
                continue
            marks: set[str] = set()
            plain = _plain(value, marks)
            (properties.unknown if UNKNOWN in marks else properties.known)[name] = plain
            if _SECRET in marks:
                properties.secret.add(name)
        return properties


def struct(properties: Mapping[str, Any], secret: Collection[str] = ()) -> Struct:
    """Creates a struct, in which the properties named in `secret` are marked; None is left out."""
    result = Struct()
    result.update(
        {
            name: {_SIGNATURE: _SECRET, "value": value} if name in secret else value
            for name, value in properties.items()
            if value is not None
        }
    )
    return result


def _plain(value: Any, marks: set[str]) -> Any:
    """Returns the value without its marks, and adds those to `marks`."""
    if isinstance(value, list):
        return [_plain(item, marks) for item in value]
    if not isinstance(value, dict):
        if value == UNKNOWN:
            marks.add(UNKNOWN)
        # In the protocol, all numbers are floating-point.
        return int(value) if isinstance(value, float) and value.is_integer() else value
    match value.get(_SIGNATURE):
        case str(signature) if signature == _SECRET:
            marks.add(_SECRET)
            return _plain(value.get("value"), marks)
        case str(signature) if signature == _OUTPUT:
            if value.get("secret"):
                marks.add(_SECRET)
            return _plain(value.get("value", UNKNOWN), marks)
    return {name: _plain(item, marks) for name, item in value.items()}
