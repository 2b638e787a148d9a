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
    # The official language host installs into the active environment. The built one, which is older, makes one in
    # the program's folder.
    active = tmp_path / "venv"
    subprocess.run((sys.executable, "-m", "venv", active), check=True)
    first = os.pathsep.join((str(program / "bin"), str(active / "bin")))
    engine.environment["PATH"] = f"{first}{os.pathsep}{engine.environment['PATH']}"

    installed = engine.succeeds("install")
    engine.succeeds("stack", "init", "trial")
    if folder:
        engine.succeeds("config", "set", "url", "https://app.example.com")
    engine.succeeds("up", "--yes", "--skip-preview")

    assert "sipgate-provider" in installed
    made = [place for place in (program, active) if list(place.glob("lib/*/*/*sipgate_provider*"))]
    assert len(made) == 1
    assert len(sipgate.account.clients()) == 1
