"""Generates the text between the marks of a page.

    reference <dotted name>, …      the docstrings of these names; `<dotted name> as <name>` shows another name
    schema <token>                  a resource or function of the plugin's schema, for all languages
    commands                        the help of every command
    file <path>                     a file of the repository, as code
    section <path>, <heading>       the text below a heading of another page, with its links adapted

The headings of `reference` and `commands` are one level below the last heading before the mark.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path

from tools.manual import commands, pasted, reference, schema

__all__ = ["pages"]

_DOCS = Path(__file__).resolve().parents[2] / "docs"
_END = "<!-- up to here -->"
_MARKED = re.compile(rf"(<!-- make pages: (\w+)(.*?)-->\n).*?{_END}", re.DOTALL)
_KINDS: dict[str, Callable[[list[str], Path, int], str]] = {
    "reference": lambda names, _, level: reference.of(names, level),
    "schema": lambda tokens, _, __: schema.of(*tokens),
    "commands": lambda _, __, level: commands.of(level),
    "file": lambda paths, _, __: pasted.file(*paths),
    "section": lambda place, page, _: pasted.section(page, *place),
}


def pages() -> dict[Path, str]:
    """Returns the content of each page with a mark."""
    found = {page: page.read_text() for page in sorted(_DOCS.rglob("*.md"))}
    return {page: _written(text, page) for page, text in found.items() if _MARKED.search(text)}


def _written(text: str, page: Path) -> str:
    return "".join(_parts(text, page))


def _parts(text: str, page: Path) -> Iterator[str]:
    level, end = 1, 0
    for marked in _MARKED.finditer(text):
        by_hand = text[end : marked.start()]
        level = _last_level(by_hand) or level
        end = marked.end()
        begin, kind, arguments = marked.groups()
        named = [name.strip() for name in arguments.split(",") if name.strip()]
        yield f"{by_hand}{begin}\n{_KINDS[kind](named, page, level + 1)}\n\n{_END}"
    yield text[end:]


def _last_level(text: str) -> int:
    """Returns the level of the last heading, or 0 if there is none."""
    without_code = re.sub(r"^```.*?^```", "", text, flags=re.DOTALL | re.MULTILINE)
    headings = re.findall(r"^(#+) ", without_code, re.MULTILINE)
    return len(headings[-1]) if headings else 0
