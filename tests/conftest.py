"""What all tests share: a simulator of one's own, and an environment without anybody's settings."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest

from sipgate_provider.simulator import Simulator


@pytest.fixture(autouse=True)
def clean_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in os.environ:
        if name.startswith(("SIPGATE_", "PULUMI_")) and name != "SIPGATE_ENGINE_CACHE":
            monkeypatch.delenv(name)


@pytest.fixture
def sipgate() -> Iterator[Simulator]:
    with Simulator() as simulator:
        yield simulator
