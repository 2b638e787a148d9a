"""The help of every command, as a terminal shows it."""

from __future__ import annotations

from collections.abc import Iterator

import click

from sipgate_provider.cli import main

__all__ = ["of"]

_PROGRAM = "sipgate-provider"
_WIDTH = 78


def of(level: int) -> str:
    """Returns the help of all commands as Markdown.

    Args:
        level: The level of its headings.
    """
    return "\n\n".join(_sections("#" * level))


def _sections(heading: str) -> Iterator[str]:
    group = click.Context(main, info_name=_PROGRAM, terminal_width=_WIDTH, **main.context_settings)
    yield f"```text\n{main.get_help(group)}\n```"
    for name, command in sorted(main.commands.items()):
        context = click.Context(
            command, parent=group, info_name=name, terminal_width=_WIDTH, **command.context_settings
        )
        yield f"{heading} {name}\n\n```text\n{command.get_help(context)}\n```"
