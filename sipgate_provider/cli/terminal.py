"""The output of commands: tables and colours on a terminal, plain lines in a pipe.

Results go to standard output, remarks and progress to standard error. In a pipe, a table has no heading and one line
for each row, with its cells separated by tabs, for `cut` and `awk`. `--color` overrides `NO_COLOR`, which overrides the
terminal's own support for colours.

Everything is shown without control characters and marks of the writing direction, whatever sipgate, a stack or an error
contains: with a blank for each, or in JSON as its escape sequence. Only a program or document that `import` prints is
shown as it is, since it is also a file's content.
"""

from __future__ import annotations

import contextlib
import json
import logging
import sys
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from rich.console import Console

__all__ = [
    "COLOURS",
    "RequestLines",
    "choose_colour",
    "mark",
    "printable",
    "printable_lines",
    "remark",
    "show_fields",
    "show_json",
    "show_rows",
    "stdout",
    "working",
]

COLOURS = ("auto", "always", "never")
_COLOUR = "sipgate_provider.cli.colour"


def choose_colour(colour: str) -> None:
    """Chooses whether this command's output is coloured: always, never, or on terminals that support it (auto)."""
    context = click.get_current_context()
    context.meta[_COLOUR] = colour
    context.color = {"always": True, "never": False}.get(colour)


def stdout() -> Console:
    """The console for results."""
    return _console(stderr=False)


def _console(*, stderr: bool) -> Console:
    # Most commands do not need it.
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
    """Prints the document as JSON, in ASCII if the encoding lacks a character."""
    text = json.dumps(document, indent=2, ensure_ascii=False)
    if not _is_encodable(text):
        text = json.dumps(document, indent=2)
    # Outside of a text, JSON has only printable characters and line breaks.
    click.echo(
        "".join(c if c.isprintable() or c == "\n" else json.dumps(c).strip('"') for c in text)
    )


def remark(text: str) -> None:
    """Prints lines of text on standard error."""
    click.echo(printable_lines(text), err=True)


class RequestLines(logging.Handler):
    """Prints the lines of the log of requests as remarks."""

    def emit(self, record: logging.LogRecord) -> None:
        """Prints a line."""
        remark(self.format(record))


def mark(symbol: str, fallback: str) -> str:
    """The symbol, or `fallback` if the encoding of standard output lacks it."""
    return symbol if _is_encodable(symbol) else fallback


def _is_encodable(text: str) -> bool:
    """Whether the encoding of standard output has all characters of the text."""
    try:
        text.encode(sys.stdout.encoding)
    except UnicodeEncodeError:
        return False
    return True


def show_rows(headings: Sequence[str], rows: Sequence[Sequence[str | list[str]]]) -> None:
    """Prints the rows: as a table on a terminal, as lines with tabs in a pipe.

    The entries of a list in a cell are separated by line breaks in a table, and by commas in a pipe. The table leaves
    out empty columns.
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
        # Users copy ids, so they are not wrapped.
        table.add_column(headings[index], no_wrap="id" in headings[index].lower(), overflow="fold")
    for row in rows:
        table.add_row(*(Text(_text(row[index], "\n")) for index in filled))
    console = stdout()
    console.soft_wrap = False
    console.print(table)


def _text(cell: str | list[str], separator: str) -> str:
    return printable(cell) if isinstance(cell, str) else separator.join(map(printable, cell))


def printable(text: str) -> str:
    """The text with a blank for each line break, tab and other control character."""
    return "".join(c if c.isprintable() else " " for c in text)


def printable_lines(text: str) -> str:
    """The text with its line breaks, and a blank for each other control character."""
    return "\n".join(map(printable, text.split("\n")))


def show_fields(fields: Sequence[tuple[str, str]]) -> None:
    """Prints names and values, one pair on each line."""
    from rich.text import Text  # noqa: PLC0415

    width = max(len(name) for name, _ in fields)
    console = stdout()
    for name, value in fields:
        console.print(Text.assemble((f"{name:{width}}", "bold"), "  ", printable(value)))


@contextlib.contextmanager
def working(status: str) -> Iterator[Callable[[str], None]]:
    """Shows the status on a terminal during the block, which may change it; shows nothing in a pipe."""
    console = _console(stderr=True)
    if not console.is_terminal or not sys.stderr.isatty():
        yield lambda _: None
        return
    from rich.text import Text  # noqa: PLC0415

    # The usual spinner is not ASCII.
    with console.status(Text(printable(status)), spinner="line") as shown:
        yield lambda text: shown.update(Text(printable(text)))
