"""The native plugin as it is given to people who have no Python environment: as an archive, and as its source."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

import sipgate_provider
from sipgate_provider.simulator import Simulator
from tests.engine_stack import ROOT

MEGABYTES = 60


def program(uri: str, plugin: str = "") -> str:
    return f"""
name: trial
runtime: yaml
{plugin}
resources:
  crm:
    type: sipgate:OAuthClient
    properties:
      redirectUris: ["{uri}"]
outputs:
  secret: ${{crm.clientSecret}}
"""


def lives(engine: Any, sipgate: Simulator, plugin: str = "") -> None:
    """The program creates, changes and deletes a client, and nothing is held against it."""
    said = []
    for uri in ("https://a.example.com", "https://b.example.com"):
        (engine.project / "Pulumi.yaml").write_text(program(uri, plugin))
        said.append(engine.succeeds("up", "--yes"))
        (client,) = sipgate.account.clients()
        assert client["redirectUris"] == [uri]
        assert engine.outputs() == {"secret": client["clientSecret"]}
    said.append(engine.succeeds("destroy", "--yes"))

    assert not sipgate.account.clients()
    assert "warning" not in "".join(said)


@pytest.fixture(scope="module")
def archive(checkout: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Packed as a release packs it: where Python has nothing but what the workflow's own action installs."""
    work = tmp_path_factory.mktemp("archive")
    shutil.copytree(checkout, work / "checkout", symlinks=True)
    subprocess.run((sys.executable, "-m", "venv", work / "python"), check=True)
    folder = work / "python/bin"
    environment = {
        **os.environ,
        "PATH": f"{folder}{os.pathsep}{os.environ['PATH']}",
        "RUNNER_TEMP": str(work),
        "pythonLocation": str(work / "python"),
    }
    action = yaml.safe_load((ROOT / ".github/actions/uv/action.yml").read_text())
    release = yaml.safe_load((ROOT / ".github/workflows/release.yml").read_text())
    steps = (*action["runs"]["steps"], *release["jobs"]["plugin"]["steps"])
    packing = [step["run"] for step in steps if "run" in step][:2]
    for script in packing:
        command = ("bash", "-e", "-c", script)
        subprocess.run(command, cwd=work / "checkout", env=environment, check=True)
    (built,) = (work / "checkout/dist").iterdir()
    return built


def test_a_yaml_program_runs_on_the_archive_where_no_python_is(
    engine: Any, sipgate: Simulator, archive: Path, engine_folder: Path, tmp_path: Path
) -> None:
    path = tmp_path / "path"
    path.mkdir()
    for name in ("pulumi", "pulumi-language-yaml"):
        (path / name).symlink_to(engine_folder / name)
    engine.environment["PATH"] = str(path)
    (engine.project / "__main__.py").unlink()
    version = sipgate_provider.__version__

    engine.succeeds("plugin", "install", "resource", "sipgate", version, "--file", str(archive))

    lives(engine, sipgate)
    assert archive.name.startswith(f"pulumi-resource-sipgate-v{version}-{sys.platform}-")
    assert archive.stat().st_size < MEGABYTES * 1_000_000


def test_pulumi_makes_the_environment_of_the_source_plugin(
    engine: Any, sipgate: Simulator, checkout: Path, tmp_path: Path
) -> None:
    subprocess.run(("cp", "-R", checkout, tmp_path / "checkout"), check=True)
    folder = tmp_path / "checkout" / "plugin"
    # The built language host, which is older, makes the environment in the plugin's folder itself, looks for it on PATH
    # and in `venv`, and runs what is in the current folder; so the program is there, too.
    (folder / "venv").symlink_to(".")
    engine.project = folder
    search = (folder / "bin", folder / "venv/bin", engine.environment["PATH"])
    engine.environment["PATH"] = os.pathsep.join(map(str, search))
    plugin = "plugins: {providers: [{name: sipgate, path: .}]}"

    described = engine.succeeds("package", "get-schema", ".")
    (folder / "Pulumi.yaml").write_text(program("https://a.example.com", plugin))
    engine.succeeds("stack", "select", "trial")

    assert '"sipgate:index:OAuthClient"' in described
    lives(engine, sipgate, plugin)
