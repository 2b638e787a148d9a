"""What is raised when a machine has no browser and cannot have one."""

from __future__ import annotations


class BrowserNotFoundError(Exception):
    """No way led to a browser; the message names each way, why it failed and what to do."""
