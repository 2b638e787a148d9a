"""What a module of the project does that has the name of one that the provider needs."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

# As `python -m pulumi.dynamic` does: the folder is first on the path.
HOST = """
from sipgate_provider.provider import OAuthClientProvider
OAuthClientProvider().create({"name": "crm", "redirectUris": []})
"""
# As the language host does: Pulumi is imported before the folder is on the path.
PROGRAM = """
import sys
sys.path.remove("")
import random, platform, pulumi
from sipgate_provider.shadowing import shadowing_pulumi
sys.path.insert(0, "")
print(*shadowing_pulumi(), sep="\\n")
"""


def run(folder: Path, code: str, **variables: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        (sys.executable, "-c", code),
        check=False,
        cwd=folder,
        env=os.environ | {"SIPGATE_TOKEN_ID": "token-X", "SIPGATE_TOKEN": "x"} | variables,
        capture_output=True,
        text=True,
        timeout=60,
    )


@pytest.mark.parametrize("name", ["requests", "calendar", "urllib3", "pydantic"])
def test_the_provider_names_what_shadows_a_module_that_it_needs(tmp_path: Path, name: str) -> None:
    (tmp_path / f"{name}.py").touch()

    failed = run(tmp_path, HOST)

    assert failed.returncode == 1
    assert failed.stderr.endswith(
        f"Error: {tmp_path}/{name}.py shadows a module of the same name that the provider needs. Rename it.\n"
    )


def test_the_program_knows_what_will_keep_the_provider_from_starting(
    tmp_path: Path,
) -> None:
    (tmp_path / "random.py").touch()
    (tmp_path / "platform").mkdir()
    (tmp_path / "platform" / "__init__.py").touch()

    assert run(tmp_path, PROGRAM).stdout.split() == [
        f"{tmp_path}/platform",
        f"{tmp_path}/random.py",
    ]


def test_what_shadows_a_module_and_does_no_harm_is_no_obstacle(tmp_path: Path) -> None:
    (tmp_path / "yaml.py").touch()

    told = run(tmp_path, PROGRAM)

    assert (told.stdout.split(), told.stderr) == ([], "")


def test_other_modules_of_the_program_shadow_nothing(tmp_path: Path) -> None:
    for name in ("clients.py", "test.py", "os.py.orig"):
        (tmp_path / name).touch()
    # Without __init__.py a folder comes after every module.
    (tmp_path / "random").mkdir()

    assert run(tmp_path, PROGRAM).stdout.split() == []


@pytest.mark.skipif(sys.version_info < (3, 11), reason="PYTHONSAFEPATH is new in Python 3.11")
def test_nothing_is_shadowed_where_python_leaves_the_folder_out(tmp_path: Path) -> None:
    (tmp_path / "random.py").touch()
    code = PROGRAM.replace('sys.path.remove("")', "")

    assert run(tmp_path, code, PYTHONSAFEPATH="1").stdout.split() == []
