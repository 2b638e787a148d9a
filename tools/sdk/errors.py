"""What is raised when no SDK can be generated."""

from __future__ import annotations


class SdkError(Exception):
    """There is no generator, or it refuses the schema; the message says why and what to do."""
