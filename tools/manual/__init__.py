"""Generates parts of the manual from docstrings, the schema, the commands' help and files.

A page in docs is written by hand, except between `<!-- make pages: … -->` and `<!-- up to here -->`. The first mark
says what to generate; the module `pages` lists what it can say. The result is checked in, so a page reads the same in
the repository and on the site.
"""

from tools.manual.pages import pages

__all__ = ["pages", "write"]


def write() -> None:
    """Updates the pages in docs."""
    for page, content in pages().items():
        page.write_text(content)
