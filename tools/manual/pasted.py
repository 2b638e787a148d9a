"""Copies files of the repository, and sections of them, into a page."""

from __future__ import annotations

import os
import re
from pathlib import Path

__all__ = ["file", "section"]

_ROOT = Path(__file__).resolve().parents[2]
_LANGUAGES = {
    ".go": "go",
    ".java": "java",
    ".py": "python",
    ".ts": "typescript",
    ".yaml": "yaml",
    ".yml": "yaml",
}


def file(path: str) -> str:
    """Returns the file as a code block."""
    code = (_ROOT / path).read_text().strip()
    return f"```{_LANGUAGES[Path(path).suffix]}\n{code}\n```"


def section(page: Path, path: str, heading: str) -> str:
    """Returns the text between a heading and the next one, with its links relative to `page`.

    Raises:
        ValueError: The file has no such heading.
    """
    source = _ROOT / path
    found = re.search(
        rf"^#+ {re.escape(heading)}\n(.*?)(?=^#+ |\Z)",
        _comments_hidden(source.read_text()),
        re.DOTALL | re.MULTILINE,
    )
    if found is None:
        raise ValueError(f"{path} has no heading {heading!r}.")

    def from_page(link: re.Match[str]) -> str:
        return f"]({os.path.relpath(source.parent / link[1], page.parent)}"

    without_marks = re.sub(r"<!--.*?-->\n\n?", "", found[1], flags=re.DOTALL)
    return re.sub(r"\]\((?![a-z]+:|#)([^)#]+)", from_page, _comments_shown(without_marks)).strip()


def _comments_hidden(text: str) -> str:
    """Replaces each `#` that begins a line of code, which would look like a heading."""
    return re.sub(
        r"^```.*?^```",
        lambda code: re.sub(r"^#", "\0", code[0], flags=re.MULTILINE),
        text,
        flags=re.DOTALL | re.MULTILINE,
    )


def _comments_shown(text: str) -> str:
    return text.replace("\0", "#")
