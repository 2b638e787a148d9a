"""The tools' errors. A message gives the reason and, where there is one, the remedy."""

from __future__ import annotations


class ToolError(Exception):
    """A tool cannot do what it is asked for, or not by the method that it tried."""


class UnsuitableError(ToolError):
    """An installed program does not qualify. The user is told why it is not used."""


class CommandFailedError(ToolError):
    """A command could not be started or failed. The message contains its output."""
