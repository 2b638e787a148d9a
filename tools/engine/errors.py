"""What can go wrong on the way to an engine.

EngineNotFoundError    no way led to an engine: the message names each way and why it failed
UnavailableError       one way led nowhere: the next one is tried
  CommandFailedError   … because a command it needed failed
"""

from __future__ import annotations


class UnavailableError(Exception):
    """One way led to no engine; the message says why."""


class CommandFailedError(UnavailableError):
    """A command could not be started or ended with an error; the message holds what it said."""


class EngineNotFoundError(Exception):
    """No way led to an engine; the message names each way, why it failed and what to do."""
