"""What is raised where something cannot be had or done; the message says why, and what to do where something can be."""

from __future__ import annotations


class ToolError(Exception):
    """It cannot be had or done, or not in this way."""


class UnsuitableError(ToolError):
    """One is there and will not do: a person who has one is told why it is not used."""


class CommandFailedError(ToolError):
    """A command could not be started or ended with an error; the message holds what it said."""
