"""What is raised when a machine has no Node.js or npm packages and cannot have them."""

from __future__ import annotations


class TypeScriptNotFoundError(Exception):
    """There is no Node.js, or npm could not install; the message says why and what to do."""
