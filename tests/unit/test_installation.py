"""The command that a message gives for installing the package: it never asks an index for the package's name."""

from __future__ import annotations

import json
import subprocess
import sys
import venv
from pathlib import Path

import pytest

PRINT = "from sipgate_provider.installation import installing; print(installing(extra='cli'))"
ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def environment(tmp_path: Path) -> Path:
    """An environment in which the package is installed, as far as its metadata says."""
    folder = tmp_path / "venv"
    venv.create(folder, with_pip=False)
    (packages,) = folder.glob("lib/python*/site-packages")
    metadata = packages / "sipgate_provider-0.1.0.dist-info"
    metadata.mkdir()
    (metadata / "METADATA").write_text(
        "Metadata-Version: 2.1\nName: sipgate-provider\nVersion: 0.1.0\n"
    )
    return folder


def advice(environment: Path, direct_url: object = None) -> str:
    """What `installing` says there, after the environment's own interpreter."""
    if direct_url is not None:
        (metadata,) = environment.glob("lib/python*/site-packages/*.dist-info")
        (metadata / "direct_url.json").write_text(json.dumps(direct_url))
    # The module alone, since the checkout has metadata of its own.
    (packages,) = environment.glob("lib/python*/site-packages")
    package = packages / "sipgate_provider"
    package.mkdir()
    (package / "__init__.py").touch()
    (package / "installation.py").write_text(
        (ROOT / "sipgate_provider/installation.py").read_text()
    )
    ran = subprocess.run(
        (environment / "bin/python", "-c", PRINT),
        cwd=environment,
        capture_output=True,
        text=True,
        check=True,
    )
    return ran.stdout.strip().replace(str(environment / "bin/python"), "python")


def test_of_a_checkout_it_is_the_checkout(environment: Path, tmp_path: Path) -> None:
    checkout = tmp_path / "a checkout"
    checkout.mkdir()

    said = advice(environment, {"url": checkout.as_uri(), "dir_info": {"editable": True}})

    assert said == f"python -m pip install --editable '{checkout}[cli]'"


def test_of_a_wheel_it_is_the_wheel_while_there_is_one(environment: Path, tmp_path: Path) -> None:
    wheel = tmp_path / "sipgate_provider-0.1.0-py3-none-any.whl"
    wheel.touch()

    said = advice(environment, {"url": wheel.as_uri(), "archive_info": {}})

    assert said == f"python -m pip install '{wheel}[cli]'"


@pytest.mark.parametrize(
    "direct_url",
    [
        None,
        {"url": "file:///no/such/wheel.whl", "archive_info": {}},
        {"url": "https://example.com/sipgate.whl?token=a", "archive_info": {}},
        {"url": "https://user:a@example.com/sipgate.whl", "archive_info": {}},
    ],
)
def test_otherwise_it_is_the_checkout_wherever_that_is(
    environment: Path, direct_url: object
) -> None:
    assert advice(environment, direct_url) == "python -m pip install '/path/to/the/checkout[cli]'"


def test_of_a_repository_it_is_the_commit(environment: Path) -> None:
    said = advice(
        environment,
        {"url": "https://example.com/sipgate.git", "vcs_info": {"vcs": "git", "commit_id": "ab"}},
    )

    assert said == (
        "python -m pip install 'sipgate-provider[cli] @ git+https://example.com/sipgate.git@ab'"
    )


def test_in_an_environment_of_uv_it_is_uv_that_installs(environment: Path) -> None:
    with (environment / "pyvenv.cfg").open("a") as settings:
        settings.write("uv = 0.13.8\n")

    said = advice(environment)

    assert said == "uv pip install --python python '/path/to/the/checkout[cli]'"


def test_uv_marks_its_environments_so(tmp_path: Path) -> None:
    uv = Path(sys.executable).with_name("uv")
    subprocess.run((uv, "--quiet", "venv", tmp_path / "venv"), check=True)

    assert "uv = " in (tmp_path / "venv/pyvenv.cfg").read_text()
