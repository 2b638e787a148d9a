"""This repository's workflows, and the jobs that the manual shows, as the linters for GitHub and GitLab see them."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from tests.engine_stack import ROOT
from tests.needed import needed
from tools import golang

OURS = tuple(sorted((ROOT / ".github/workflows").glob("*.yml")))
PINNED = re.compile(r"(?:\./|[\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$)")


def shown(key: str) -> list[str]:
    """The jobs in the manual that have this key, which tells GitHub's from GitLab's."""
    page = (ROOT / "docs/guides/teams_and_ci.md").read_text()
    blocks = re.findall(r"```yaml\n(.*?)```", page, re.DOTALL)
    return [block for block in blocks if (key in yaml.safe_load(block)) is True]


@pytest.fixture(scope="module")
def github(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, ...]:
    """Every workflow for GitHub, this repository's and the manual's."""
    folder = tmp_path_factory.mktemp("shown") / ".github/workflows"
    folder.mkdir(parents=True)
    for number, block in enumerate(shown("jobs")):
        (folder / f"{number}.yml").write_text(block)
    return (*OURS, *folder.iterdir())


@pytest.fixture(scope="module")
def actionlint(tmp_path_factory: pytest.TempPathFactory) -> Path:
    needed(golang.locate)
    return golang.compiled(
        ROOT / "tests/packaging/actionlint",
        "github.com/rhysd/actionlint/cmd/actionlint",
        tmp_path_factory.mktemp("actionlint") / "actionlint",
    )


def passes(*command: str | Path) -> None:
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_actionlint_has_nothing_to_say_about_any_workflow(
    actionlint: Path, github: tuple[Path, ...]
) -> None:
    assert len(github) == len(OURS) + 2
    passes(actionlint, *github)


def test_no_workflow_may_do_what_it_should_not(github: tuple[Path, ...]) -> None:
    program = Path(sys.executable).with_name("zizmor")
    passes(program, "--offline", "--no-progress", "--config", ".github/zizmor.yml", *github)


def test_every_action_is_pinned_by_its_commit_and_names_its_version(
    github: tuple[Path, ...],
) -> None:
    used = [
        line.partition("uses: ")[2]
        for workflow in github
        for line in workflow.read_text().splitlines()
        if "uses: " in line
    ]

    assert used
    assert [one for one in used if not PINNED.match(one)] == []
    # One version of each, and so one line to change.
    pins = {one for one in used if "@" in one}
    assert len({one.partition("@")[0] for one in pins}) == len(pins)


def test_the_manual_s_jobs_for_gitlab_fit_its_schema(tmp_path: Path) -> None:
    (jobs,) = shown("deploy")
    file = tmp_path / ".gitlab-ci.yml"
    file.write_text(jobs)

    program = Path(sys.executable).with_name("check-jsonschema")
    passes(program, "--builtin-schema", "vendor.gitlab-ci", file)


def test_each_python_that_the_package_names_is_tested() -> None:
    tests = yaml.safe_load((ROOT / ".github/workflows/tests.yml").read_text())
    named = re.findall(
        r'"Programming Language :: Python :: (3\.\d+)"', (ROOT / "pyproject.toml").read_text()
    )

    assert set(named) <= set(tests["jobs"]["unit"]["strategy"]["matrix"]["python"])
