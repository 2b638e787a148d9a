"""Writes the parts of the manual that come from elsewhere: docstrings, the schema, the commands' help, files.

    $ python tools/manual

A page in docs is written by hand, except between `<!-- make pages: … -->` and `<!-- up to here -->`. The first mark
says what belongs there; `pages` lists what it can say. The result is checked in, so a page reads the same in the
repository and on the site.
"""

from tools.manual.pages import pages

__all__ = ["pages"]
