"""`doctor` on the machine: what Pulumi would start, and what that would import."""

from __future__ import annotations

import os
import subprocess
import sys
import tracemalloc
from pathlib import Path

import pytest

from sipgate_provider.cli.diagnosis import Diagnosis
from sipgate_provider.cli.environment import program_environment


@pytest.fixture
def programs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, engine_folder: Path) -> Path:
    """A folder of programs, first on PATH, before the engine; its Python is the one that runs the tests."""
    folder = tmp_path / "bin"
    folder.mkdir()
    script(folder, "python3", f'exec "{sys.executable}" "$@"')
    monkeypatch.setenv("PATH", f"{folder}:{engine_folder}:/usr/bin:/bin")
    monkeypatch.setenv("PULUMI_HOME", str(tmp_path / "home"))
    for name in os.environ:
        if name.lower().endswith("_proxy") or name.startswith("PULUMI_"):
            monkeypatch.delenv(name)
    return folder


@pytest.fixture
def project(tmp_path: Path, programs: Path) -> Path:  # noqa: ARG001  what the project's commands find
    folder = tmp_path / "work" / "project"
    folder.mkdir(parents=True)
    return folder


def checks(project: Path, options: str = "", main: str = "") -> list[Diagnosis]:
    file = project / "Pulumi.yaml"
    file.write_text(
        f"name: trial\n{f'main: {main}' if main else ''}\n"
        f"runtime: {{name: python, options: {{{options}}}}}\n"
    )
    return list(program_environment(file))


def environment(folder: Path) -> Path:
    """An environment with the package: its Python is one that has it."""
    (folder / "bin").mkdir(parents=True)
    script(folder / "bin", "python", f'exec "{sys.executable}" "$@"')
    return folder


def script(folder: Path, name: str, text: str) -> None:
    (folder / name).write_text(f"#!/bin/sh\n{text}\n")
    (folder / name).chmod(0o755)


def states(found: list[Diagnosis]) -> list[str]:
    return [check.state for check in found]


@pytest.mark.parametrize(
    "name", ["annotated_types", "calendar", "pydantic", "random", "sipgate_provider"]
)
def test_a_module_that_shadows_another_is_named(project: Path, name: str) -> None:
    (project / f"{name}.py").touch()

    _, found = checks(project)

    assert (found.state, found.remedy) == ("bad", "Rename it.")
    assert found.fact.startswith(f"{project / name}.py shadows the module {name},")


def test_a_package_in_the_folder_of_main_is_named_too(project: Path) -> None:
    package = project / "program" / "google"
    package.mkdir(parents=True)
    (package / "__init__.py").touch()

    _, found = checks(project, main="program")

    assert found.state == "bad"
    assert str(package) in found.fact


def test_what_shadows_a_module_and_does_no_harm_today_is_doubtful(project: Path) -> None:
    (project / "calendar.py").write_text("def timegm(): ...\n")

    assert states(checks(project)) == ["good", "doubtful"]


def test_other_modules_of_a_program_are_no_finding(project: Path) -> None:
    for name in ("clients.py", "test.py", "code.py", "requests.txt"):
        (project / name).write_text("raise SystemExit\n")
    (project / "random").mkdir()

    assert states(checks(project)) == ["good"]


def test_a_virtualenv_without_the_package_is_the_providers(project: Path) -> None:
    subprocess.run(
        (sys.executable, "-m", "venv", "--without-pip", project / "venv"), check=True, timeout=60
    )

    found = checks(project, "virtualenv: venv")

    assert found[-1].state == "bad"
    assert "which has no sipgate_provider" in found[-1].fact
    assert str(project / "venv") in found[-1].fact


def test_an_environment_with_the_package_is_well(project: Path) -> None:
    environment(project / "venv")

    assert set(states(checks(project, "virtualenv: venv"))) == {"good"}


@pytest.mark.parametrize(
    ("options", "main"), [("virtualenv: venv", "program"), ("toolchain: uv", "program")]
)
def test_pulumis_own_words_say_why_it_cannot_start_the_provider(
    project: Path, options: str, main: str
) -> None:
    (project / "program").mkdir()
    environment(project / "venv")
    environment(project / ".venv")

    found = checks(project, options, main=main)

    assert found[-1].state == "bad"
    assert "cannot start the provider: The 'virtualenv' option" in found[-1].fact
    assert "`virtualenv:`" in found[-1].remedy


def test_where_pulumi_cannot_say_which_python_it_runs_that_is_said(
    project: Path, programs: Path, engine_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (programs / "python3").unlink()
    monkeypatch.setenv("PATH", str(engine_folder))

    (found,) = checks(project)

    assert found.state == "doubtful"
    assert "Pulumi does not say which Python it runs" in found.fact


def test_what_runs_of_the_project_gets_no_credential(
    project: Path, programs: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen = tmp_path / "seen"
    script(programs, "python3", f'env >> {seen}; exec "{sys.executable}" "$@"')
    for name in (
        *("SIPGATE_TOKEN", "SIPGATE_EU_PASSWORD", "PULUMI_ACCESS_TOKEN"),
        *("PULUMI_CONFIG_PASSPHRASE", "GITHUB_TOKEN", "PIP_INDEX_URL", "AWS_SECRET_ACCESS_KEY"),
        "HTTPS_PROXY",
    ):
        monkeypatch.setenv(name, "planted-7d1e")

    assert states(checks(project)) == ["good"]

    assert "HOME=" in seen.read_text()
    assert "planted-7d1e" not in seen.read_text()


def test_aliases_that_stand_for_too_much_are_refused_in_a_sentence(project: Path) -> None:
    lines = ["name: trial", "a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 12)]
    lines += ["runtime: {name: *a11}", ""]
    file = project / "Pulumi.yaml"
    file.write_text("\n".join(lines))
    tracemalloc.start()
    try:
        (found,) = program_environment(file)
        _, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()

    assert found.state == "bad"
    assert "aliases" in found.remedy
    assert most < 50_000_000


def test_aliases_of_a_usual_project_are_read(project: Path) -> None:
    file = project / "Pulumi.yaml"
    file.write_text("name: trial\nx: &python {name: python}\nruntime: *python\n")

    assert states(list(program_environment(file))) == ["good"]


def test_a_type_checker_that_is_not_there_is_found(project: Path) -> None:
    assert states(checks(project, "typechecker: no_such_checker")) == ["good", "bad"]
    assert states(checks(project, "typechecker: pytest")) == ["good"]
