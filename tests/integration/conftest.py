"""Which tests on the engine belong to `make test`, and which to `make test-all` alone.

A test here takes seconds. `make test` runs it with its first parameters, on the first of two hosts that is; its other
cases are marked `full` and left to `make test-all`. A test that expects something else of each case is marked
`each_case`: all of them belong to `make test`. A test that is rarely informative or long is marked `full` itself.
`pytest` without `-m` runs everything.
"""

from __future__ import annotations

from pathlib import Path

import pytest


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    seen: set[tuple[Path, str]] = set()
    for item in items:
        if isinstance(item, pytest.Function) and item.path.parent == Path(__file__).parent:
            test = (item.path, item.originalname)
            if test in seen and not item.get_closest_marker("each_case"):
                item.add_marker(pytest.mark.full)
            seen.add(test)
