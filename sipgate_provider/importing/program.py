"""Writes the Python program that declares clients, formatted as by `ruff format` and `black`.

Arguments that equal their default are left out, as a person would leave them out.

A program must be on the disk before the first of its clients enters the state, and until the last has entered, nobody
may run it: it would create those that are still missing. So until then the file begins with an error, which says how
to go on.
"""

from __future__ import annotations

import builtins
import contextlib
import keyword
import os
import re
from collections.abc import Collection, Iterable, Mapping
from pathlib import Path

from sipgate_provider.api.models import OAuthClientInputs, OAuthClientState

__all__ = ["is_unfinished", "program", "unfinished", "write_whole"]

# The constructor requires the one, and the default of the other depends on the stack.
_ALWAYS = frozenset({"redirect_uris", "description"})
# What the program uses, or what it may be appended to.
_TAKEN = frozenset({"pulumi", "sipgate", *dir(builtins)})
_UNFINISHED = "# `sipgate-provider import` has not finished; it replaces this file.\n"


def program(
    clients: Mapping[str, OAuthClientState],
    *,
    protected: Collection[str],
    account: str | None = None,
    native: bool = False,
) -> str:
    """The source of a program that declares clients.

    Args:
        clients: The clients, by resource name.
        protected: The names of those that Pulumi has to protect.
        account: The named account that they belong to, if any.
        native: Whether the native plugin serves the program.
    """
    imports = f"import sipgate_provider{'.native' if native else ''} as sipgate\n"
    if set(clients) & set(protected):
        imports = f"import pulumi\n\n{imports}"
    variables: set[str] = set()
    declarations = [
        _declaration(name, _variable(name, variables), client, name in protected, account)
        for name, client in clients.items()
    ]
    return "\n".join([imports, *declarations])


def unfinished(source: str, command: str) -> str:
    """The program as long as its clients are not all in the state: it fails, and names the command that goes on."""
    message = f"The import of these clients has not finished. Run it again first: {command}"
    return f"{_UNFINISHED}import pulumi\n\nraise pulumi.RunError({_text(message)})\n\n{source}"


def is_unfinished(source: str) -> bool:
    """Whether an import that has not finished wrote the source."""
    return source.startswith(_UNFINISHED)


def write_whole(path: Path, text: str) -> None:
    """Writes the file as a whole: whatever happens, the disk has its old content or the new one.

    Raises:
        OSError: It cannot be written, and has its old content.
    """
    path = path.resolve()
    new = path.with_name(f".{path.name}.new")
    try:
        with new.open("w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        new.replace(path)
    except OSError:
        with contextlib.suppress(OSError):
            new.unlink()
        raise
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def _declaration(
    name: str, variable: str, client: OAuthClientState, protect: bool, account: str | None
) -> str:
    lines = [f"{variable} = sipgate.OAuthClient(", f"    {_text(name)},"]
    default = OAuthClientInputs(name=name, redirect_uris=[])
    for argument in OAuthClientInputs.model_fields:
        value = getattr(client, argument)
        if argument in _ALWAYS or value != getattr(default, argument):
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
