"""Programs that some tests need and not every machine has."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from tools.errors import ToolError


def needed(locate: Callable[[], Path]) -> Path:
    """Returns the path of the program. If it is missing, the test fails in CI and is skipped elsewhere."""
    try:
        return locate()
    except ToolError as reason:
        if os.environ.get("CI"):
            pytest.fail(str(reason))
        pytest.skip(str(reason))


def language_host(name: str, path: str) -> None:
    """Skips the test if the engine on that path has no such host. The one that is built lacks some."""
    if not shutil.which(f"pulumi-language-{name}", path=path):
        pytest.skip(f"this engine has no pulumi-language-{name}; Pulumi's official release has one")
