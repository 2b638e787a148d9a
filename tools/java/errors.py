"""What is raised when a machine cannot run Pulumi programs in Java."""

from __future__ import annotations


class JavaNotFoundError(Exception):
    """There is no Java, no Maven or no language host; the message says which and what to do."""
