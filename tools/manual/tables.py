"""Tables in Markdown that every renderer reads alike."""

from __future__ import annotations

from collections.abc import Iterable

__all__ = ["table"]


def table(titles: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    """The table, one line for each row.

    Raises:
        ValueError: A cell cannot be shown everywhere.
    """
    head = list(titles)
    return "\n".join(_row(cells) for cells in (head, ["---"] * len(head), *rows))


def _row(cells: Iterable[str]) -> str:
    lines = [" ".join(cell.split()) for cell in cells]
    if any("|" in line for line in lines):
        raise ValueError(f"A cell has a |, on which renderers do not agree: {lines}")
    return f"| {' | '.join(lines)} |"
