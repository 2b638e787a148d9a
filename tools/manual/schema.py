"""Converts resources and functions of the native plugin's schema to tables."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from sipgate_provider.plugin.schema import package
from tools.manual.markdown import table

__all__ = ["of"]


def of(token: str) -> str:
    """Returns the inputs and outputs of a resource or function.

    Raises:
        KeyError: The schema has no such token.
    """
    schema = package()
    if token in schema["resources"]:
        one = schema["resources"][token]
        given, required = one["inputProperties"], one.get("requiredInputs", ())
        # Every input is an output, too.
        answered = {name: each for name, each in one["properties"].items() if name not in given}
    else:
        one = schema["functions"][token]
        given, required = one["inputs"]["properties"], one["inputs"].get("required", ())
        answered = one["outputs"]["properties"]
    return f"{_table('Input', given, required)}\n\n{_table('Output', answered)}"


def _table(title: str, properties: Mapping[str, Any], required: Iterable[str] = ()) -> str:
    def row(name: str, given: Mapping[str, Any]) -> tuple[str, str, str]:
        kind = f"{_type(given)}{', required' if name in required else ''}"
        return (
            f"`{name}`",
            f"{kind}{', secret' if given.get('secret') else ''}",
            given["description"],
        )

    return table((title, "Type", "Meaning"), (row(*one) for one in properties.items()))


def _type(given: Mapping[str, Any]) -> str:
    if "$ref" in given:
        return f"`{given['$ref'].rpartition(':')[2]}`"
    if given["type"] == "array":
        items = _type(given["items"])
        return f"list of {items}" if items.startswith("`") else f"list of {items}s"
    return str(given["type"])
