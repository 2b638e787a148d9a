from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tools.engine import locate, pins
from tools.errors import ToolError

if TYPE_CHECKING:
    from tests.unit.tools.conftest import Machine, Site


def test_an_engine_left_in_the_making_is_never_used(machine: Machine) -> None:
    machine.has_go()
    machine.has_engine(machine.entry.stage / "bin")
    (machine.entry.stage / "leftover").touch()
    assert locate() == machine.entry.home / "bin"
    assert machine.builds == len(pins.BINARIES)
    assert not (machine.entry.home / "leftover").exists()


def test_an_engine_that_lost_a_program_is_made_anew(machine: Machine) -> None:
    machine.has_go()
    machine.has_engine(machine.entry.home / "bin")
    (machine.entry.home / "bin" / "pulumi-language-python-exec").unlink()
    folder = locate()
    assert (folder / "pulumi-language-python-exec").exists()


@pytest.mark.parametrize(
    ("pulumi", "complaint"),
    [("echo v3.200.0", "contains version 3.200.0"), ("exit 1", "does not run")],
)
def test_an_installation_that_does_not_work_is_not_kept(
    machine: Machine, site: Site, pulumi: str, complaint: str
) -> None:
    release = machine.home / "release"
    (release / "pulumi").write_text(f"#!/bin/sh\n{pulumi}\n")
    site.has(release)
    with pytest.raises(ToolError, match=complaint):
        locate()
    assert not machine.entry.home.exists()
    assert not machine.entry.stage.exists()


def test_a_go_that_fails_leaves_nothing_that_looks_finished(machine: Machine) -> None:
    machine.has_go(while_building='echo "no space left" >&2; printf half > "$2"; exit 1')
    with pytest.raises(ToolError, match="no space left"):
        locate()
    assert not machine.entry.home.exists()
    machine.has_go()
    assert locate() == machine.entry.home / "bin"


def test_what_only_the_build_needed_is_removed_after_it(machine: Machine) -> None:
    machine.has_go()
    locate()
    assert not machine.entry.work.exists()


def test_what_an_interrupted_removal_left_is_removed_by_the_next_run(machine: Machine) -> None:
    machine.has_engine(machine.entry.home / "bin")
    (machine.entry.work / "modules").mkdir(parents=True)
    locate()
    assert not machine.entry.work.exists()
