"""`doctor` on the machine: the Python that Pulumi would start, what it would import, and proxies in its way."""

from __future__ import annotations

import os
import socket
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from sipgate_provider.cli.diagnosis import Diagnosis
from sipgate_provider.cli.environment import program_environment
from sipgate_provider.cli.machine import own_connections


@pytest.fixture(autouse=True)
def programs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of programs, first on PATH; its Python is the one that runs the tests."""
    folder = tmp_path / "bin"
    folder.mkdir()
    script(folder, "python3", f'exec "{sys.executable}" "$@"')
    monkeypatch.setenv("PATH", f"{folder}{os.pathsep}/usr/bin{os.pathsep}/bin")
    for name in os.environ:
        if name.lower().endswith("_proxy") or name.startswith("PULUMI_"):
            monkeypatch.delenv(name)
    return folder


@pytest.fixture
def project(tmp_path: Path) -> Path:
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


def test_the_python_that_the_environment_names_is_found(
    project: Path, programs: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (programs / "python3").rename(programs / "python3.99")
    monkeypatch.setenv("PATH", str(programs))
    assert "no Python on PATH" in checks(project)[0].fact

    monkeypatch.setenv("PULUMI_PYTHON_CMD", "python3.99")

    (found,) = checks(project)
    assert found.state == "good"
    assert str(programs / "python3.99") in found.fact


@pytest.mark.parametrize("toolchain", ["uv", "poetry"])
def test_a_toolchain_that_is_not_there_is_found(project: Path, toolchain: str) -> None:
    (found,) = checks(project, f"toolchain: {toolchain}")

    assert found.state == "bad"
    assert f"no `{toolchain}` on PATH" in found.fact


def test_uv_has_the_environment_beside_the_project(project: Path, programs: Path) -> None:
    script(programs, "uv", "")
    assert "no Python in" in checks(project, "toolchain: uv")[0].fact

    environment(project / ".venv")

    (found,) = checks(project, "toolchain: uv")
    assert found.state == "good"
    assert str(project / ".venv") in found.fact


@pytest.mark.parametrize("mark", ["uv.lock", "pyproject.toml"])
def test_uvs_environment_of_a_workspace_is_one_that_the_provider_does_not_find(
    project: Path, programs: Path, mark: str
) -> None:
    script(programs, "uv", "")
    (project.parent / mark).touch()
    environment(project.parent / ".venv")

    (found,) = checks(project, "toolchain: uv")

    assert found.state == "bad"
    assert "`virtualenv: ../.venv`" in found.remedy
    assert states(checks(project, "toolchain: uv, virtualenv: ../.venv")) == ["good"]


def test_with_main_uv_needs_the_whole_path(project: Path, programs: Path) -> None:
    script(programs, "uv", "")
    (project / "program").mkdir()
    there = environment(project / ".venv")

    (found,) = checks(project, "toolchain: uv", main="program")

    assert found.state == "bad"
    assert f"`virtualenv: {there}`" in found.remedy
    assert states(checks(project, f"toolchain: uv, virtualenv: {there}", main="program")) == [
        "good"
    ]


def test_poetry_is_asked_for_the_environment_in_the_programs_folder(
    project: Path, programs: Path, tmp_path: Path
) -> None:
    (project / "program").mkdir()
    script(programs, "poetry", "exit 1")
    assert "Poetry has no environment" in checks(project, "toolchain: poetry")[0].fact

    there = environment(tmp_path / "poetrys")
    script(programs, "poetry", f'[ "$*" = "env info --path" ] && pwd >&2 && echo {there}')

    (found,) = checks(project, "toolchain: poetry", main="program")
    assert found.state == "good"
    assert str(there) in found.fact


def test_a_type_checker_that_is_not_there_is_found(project: Path) -> None:
    assert states(checks(project, "typechecker: no_such_checker")) == ["good", "bad"]
    assert states(checks(project, "typechecker: pytest")) == ["good"]


@pytest.fixture
def proxy() -> Iterator[str]:
    """The address of a proxy that refuses everything."""
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def refuse() -> None:
            while True:
                try:
                    connection, _ = listener.accept()
                except OSError:
                    return
                with connection:
                    connection.recv(4096)
                    connection.sendall(b"HTTP/1.1 502 Bad Gateway\r\n\r\n")

        threading.Thread(target=refuse, daemon=True).start()
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        listener.shutdown(socket.SHUT_RDWR)


# gRPC gives up after 5 s.
@pytest.mark.parametrize(
    "name",
    [
        "grpc_proxy",
        pytest.param("https_proxy", marks=pytest.mark.full),
        pytest.param("http_proxy", marks=pytest.mark.full),
    ],
)
def test_a_proxy_in_the_way_of_pulumis_own_connections_is_found(
    monkeypatch: pytest.MonkeyPatch, proxy: str, name: str
) -> None:
    monkeypatch.setenv(name, proxy)
    # Only its lower-case namesake counts.
    monkeypatch.setenv("NO_PROXY", "127.0.0.1,localhost")

    found = own_connections()

    assert found is not None
    assert found.state == "bad"
    assert name in found.fact
    assert "no_proxy=127.0.0.1,localhost" in found.remedy


def test_a_proxy_that_is_passed_by_is_well(monkeypatch: pytest.MonkeyPatch, proxy: str) -> None:
    monkeypatch.setenv("https_proxy", proxy)
    monkeypatch.setenv("no_proxy", "example.com,127.0.0.1,localhost")

    found = own_connections()

    assert found is not None
    assert found.state == "good"


def test_a_proxy_that_grpc_does_not_read_is_no_finding(
    monkeypatch: pytest.MonkeyPatch, proxy: str
) -> None:
    for name in ("HTTPS_PROXY", "HTTP_PROXY", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(name, proxy)

    assert own_connections() is None
