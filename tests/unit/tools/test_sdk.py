from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.unit.tools.conftest import program
from tools.__main__ import main
from tools.engine import pins
from tools.errors import ToolError
from tools.sdk import GENERATOR, generate, locate

if TYPE_CHECKING:
    from pathlib import Path

    from tests.unit.tools.conftest import Machine


def test_the_generator_is_that_of_the_engine_and_needs_the_same_go() -> None:
    module = (GENERATOR.pins / "go.mod").read_text()
    wanted = ".".join(str(part) for part in pins.GO_MINIMUM)
    assert module.startswith(f"module {GENERATOR.package}\n\ngo {wanted}\n")
    assert f"require github.com/pulumi/pulumi/pkg/v3 v{pins.VERSION}\n" in module


def test_another_source_of_the_generator_is_another_cache_entry(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = pins.entry_name("generator", [GENERATOR])
    folder = tmp_path / GENERATOR.folder
    folder.mkdir()
    for file in GENERATOR.sources:
        (folder / file.name).write_bytes(file.read_bytes())
    monkeypatch.setattr(pins, "FOLDER", tmp_path)
    assert pins.entry_name("generator", [GENERATOR]) == before

    (folder / "main.go").write_text("package main\n")
    assert pins.entry_name("generator", [GENERATOR]) != before


def test_the_generator_is_built_once_and_then_used_without_a_word(
    machine: Machine, capfd: pytest.CaptureFixture[str]
) -> None:
    machine.has_go()
    built = locate()
    assert "Building the generator of the SDKs from its Go modules" in capfd.readouterr().err

    assert locate() == built
    assert machine.builds == 1
    assert capfd.readouterr() == ("", "")
    # What only the build needed is gone.
    assert [file for file in machine.cache.iterdir() if file.suffix != ".lock"] == [
        built.parents[1]
    ]


def test_it_is_given_the_schema_and_the_folder_and_only_the_folder_is_printed(
    machine: Machine, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    machine.has_go()
    program(locate(), 'mkdir "$3"; echo "$1 $2" > "$3/index.ts"')
    capfd.readouterr()

    assert main(["sdk", "nodejs", "schema.json", str(tmp_path / "out")]) == 0

    assert capfd.readouterr() == (f"{tmp_path / 'out'}\n", "")
    assert (tmp_path / "out" / "index.ts").read_text() == "nodejs schema.json\n"


def test_what_is_in_the_folder_already_is_not_mixed_with_the_sdk(
    machine: Machine, tmp_path: Path
) -> None:
    machine.has_go()
    with pytest.raises(ToolError, match="is not empty; name another folder"):
        generate("nodejs", tmp_path / "schema.json", tmp_path)
    assert not machine.builds


def test_a_schema_that_is_refused_is_told_with_the_reason(
    machine: Machine, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    machine.has_go()
    program(locate(), "echo '#/resources/x: no token' >&2; exit 1")

    assert main(["sdk", "nodejs", "schema.json", str(tmp_path / "out")]) == 1

    out, err = capfd.readouterr()
    assert out == ""
    assert "error: No SDK could be generated from schema.json: " in err
    assert "#/resources/x: no token" in err


@pytest.mark.usefixtures("machine")
def test_what_keeps_the_generator_from_being_built_is_named(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    assert main(["sdk", "nodejs", "schema.json", str(tmp_path / "out")]) == 1

    message = capfd.readouterr().err.partition("error: ")[2]
    assert "There is no generator of the SDKs. Use `pulumi package gen-sdk`" in message
    assert "the cache: nothing has been installed" in message
    assert "a build from Go modules: " in message
    assert pins.GO_FROM_PYPI in message
