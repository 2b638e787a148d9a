"""Writes the parts of the manual that come from elsewhere: docstrings, the schema, the commands' help, files.

A page in docs is written by hand, except between `<!-- make pages: … -->` and `<!-- up to here -->`. The first mark
says what belongs there; `pages` lists what it can say. The result is checked in, so a page reads the same in the
repository and on the site.
"""

from tools.manual.pages import pages

__all__ = ["pages", "write"]


def write() -> None:
    """The pages in docs are those of today."""
    for page, content in pages().items():
        page.write_text(content)
