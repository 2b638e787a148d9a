"""A fixture for tests of one's own: a fresh simulator for each test.

In the `conftest.py` at the root of the tests:

    pytest_plugins = ["sipgate_provider.simulator.pytest_plugin"]

Then a test that names `sipgate_simulator` has one, on a port of its own, with an empty account.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from sipgate_provider.simulator.simulator import Simulator

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture
def sipgate_simulator() -> Iterator[Simulator]:
    """A simulator that listens, and is gone after the test."""
    with Simulator() as simulator:
        yield simulator
