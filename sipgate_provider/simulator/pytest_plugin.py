"""A pytest fixture for your own tests: a new simulator for each test.

Enable it in the `conftest.py` at the root of your tests:

    pytest_plugins = ["sipgate_provider.simulator.pytest_plugin"]

A test with the argument `sipgate_simulator` then gets a simulator with a port of its own and an empty account.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from sipgate_provider.simulator.simulator import Simulator

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture
def sipgate_simulator() -> Iterator[Simulator]:
    """A running simulator, which is stopped after the test."""
    with Simulator() as simulator:
        yield simulator
