"""Programs in any folder, environments activated or named, and the commands of the README."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
import venv
from pathlib import Path
from typing import Any

import psutil
import pytest

from sipgate_provider.simulator import Simulator
from tools.example import copy_example

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An environment into which the package was installed by pip as a user does, not editable."""
    folder = tmp_path_factory.mktemp("installed") / "venv"
    venv.create(folder, with_pip=True)
    subprocess.run((folder / "bin/pip", "install", "--quiet", "--no-cache-dir", ROOT), check=True)
    return folder


def test_the_program_at_the_root_is_the_quickstart_and_exports_what_is_needed(
    engine: Any, sipgate: Simulator
) -> None:
    shutil.copy2(ROOT / "Pulumi.yaml", engine.project)
    copy_example("quickstart", engine.project / "examples/quickstart")
    engine.succeeds("stack", "init", "root")

    engine.succeeds("up", "--yes", "--skip-preview")

    (client,) = sipgate.account.clients()
    assert client["name"] == "CRM integration"
    assert engine.outputs() == {
        "client_id": client["clientId"],
        "client_secret": client["clientSecret"],
    }
    assert "protected" in engine.pulumi("destroy", "--yes", "--skip-preview").output
    assert len(sipgate.account.clients()) == 1


@pytest.mark.full
def test_the_installed_package_works_from_an_activated_environment(
    engine: Any, sipgate: Simulator, installed: Path
) -> None:
    engine.client(redirect_uris=["https://crm.example.com/*"])
    engine.environment["PATH"] = f"{installed / 'bin'}{os.pathsep}{engine.environment['PATH']}"

    engine.succeeds("up", "--yes", "--skip-preview")

    assert len(sipgate.account.clients()) == 1


@pytest.mark.full
def test_the_installed_package_works_from_an_environment_named_in_the_settings(
    engine: Any, sipgate: Simulator, installed: Path
) -> None:
    engine.client(redirect_uris=["https://crm.example.com/*"])
    (engine.project / "venv").symlink_to(installed)
    (engine.project / "Pulumi.yaml").write_text(
        "name: trial\nruntime:\n  name: python\n  options:\n    virtualenv: venv\n"
    )
    # Without the environment that runs the tests.
    engine.environment["PATH"] = engine.environment["PATH"].partition(os.pathsep)[2]

    engine.succeeds("up", "--yes", "--skip-preview")

    assert len(sipgate.account.clients()) == 1


def test_the_demo_shows_the_whole_life_of_a_client(engine_folder: Path) -> None:
    environment = os.environ | {"PATH": f"{engine_folder}{os.pathsep}{os.environ['PATH']}"}
    demo = subprocess.run(
        (sys.executable, ROOT / "tools", "demo"),
        check=False,
        env=environment,
        capture_output=True,
        text=True,
        timeout=200,
    )

    assert demo.returncode == 0, demo.stdout + demo.stderr
    for shown in (
        "client_secret: [secret]",
        "+ 2 created",
        "~ 1 updated",
        '"renamed by hand"',
        "- 2 deleted",
    ):
        assert shown in demo.stdout


@pytest.mark.parametrize("seconds", [1.5, 3.0])
@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_the_demo_leaves_no_process_behind_when_interrupted(
    engine_folder: Path, seconds: float, number: int, code: int
) -> None:
    environment = os.environ | {"PATH": f"{engine_folder}{os.pathsep}{os.environ['PATH']}"}
    demo = subprocess.Popen(
        (sys.executable, ROOT / "tools", "demo"),
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    time.sleep(seconds)
    family = psutil.Process(demo.pid).children(recursive=True)
    # As a terminal does: to every process of the foreground group.
    os.killpg(demo.pid, number)
    _, said = demo.communicate(timeout=60)

    assert demo.returncode == code, said
    assert "Traceback" not in said
    _, alive = psutil.wait_procs(family, timeout=3)
    assert not alive
