"""The page about the command line: each command's help as a terminal shows it. MkDocs calls this while it builds."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import click

from sipgate_provider.cli import main

if TYPE_CHECKING:
    from mkdocs.structure.pages import Page

_PAGE = "reference/command_line.md"
_PROGRAM = "sipgate-provider"
_WIDTH = 78


def on_page_markdown(markdown: str, page: Page, **_: object) -> str:
    """The page's text; that of the command line goes on with every command's help."""
    if page.file.src_uri != _PAGE:
        return markdown
    return "\n\n".join((markdown, *_sections()))


def _sections() -> Iterator[str]:
    group = click.Context(main, info_name=_PROGRAM, terminal_width=_WIDTH, **main.context_settings)
    yield f"```text\n{main.get_help(group)}\n```"
    for name, command in sorted(main.commands.items()):
        context = click.Context(
            command, parent=group, info_name=name, terminal_width=_WIDTH, **command.context_settings
        )
        yield f"## {name}\n\n```text\n{command.get_help(context)}\n```"
