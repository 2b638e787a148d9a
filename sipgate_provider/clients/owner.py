"""Which stack manages a client, according to the default description.

A program may replace that description. With it, an administrator sees the owner in sipgate's console, two stacks of one
program declare different clients, and a client that an interrupted run has left over shows which stack created it.
"""

from __future__ import annotations

import re
from typing import NamedTuple

__all__ = ["Owner", "default_description", "owner_of"]

_PREFIX = "Managed by Pulumi: "
_OWNER = re.compile(rf"{_PREFIX}(?P<project>[\w.-]+)/(?P<stack>[\w.-]+)")


class Owner(NamedTuple):
    """A stack of a Pulumi project."""

    project: str
    stack: str

    def __str__(self) -> str:
        """The stack in Pulumi's notation, `project/stack`."""
        return f"{self.project}/{self.stack}"


def default_description(project: str, stack: str) -> str:
    """The description of a client for which the program gives none."""
    return f"{_PREFIX}{Owner(project, stack)}"


def owner_of(description: str) -> Owner | None:
    """The stack that a default description names; None for any other description."""
    found = _OWNER.fullmatch(description)
    return Owner(found["project"], found["stack"]) if found else None
