"""Copies of the examples, which run with the interpreter that made them."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

__all__ = ["copy_example"]

_EXAMPLES = Path(__file__).resolve().parents[1] / "examples"


def copy_example(name: str, folder: Path) -> None:
    """Copies an example into a folder, which may exist.

    The example's `Pulumi.yaml` names the environment `venv`. In the copy, that is the environment of this process.
    """
    ignored = shutil.ignore_patterns("venv", "__pycache__")
    shutil.copytree(_EXAMPLES / name, folder, ignore=ignored, dirs_exist_ok=True)
    (folder / "venv").symlink_to(sys.prefix, target_is_directory=True)
