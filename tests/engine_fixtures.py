"""The genuine engine. Each test has its own project, backend, home and environment."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

from sipgate_provider.simulator import DEMO_TOKEN, DEMO_TOKEN_ID, Simulator
from tests.engine_stack import ROOT, Engine
from tools.engine import scratch_environment

BOTH_HOSTS = pytest.mark.parametrize("host", ["dynamic", "native"])


@pytest.fixture(scope="session")
def engine_folder() -> Path:
    """The engine's folder. A machine without an engine fails here instead of skipping the test."""
    command = (sys.executable, str(ROOT / "tools"), "engine")
    found = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True)
    return Path(found.stdout.strip())


@pytest.fixture
def host() -> str:
    """The host that runs the programs. Modules that apply to both are parametrized with `BOTH_HOSTS`."""
    return "dynamic"


@pytest.fixture(scope="session")
def empty_stack(engine_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the backend and the project of the empty stack `trial`."""
    folder = tmp_path_factory.mktemp("empty")
    (folder / "project").mkdir()
    engine = Engine(folder / "project", scratch_environment(folder, engine_folder))
    engine.write("")
    engine.succeeds("stack", "init", "trial")
    return folder


@pytest.fixture
def make_engine(
    engine_folder: Path, empty_stack: Path, tmp_path: Path, sipgate: Simulator, host: str
) -> Callable[[str], Engine]:
    """Creates engines, each in a new folder."""

    def make(name: str) -> Engine:
        folder = tmp_path / name
        # Copied, since creating a stack's key takes the engine longer than anything else here.
        for part in ("backend", "project"):
            shutil.copytree(empty_stack / part, folder / part)
        environment = scratch_environment(folder, engine_folder) | {
            "SIPGATE_BASE_URL": sipgate.base_url,
            "SIPGATE_TOKEN_ID": DEMO_TOKEN_ID,
            "SIPGATE_TOKEN": DEMO_TOKEN,
        }
        engine = Engine(folder / "project", environment, host)
        engine.succeeds("stack", "select", "trial")
        return engine

    return make


@pytest.fixture
def engine(make_engine: Callable[[str], Engine], tmp_path: Path) -> Iterator[Engine]:
    """An engine with one stack. Afterwards no process may be left, and no traceback or credential in its outputs."""
    made = make_engine("trial")
    yield made
    left_nothing(tmp_path, made)


def left_nothing(folder: Path, *engines: Engine) -> None:
    """Fails if an output contains a traceback or a credential, or a process in the folder is left."""
    for result in (result for engine in engines for result in engine.log):
        assert "Traceback" not in result.output
        assert DEMO_TOKEN not in result.output
    left = [
        process.info
        for process in psutil.process_iter(["pid", "cmdline", "cwd"])
        if str(folder) in str(process.info["cwd"])
    ]
    assert not left
