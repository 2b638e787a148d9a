"""What is raised when the plugin cannot be packed."""

from __future__ import annotations


class PluginError(Exception):
    """A step of the build failed; the message says which one and what it printed."""
