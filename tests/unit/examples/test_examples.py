"""What every folder in `examples` has, so that it can be run and understood by itself."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

import pytest
import yaml
from packaging.requirements import Requirement

from sipgate_provider.simulator import DEMO_TOKEN, DEMO_TOKEN_ID, Simulator
from tests.engine_stack import ROOT

EXAMPLES = sorted(folder for folder in (ROOT / "examples").iterdir() if folder.is_dir())
# Its stacks are made by the Automation API, which needs no settings in a file.
INLINE = "automation"
PYTHON = {"name": "python", "options": {"virtualenv": "venv"}}
# Not Python: their programs, and their runtimes. What YAML declares is in its settings.
OTHERS = {
    "go": ("main.go", "go"),
    "java": ("src/main/java/app/App.java", "java"),
    "typescript": ("index.ts", "nodejs"),
    "yaml": ("Pulumi.yaml", "yaml"),
}
PROGRAMS = [folder.name for folder in EXAMPLES if folder.name not in OTHERS]
ENVIRONMENT = "python3 -m venv venv\n. venv/bin/activate\npip install -r requirements.txt\n"


@pytest.fixture(params=EXAMPLES, ids=lambda folder: folder.name)
def example(request: pytest.FixtureRequest) -> Path:
    folder: Path = request.param
    return folder


def test_an_example_has_settings_a_description_and_a_program(example: Path) -> None:
    program, _ = OTHERS.get(example.name, ("__main__.py", ""))
    for name in ("Pulumi.yaml", "README.md", program):
        if (example.name, name) == (INLINE, "Pulumi.yaml"):
            assert not (example / name).exists()
        else:
            assert (example / name).read_text().strip()


def test_an_example_is_a_project_of_a_name_of_its_own(example: Path) -> None:
    if example.name == INLINE:
        assert "PROJECT = " in (example / "stacks.py").read_text()
        return
    settings = yaml.safe_load((example / "Pulumi.yaml").read_text())

    assert settings["name"] == "sipgate-" + example.name.replace("_", "-")
    assert settings["runtime"] == OTHERS.get(example.name, ("", PYTHON))[1]
    assert settings["description"].endswith(".")


def test_what_an_examples_description_links_to_exists(example: Path) -> None:
    links = re.findall(r"\]\((?!https?:)([^)#]+)", (example / "README.md").read_text())

    assert not [link for link in links if not (example / link).exists()]


@pytest.mark.parametrize("name", PROGRAMS)
def test_what_a_python_example_requires_is_what_its_test_runs_with(name: str) -> None:
    lines = (ROOT / "examples" / name / "requirements.txt").read_text().splitlines()
    ours, *others = (line for line in lines if not line.startswith("#"))

    assert ours in {"-e ../..", "-e ../..[simulator]"}
    for requirement in map(Requirement, others):
        assert requirement.specifier.contains(version(requirement.name))


@pytest.mark.parametrize("name", PROGRAMS)
def test_the_description_of_a_python_example_begins_with_the_environment(name: str) -> None:
    first, *_ = re.findall(
        r"^```sh\n(.*?)^```",
        (ROOT / "examples" / name / "README.md").read_text(),
        re.MULTILINE | re.DOTALL,
    )

    assert first.startswith(ENVIRONMENT)


def test_the_examples_own_unit_tests_pass_and_send_nothing(sipgate: Simulator) -> None:
    run = subprocess.run(
        (sys.executable, "-m", "pytest", "--quiet", "-p", "no:cacheprovider"),
        cwd=ROOT / "examples/unit_test",
        env=os.environ
        | {
            "SIPGATE_BASE_URL": sipgate.base_url,
            "SIPGATE_TOKEN_ID": DEMO_TOKEN_ID,
            "SIPGATE_TOKEN": DEMO_TOKEN,
        },
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )

    assert run.returncode == 0, run.stdout + run.stderr
    assert "2 passed" in run.stdout
    assert not sipgate.requests
