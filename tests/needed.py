"""Programs that some tests need and that not every machine has."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest


def needed(locate: Callable[[], Path], not_found: type[Exception]) -> Path:
    """Where the program is. CI has to have one; elsewhere its absence is told, not held against you."""
    try:
        return locate()
    except not_found as reason:
        if os.environ.get("CI"):
            pytest.fail(str(reason))
        pytest.skip(str(reason))
