"""Which requests are meant, by their path: a regular expression in Python, a part of it over HTTP.

A regular expression can take hours to find nothing, and holds up the whole process meanwhile. A test
does that to itself only; what comes over HTTP is looked for as it is, which takes a moment at most.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from typing_extensions import Self

_MOST = 1000
_PART = re.compile(r"[\w/.~%!&',;=:@-]*\$?", re.ASCII)


class PathPattern(Protocol):
    """What `re.Pattern` has, as far as paths need it."""

    @property
    def pattern(self) -> str:
        """The pattern as it was written."""

    def search(self, string: str, /) -> object | None:
        """Something true if the pattern is found in the path."""


@dataclass(frozen=True)
class PathPart:
    """A part of a path, or its end if the last character is `$`.

    It means what the same regular expression means, dots aside.
    """

    pattern: str

    @classmethod
    def parse(cls, text: str) -> Self:
        """The part of a path that was written like this.

        Raises:
            ValueError: No path has such a part: it was meant as something else.
        """
        if len(text) > _MOST or not _PART.fullmatch(text):
            raise ValueError(text)
        return cls(text)

    def search(self, path: str, /) -> bool:
        """Whether the path has that part."""
        if self.pattern.endswith("$"):
            return path.endswith(self.pattern[:-1])
        return self.pattern in path
