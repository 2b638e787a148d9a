"""Programs that some tests need and that not every machine has."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from tools.errors import ToolError


def needed(locate: Callable[[], Path]) -> Path:
    """Where the program is. CI has to have one; elsewhere its absence is told, not held against you."""
    try:
        return locate()
    except ToolError as reason:
        if os.environ.get("CI"):
            pytest.fail(str(reason))
        pytest.skip(str(reason))
