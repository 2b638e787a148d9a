"""Reads a project's Pulumi.yaml, which may be a stranger's.

A file of a few hundred bytes can stand for gigabytes, since an alias repeats a part of the file. So the size that it
stands for is counted before anything is built from it. Pulumi refuses such a file as well.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

from sipgate_provider.errors import ConfigurationError

__all__ = ["read_project", "runtime_of"]

_MOST_BYTES = 1024 * 1024
_MOST_NODES = 100_000


def read_project(file: Path) -> dict[str, Any]:
    """Reads the file; an invalid file counts as empty, since Pulumi itself reports it.

    Raises:
        ConfigurationError: The file is too large, or stands for too much.
    """
    try:
        with file.open(encoding="utf-8") as stream:
            text = stream.read(_MOST_BYTES + 1)
        loader = yaml.SafeLoader(text)
        root = loader.get_single_node()
        if len(text) > _MOST_BYTES or _size(root, {}) > _MOST_NODES:
            raise ConfigurationError(
                f"{file} is too large, or its aliases stand for too much; shorten it, or write it without aliases."
            )
        document = loader.construct_document(root) if root else None
    except (OSError, ValueError, RecursionError, yaml.YAMLError):
        return {}
    return document if isinstance(document, dict) else {}


def _size(node: yaml.Node | None, known: dict[int, float]) -> float:
    """How many nodes the node stands for; infinitely many if it contains itself."""
    if id(node) not in known:
        known[id(node)] = float("inf")
        parts = node.value if isinstance(node, yaml.CollectionNode) else []
        children = (
            child for part in parts for child in (part if isinstance(part, tuple) else (part,))
        )
        known[id(node)] = 1 + sum(_size(child, known) for child in children)
    return known[id(node)]


def runtime_of(project: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    """The name of the project's language and its options, from either notation."""
    runtime = project.get("runtime")
    if isinstance(runtime, dict):
        options = runtime.get("options")
        return str(runtime.get("name")), options if isinstance(options, dict) else {}
    return str(runtime), {}
