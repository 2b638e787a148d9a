"""What `pulumi install` makes of the files `requirements.txt`."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from sipgate_provider.simulator import Simulator


@pytest.mark.parametrize("folder", ["", "examples/browser_app"])
def test_after_pulumi_install_the_program_runs(
    engine: Any, sipgate: Simulator, checkout: Path, tmp_path: Path, folder: str
) -> None:
    subprocess.run(("cp", "-R", checkout, tmp_path / "checkout"), check=True)
    engine.project = tmp_path / "checkout" / folder
    program = engine.project / ("" if folder else "examples/quickstart")
    active = tmp_path / "venv"
    subprocess.run((sys.executable, "-m", "venv", active), check=True)
    engine.environment["PATH"] = f"{active / 'bin'}{os.pathsep}{engine.environment['PATH']}"

    installed = engine.succeeds("install")

    assert "sipgate-provider" in installed
    # The official language host installs into the environment that the project names, or else into the active one. The
    # built one does what the Pulumi.yaml beside the program says.
    named = program / "venv"
    (made,) = (place for place in (named, active) if list(place.glob("lib/*/*/*sipgate_provider*")))
    if not folder:
        engine.environment["PATH"] = f"{made / 'bin'}{os.pathsep}{engine.environment['PATH']}"
    engine.succeeds("stack", "init", "trial")
    if folder:
        engine.succeeds("config", "set", "url", "https://app.example.com")
    engine.succeeds("up", "--yes", "--skip-preview")

    assert len(sipgate.account.clients()) == 1
