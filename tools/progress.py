"""Shows the progress of long steps on stderr: as a bar on a terminal, and as a plain line every 15 s elsewhere."""

from __future__ import annotations

import contextlib
import os
import sys
import threading
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_PLAIN_INTERVAL = 15.0
_BAR_INTERVAL = 0.2


@dataclass
class Step:
    """A step that takes long: what it is called, and how many of its units are done."""

    title: str
    unit: str
    total: int | None = None
    done: int = 0
    since: float = field(default_factory=time.monotonic)

    def advance(self) -> None:
        """Counts one more unit as done."""
        self.done += 1

    @property
    def amount(self) -> str:
        """How many units are done, in words."""
        if not self.unit:
            return ""
        if not self.total:
            return f"{self.done} {self.unit}"
        done = min(self.done, self.total)
        return f"{done} of {self.total} {self.unit} ({100 * done // self.total} %)"

    @property
    def elapsed(self) -> str:
        """How long the step has taken, in words."""
        minutes, seconds = divmod(int(time.monotonic() - self.since), 60)
        return f"{minutes} min {seconds} s" if minutes else f"{seconds} s"

    def __str__(self) -> str:
        return f"{self.title}: {', '.join(filter(None, (self.amount, self.elapsed)))}"


def say(sentence: str) -> None:
    """Prints a sentence on stderr."""
    print(sentence, file=sys.stderr, flush=True)


@contextlib.contextmanager
def step(title: str, unit: str = "", total: int | None = None) -> Iterator[Step]:
    """Shows the progress of a step during the block, which counts its units."""
    current = Step(title, unit, total)
    terminal = sys.stderr.isatty() and os.environ.get("TERM") != "dumb"
    with _bar(current) if terminal else _lines(current):
        yield current


@contextlib.contextmanager
def _lines(current: Step) -> Iterator[None]:
    with _every(_PLAIN_INTERVAL, lambda: say(f"  {current} …")):
        yield
    say(f"  {current}, done")


@contextlib.contextmanager
def _bar(current: Step) -> Iterator[None]:
    # Imported here, since it loads slowly and only a terminal needs it.
    from rich.console import Console  # noqa: PLC0415
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn  # noqa: PLC0415

    columns = (
        TextColumn("  {task.description}"),
        BarColumn(),
        TextColumn("{task.fields[amount]}"),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=Console(stderr=True), auto_refresh=False) as bar:
        shown = bar.add_task(current.title, total=current.total, amount=current.amount)

        def refresh() -> None:
            bar.update(
                shown,
                total=current.total,
                completed=current.done,
                amount=current.amount,
                refresh=True,
            )

        with _every(_BAR_INTERVAL, refresh):
            yield
        refresh()


@contextlib.contextmanager
def _every(seconds: float, show: Callable[[], None]) -> Iterator[None]:
    """Calls `show` every so many seconds during the block, from a thread."""
    over = threading.Event()

    def repeat() -> None:
        while not over.wait(seconds):
            show()

    # A daemon, so that the process ends after a second Ctrl-C during `join`.
    thread = threading.Thread(target=repeat, daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()
