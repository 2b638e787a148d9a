"""Markdown that GitHub and the site render alike."""

from __future__ import annotations

import re
from collections.abc import Iterable

__all__ = ["escaped", "table"]


def escaped(text: str) -> str:
    """Escapes each < outside of code, so that none begins a tag."""
    return "".join(
        part if part.startswith("`") else part.replace("<", "&lt;")
        for part in re.split(r"(`[^`]*`)", text)
    )


def table(titles: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    """Returns a table with one line for each row.

    Raises:
        ValueError: A cell contains a |, which renderers treat differently.
    """
    head = list(titles)
    return "\n".join(_row(cells) for cells in (head, ["---"] * len(head), *rows))


def _row(cells: Iterable[str]) -> str:
    lines = [escaped(" ".join(cell.split())) for cell in cells]
    if any("|" in line for line in lines):
        raise ValueError(f"There is a | in a cell: {lines}")
    return f"| {' | '.join(lines)} |"
