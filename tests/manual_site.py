"""The manual as a site, built in the environment of `make docs`."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from tests.engine_stack import ROOT

_ENVIRONMENT = "build/mkdocs"


def build(site: Path) -> None:
    """Builds the site in this folder."""
    # It already exists if `make` runs the tests.
    _run("make", "--silent", f"PYTHON={sys.executable}", f"{_ENVIRONMENT}/.ready")
    _run(f"{_ENVIRONMENT}/bin/mkdocs", "build", "--strict", "--quiet", "--site-dir", site)


def _run(*command: str | Path) -> None:
    done = subprocess.run(
        command, cwd=ROOT, capture_output=True, text=True, timeout=280, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
