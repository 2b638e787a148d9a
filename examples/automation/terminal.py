"""What a person sees: a bar that moves on a terminal, plain lines anywhere else; results on standard output."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

_UNDER_WAY = {
    "create": "creating the client",
    "update": "changing the client",
    "delete": "deleting the client",
    "same": "comparing",
}


class Report:
    """How far it is, and what has become of each tenant so far."""

    def __init__(self, total: int, bar: Progress | None) -> None:
        self._total = total
        self._begun = 0
        self._bar = bar
        self._shown = bar.add_task("", total=total) if bar else None

    @contextmanager
    def tenant(self, name: str) -> Iterator[Callable[[str], None]]:
        """Shows that a tenant is worked on while the block runs; what is yielded takes each step."""
        self._begun += 1
        if self._bar is None or self._shown is None:
            click.echo(f"{name}: {self._begun} of {self._total} …", err=True)
            yield lambda _: None
            return
        bar, shown = self._bar, self._shown
        bar.update(shown, description=name)
        yield lambda step: bar.update(shown, description=f"{name}: {_UNDER_WAY.get(step, step)}")
        bar.advance(shown)

    def tell(self, line: str, *, error: bool = False) -> None:
        """One line stays: on standard output, or on standard error."""
        if self._bar:
            # The bar stands on the line below, and moves down.
            self._bar.console.print(
                line, style="red" if error else None, markup=False, highlight=False, soft_wrap=True
            )
        else:
            click.echo(line, err=error)


@contextmanager
def reporting(total: int) -> Iterator[Report]:
    """A bar, if both streams are a terminal's, for as long as the block runs."""
    if not (sys.stdout.isatty() and sys.stderr.isatty()):
        yield Report(total, None)
        return
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=Console(), transient=True) as bar:
        yield Report(total, bar)
