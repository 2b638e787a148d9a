from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path


def test_a_project_gets_a_fresh_simulator_for_each_test(tmp_path: Path) -> None:
    (tmp_path / "conftest.py").write_text(
        'pytest_plugins = ["sipgate_provider.simulator.pytest_plugin"]\n'
    )
    (tmp_path / "test_it.py").write_text(
        """
import pytest

@pytest.mark.parametrize("_", [1, 2])
def test_it(sipgate_simulator, _):
    assert sipgate_simulator.base_url.startswith("http://127.0.0.1:")
    assert sipgate_simulator.account.clients() == []
    sipgate_simulator.account.add_client()
"""
    )

    ran = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "--rootdir", tmp_path],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )

    assert ran.returncode == 0, ran.stdout
    assert "2 passed" in ran.stdout
