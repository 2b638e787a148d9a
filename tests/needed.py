"""Programs that some tests need and that are missing on some machines."""

from __future__ import annotations

import os
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
