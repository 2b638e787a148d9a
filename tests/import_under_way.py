"""A running import, which a test watches and interrupts."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

from tests.engine_stack import Engine


def start(engine: Engine, *arguments: str) -> subprocess.Popen[str]:
    """Starts the package's command line in a new session."""
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
    """Returns the number of clients in the backend's file, which the engine may be writing."""
    try:
        return state_file(engine).read_text().count('"clientSecret"')
    except FileNotFoundError:
        return 0


def wait_until(true: Callable[[], bool]) -> None:
    ends = time.monotonic() + 60
    while not true():
        assert time.monotonic() < ends
        time.sleep(0.005)
