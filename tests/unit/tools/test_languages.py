from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.unit.tools.conftest import program
from tools import golang, java
from tools.__main__ import main
from tools.engine import pins
from tools.java import HOST, VERSION

if TYPE_CHECKING:
    from pathlib import Path

    from tests.unit.tools.conftest import Machine


def has_java(machine: Machine) -> None:
    for name in ("java", "javac", "mvn"):
        program(machine.path / name, "exit 0")


def test_the_java_host_is_pinned_to_the_version_that_names_its_place() -> None:
    module = (HOST.pins / "go.mod").read_text()
    assert f"github.com/pulumi/pulumi-java/pkg v{VERSION} " in module
    assert f"tool {HOST.package}\n" in module


def test_the_java_host_is_built_once_and_then_used_without_a_word(
    machine: Machine, capfd: pytest.CaptureFixture[str]
) -> None:
    has_java(machine)
    machine.has_go()
    folder = java.locate()
    capfd.readouterr()

    assert main(["java"]) == 0

    assert capfd.readouterr() == (f"{folder}\n", "")
    assert (folder / "pulumi-language-java").exists()
    assert machine.builds == 1


def test_what_java_programs_lack_is_told(
    machine: Machine, capfd: pytest.CaptureFixture[str]
) -> None:
    program(machine.path / "java", "exit 0")

    assert main(["java"]) == 1

    assert capfd.readouterr() == (
        "",
        "error: There is no javac and no mvn on PATH: install a JDK, 11 or newer, and Maven.\n",
    )
    assert not machine.builds


def test_a_go_on_path_is_used(machine: Machine) -> None:
    machine.has_go()
    assert golang.locate() == machine.path / "go"


@pytest.mark.usefixtures("machine")
def test_without_any_go_that_is_told(capfd: pytest.CaptureFixture[str]) -> None:
    assert main(["golang"]) == 1

    message = capfd.readouterr().err.partition("error: ")[2]
    assert "There is no Go toolchain. Install version 1.26.6 or newer and put it on PATH" in message


def test_a_program_is_compiled_in_the_caches_that_are_kept(
    machine: Machine, tmp_path: Path
) -> None:
    machine.has_go(while_building='echo "$GOMODCACHE $GOCACHE" >> "$HOME/env.log"')
    target = tmp_path / "trial.bin"

    assert golang.compiled(tmp_path, "./trial", target) == target

    assert target.exists()
    assert machine.go_log[-1] == f"build -trimpath -o {target} ./trial"
    kept = machine.cache / f"golang-{pins.VERSION}"
    assert (machine.home / "env.log").read_text() == f"{kept}/modules {kept}/compiled\n"
