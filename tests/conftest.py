"""What all tests share: a simulator for each, and an environment without the user's settings."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings

from sipgate_provider.simulator import Simulator

# The engine's fixtures; they do nothing in tests that do not request them.
pytest_plugins = ["tests.engine_fixtures"]

# A background job ignores SIGINT, and its children would too. The engine would wait 5 s for each of them to end.
signal.signal(signal.SIGINT, signal.default_int_handler)

settings.register_profile("default", max_examples=300, deadline=None)
settings.register_profile("full", max_examples=3_000, deadline=None)
settings.load_profile("default")


@pytest.fixture(autouse=True)
def clean_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    # Where refresh tokens are kept.
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    for name in os.environ:
        if name.startswith(("SIPGATE_", "PULUMI_")) and name != "SIPGATE_ENGINE_CACHE":
            monkeypatch.delenv(name)


@pytest.fixture
def sipgate() -> Iterator[Simulator]:
    with Simulator() as simulator:
        yield simulator
