"""How commands show things: tables and colours on a terminal, plain lines in a pipe, results apart from remarks.

Results go to standard output, remarks and progress to standard error. In a pipe a table has one line for each row,
its cells separated by tabs and without a heading, as `cut` and `awk` want it. Colour follows the terminal, `NO_COLOR`
and `--color`, in that order of growing weight. What sipgate answers may hold anything; nothing of it moves a cursor.
"""

from __future__ import annotations

import contextlib
import json
import sys
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from rich.console import Console

__all__ = [
    "COLOURS",
    "choose_colour",
    "mark",
    "printable",
    "show_fields",
    "show_json",
    "show_rows",
    "stdout",
    "working",
]

COLOURS = ("auto", "always", "never")
_COLOUR = "sipgate_provider.cli.colour"


def choose_colour(colour: str) -> None:
    """From here on, this command's output is coloured always, never, or (auto) where a terminal wants it."""
    context = click.get_current_context()
    context.meta[_COLOUR] = colour
    context.color = {"always": True, "never": False}.get(colour)


def stdout() -> Console:
    """Where results go."""
    return _console(stderr=False)


def _console(*, stderr: bool) -> Console:
    # Late, since most commands never draw anything.
    from rich.console import Console  # noqa: PLC0415

    context = click.get_current_context(silent=True)
    colour = context.meta.get(_COLOUR, "auto") if context else "auto"
    return Console(
        stderr=stderr,
        highlight=False,
        soft_wrap=True,
        force_terminal={"always": True, "never": False}.get(colour),
        no_color=False if colour == "always" else None,
    )


def show_json(document: object) -> None:
    """The document is on standard output, for programs; in ASCII where the encoding lacks a character."""
    text = json.dumps(document, indent=2, ensure_ascii=False)
    click.echo(text if _holds(text) else json.dumps(document, indent=2))


def mark(drawn: str, spelled: str) -> str:
    """The sign, or what stands for it where standard output cannot hold it."""
    return drawn if _holds(drawn) else spelled


def _holds(text: str) -> bool:
    """Whether standard output can hold the text."""
    try:
        text.encode(sys.stdout.encoding)
    except UnicodeEncodeError:
        return False
    return True


def show_rows(headings: Sequence[str], rows: Sequence[Sequence[str | list[str]]]) -> None:
    """The rows are on standard output: a table for a reader, lines with tabs for a program.

    A cell that is a list has one line for each entry, or commas between them. The table leaves out columns in which
    there is nothing.
    """
    if not sys.stdout.isatty():
        for row in rows:
            click.echo("\t".join(_text(cell, ", ") for cell in row))
        return
    from rich import box  # noqa: PLC0415
    from rich.table import Table  # noqa: PLC0415
    from rich.text import Text  # noqa: PLC0415

    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, header_style="bold")
    filled = [index for index in range(len(headings)) if any(row[index] for row in rows)]
    for index in filled:
        # An id that is cut off cannot be copied.
        table.add_column(headings[index], no_wrap="id" in headings[index].lower(), overflow="fold")
    for row in rows:
        table.add_row(*(Text(_text(row[index], "\n")) for index in filled))
    console = stdout()
    console.soft_wrap = False
    console.print(table)


def _text(cell: str | list[str], between: str) -> str:
    return printable(cell) if isinstance(cell, str) else between.join(map(printable, cell))


def printable(text: str) -> str:
    """The text without line breaks, tabs and whatever else a terminal would obey."""
    return "".join(c if c.isprintable() else " " for c in text)


def show_fields(fields: Sequence[tuple[str, str]]) -> None:
    """Names and values are on standard output, one below the other."""
    from rich.text import Text  # noqa: PLC0415

    width = max(len(name) for name, _ in fields)
    console = stdout()
    for name, value in fields:
        console.print(Text.assemble((f"{name:{width}}", "bold"), "  ", printable(value)))


@contextlib.contextmanager
def working(on: str) -> Iterator[None]:
    """While the block runs, a terminal shows on what; nothing is shown in a pipe."""
    console = _console(stderr=True)
    if not console.is_terminal or not sys.stderr.isatty():
        yield
        return
    # The usual spinner is not ASCII.
    with console.status(on, spinner="line"):
        yield
