"""Reads a project's Pulumi.yaml."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

__all__ = ["read_project", "runtime_of"]


def read_project(file: Path) -> dict[str, Any]:
    """Reads the file; an invalid file counts as empty, since Pulumi itself reports it."""
    try:
        document = yaml.safe_load(file.read_text(encoding="utf-8"))
    except (OSError, ValueError, yaml.YAMLError):
        return {}
    return document if isinstance(document, dict) else {}


def runtime_of(project: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    """The name of the project's language and its options, from either notation."""
    runtime = project.get("runtime")
    if isinstance(runtime, dict):
        options = runtime.get("options")
        return str(runtime.get("name")), options if isinstance(options, dict) else {}
    return str(runtime), {}
