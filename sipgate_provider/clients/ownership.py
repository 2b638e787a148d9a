"""Which stack manages a client: its description says so, where the program does not describe the client itself.

An administrator sees the owner in sipgate's console. The programs of two stacks declare different clients, although
they are the same program. What an interrupted run leaves over shows which stack made it.
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
        """As Pulumi writes it, `project/stack`."""
        return f"{self.project}/{self.stack}"


def default_description(project: str, stack: str) -> str:
    """The description of a client that the program leaves undescribed."""
    return f"{_PREFIX}{Owner(project, stack)}"


def owner_of(description: str) -> Owner | None:
    """The stack that a default description names; None for any other description."""
    found = _OWNER.fullmatch(description)
    return Owner(found["project"], found["stack"]) if found else None
