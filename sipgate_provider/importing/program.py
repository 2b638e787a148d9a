"""Writes the Python program that declares clients, formatted as by `ruff format` and `black`.

Arguments that equal their default are left out, as a person would leave them out. The description is always written,
since its default depends on the stack.
"""

from __future__ import annotations

import keyword
import re
from collections.abc import Iterable, Mapping

from sipgate_provider.api.models import OAuthClientInputs, OAuthClientState

__all__ = ["program"]

_TAKEN = frozenset({"pulumi", "sipgate"})


def program(
    clients: Mapping[str, OAuthClientState], *, protect: bool, account: str | None = None
) -> str:
    """The source of a program that declares `clients`, which are given by resource name."""
    imports = "import sipgate_provider as sipgate\n"
    if protect:
        imports = f"import pulumi\n\n{imports}"
    variables: set[str] = set()
    declarations = [
        _declaration(name, _variable(name, variables), client, protect, account)
        for name, client in clients.items()
    ]
    return "\n".join([imports, *declarations])


def _declaration(
    name: str, variable: str, client: OAuthClientState, protect: bool, account: str | None
) -> str:
    lines = [f"{variable} = sipgate.OAuthClient(", f"    {_text(name)},"]
    default = OAuthClientInputs(name=name, redirect_uris=[])
    for argument in OAuthClientInputs.model_fields:
        value = getattr(client, argument)
        if argument == "description" or value != getattr(default, argument):
            lines += _argument(argument, value)
    if account:
        lines += _argument("account", account)
    if protect:
        lines.append("    opts=pulumi.ResourceOptions(protect=True),")
    return "\n".join([*lines, ")\n"])


def _argument(name: str, value: str | list[str]) -> Iterable[str]:
    if isinstance(value, str):
        return [f"    {name}={_text(value)},"]
    if not value:
        return [f"    {name}=[],"]
    return [f"    {name}=[", *(f"        {_text(item)}," for item in value), "    ],"]


def _variable(name: str, used: set[str]) -> str:
    """A variable for a resource name: valid, unique, and not a name that the program already uses."""
    word = re.sub(r"\W+", "_", name, flags=re.ASCII).strip("_").lower() or "client"
    if word[0].isdigit():
        word = f"client_{word}"
    if keyword.iskeyword(word) or keyword.issoftkeyword(word) or word in _TAKEN:
        word = f"{word}_client"
    number = 1
    free = word
    while free in used:
        number += 1
        free = f"{word}_{number}"
    used.add(free)
    return free


def _text(value: str) -> str:
    """A literal in double quotes, unless single ones need fewer backslashes."""
    literal = repr(value)
    if literal.startswith('"') or value.count('"') > value.count("'"):
        return literal
    body = literal[1:-1].replace("\\'", "'").replace('"', '\\"')
    return f'"{body}"'
