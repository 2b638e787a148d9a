"""Formats signatures and values as users write them."""

from __future__ import annotations

import re
from typing import Any

import griffe

from tools.manual.names import Named, found

__all__ = ["literal", "signature"]

_WIDTH = 76


def signature(one: Named) -> str:
    """Returns the signature on one line, or with one parameter on each line."""
    parameters: list[str] = []
    for given in one.object.parameters:
        if given.name in {"self", "cls"}:
            continue
        if given.kind is griffe.ParameterKind.keyword_only and not any(
            parameter.startswith("*") for parameter in parameters
        ):
            parameters.append("*")
        parameters.append(_parameter(given))
    answer = f" -> {_answer(one)}" if one.object.is_function else ""
    line = f"{one.shown}({', '.join(parameters)}){answer}"
    if len(line) <= _WIDTH:
        return line
    return "\n".join(
        (f"{one.shown}(", *(f"    {parameter}," for parameter in parameters), f"){answer}")
    )


def _parameter(given: Any) -> str:
    written = f"{given.name}: {given.annotation}"
    if given.kind is griffe.ParameterKind.var_positional:
        return f"*{written}"
    if given.kind is griffe.ParameterKind.var_keyword:
        return f"**{written}"
    return written if given.default is None else f"{written} = {literal(given.default)}"


def _answer(one: Named) -> str:
    written = str(one.object.returns)
    return one.shown.partition(".")[0] if written == "Self" else written


def literal(value: Any) -> str:
    """Formats a default or a constant: the value in place of a name, and strings in double quotes."""
    if isinstance(value, griffe.ExprName):
        return literal(found(value.canonical_path).value)
    text = str(value)
    if text == "dict()":
        return "{}"
    is_text = re.fullmatch(r"b?'[^'\"]*'", text)
    return text.replace("'", '"') if is_text else text
