from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from tools.engine import locate, pins
from tools.errors import ToolError

if TYPE_CHECKING:
    from pathlib import Path

    from tests.unit.tools.conftest import Machine


def test_a_pulumi_on_path_comes_first(machine: Machine) -> None:
    machine.has_engine(machine.path, "3.300.0")
    machine.has_engine(machine.entry.home / "bin")
    assert machine.run() == (0, f"{machine.path}\n", "")


def test_what_pulumis_installer_left_is_used_before_it_is_on_path(machine: Machine) -> None:
    installed = machine.home / ".pulumi" / "bin"
    machine.has_engine(installed, "3.300.0")
    machine.has_engine(machine.entry.home / "bin")
    assert machine.run() == (0, f"{installed}\n", "")


def test_a_pulumi_on_path_that_is_too_old_is_passed_over_with_a_sentence(machine: Machine) -> None:
    machine.has_engine(machine.path, "3.253.9")
    machine.has_engine(machine.entry.home / "bin")
    status, out, err = machine.run()
    assert (status, out) == (0, f"{machine.entry.home / 'bin'}\n")
    assert "is version 3.253.9, older than the 3.254.0" in err


def test_a_pulumi_without_its_python_host_is_passed_over_with_a_sentence(machine: Machine) -> None:
    machine.has_engine(machine.path)
    (machine.path / "pulumi-language-python").unlink()
    machine.has_engine(machine.entry.home / "bin")
    status, out, err = machine.run()
    assert (status, out) == (0, f"{machine.entry.home / 'bin'}\n")
    assert "lacks pulumi-language-python beside it or on PATH" in err


def test_a_pulumi_without_a_yaml_host_will_do(machine: Machine) -> None:
    machine.has_engine(machine.path)
    (machine.path / "pulumi-language-yaml").unlink()
    assert machine.run() == (0, f"{machine.path}\n", "")


def test_a_python_host_elsewhere_on_path_will_do(
    machine: Machine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    machine.has_engine(tmp_path / "hosts")
    machine.has_engine(tmp_path / "cli")
    for name in pins.PYTHON_HOST:
        (tmp_path / "cli" / name).unlink()
    (tmp_path / "hosts" / "pulumi").unlink()
    search = [str(tmp_path / "hosts"), str(tmp_path / "cli"), str(machine.path)]
    monkeypatch.setenv("PATH", os.pathsep.join(search))
    assert locate() == tmp_path / "cli"


def test_a_pulumi_on_path_that_does_not_run_is_passed_over(machine: Machine) -> None:
    machine.has_engine(machine.path)
    (machine.path / "pulumi").write_text("#!/bin/sh\nexit 1\n")
    machine.has_engine(machine.entry.home / "bin")
    assert locate() == machine.entry.home / "bin"


def test_an_engine_in_the_cache_is_used_without_a_word(machine: Machine) -> None:
    machine.has_go()
    machine.has_engine(machine.entry.home / "bin")
    assert machine.run() == (0, f"{machine.entry.home / 'bin'}\n", "")
    assert not machine.go_log


@pytest.mark.usefixtures("site")
def test_the_official_release_comes_before_a_build(machine: Machine) -> None:
    machine.has_go()
    assert locate() == machine.entry.home / "bin"
    assert not machine.go_log


def test_a_download_that_is_refused_leads_to_a_build(machine: Machine) -> None:
    machine.has_go()
    status, out, err = machine.run()
    assert (status, out) == (0, f"{machine.entry.home / 'bin'}\n")
    assert "No engine by Pulumi's official release: " in err
    assert "Connection refused" in err
    assert "about 5 minutes, once per machine" in err
    assert machine.builds == len(pins.BINARIES)
    assert {file.name for file in (machine.entry.home / "bin").iterdir()} == set(pins.PROGRAMS)


def test_every_way_that_failed_is_named_in_the_end(machine: Machine) -> None:
    status, out, err = machine.run()
    assert (status, out) == (1, "")
    message = err[err.index("error: ") :]
    assert "Install Pulumi 3.254.0 or newer and put it on PATH" in message
    assert "`pulumi` on PATH: there is no `pulumi` on PATH" in message
    assert "Pulumi's installer: there is no `pulumi` in ~/.pulumi/bin" in message
    assert "the cache: nothing has been installed" in message
    assert "Pulumi's official release: ProxyError: " in message
    assert "a build from Go modules: " in message
    assert pins.GO_FROM_PYPI in message
    assert "Traceback" not in err


def test_a_cache_that_cannot_be_written_is_named(machine: Machine) -> None:
    machine.cache.write_text("a file where the folder should be")
    with pytest.raises(ToolError, match="set SIPGATE_ENGINE_CACHE to another folder"):
        locate()
