"""An import under way, which a test watches and ends."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

from tests.engine_stack import Engine


def start(engine: Engine, *arguments: str) -> subprocess.Popen[str]:
    """The package's own command line, under way in a session of its own."""
    return subprocess.Popen(
        (sys.executable, "-m", "sipgate_provider", *arguments),
        cwd=engine.project,
        env=engine.environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )


def state_file(engine: Engine) -> Path:
    return engine.project.parent / "backend/.pulumi/stacks/trial/trial.json"


def in_the_state(engine: Engine) -> int:
    """How many clients the backend's file has, while the engine writes it."""
    try:
        return state_file(engine).read_text().count('"clientSecret"')
    except FileNotFoundError:
        return 0


def wait_until(true: Callable[[], bool]) -> None:
    ends = time.monotonic() + 60
    while not true():
        assert time.monotonic() < ends
        time.sleep(0.005)
