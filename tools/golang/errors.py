"""What is raised when a machine has no Go and cannot have one."""

from __future__ import annotations


class GoNotFoundError(Exception):
    """There is no Go; the message says why and what to do."""
