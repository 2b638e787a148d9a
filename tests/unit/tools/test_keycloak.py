from __future__ import annotations

import hashlib
import os
import shutil
import zipfile
from typing import TYPE_CHECKING

import pytest

from tests.unit.tools.conftest import program
from tools import keycloak
from tools.__main__ import main
from tools.errors import ToolError
from tools.keycloak import VERSION, locate

if TYPE_CHECKING:
    from pathlib import Path

    from tests.unit.tools.conftest import Machine


@pytest.fixture(autouse=True)
def no_java_of_anybody(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("JAVA_HOME", raising=False)


def has_java(machine: Machine, version: str = "17.0.15") -> None:
    program(machine.path / "java", f"echo openjdk {version} 2025-04-15")


@pytest.fixture
def log(machine: Machine, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A Maven that has Keycloak; answers with what it and Keycloak's script are called with."""
    calls = machine.home / "calls.log"
    folder = f"keycloak-{VERSION}"
    archive = machine.home / f"keycloak-quarkus-dist-{VERSION}.zip"
    archive.parent.mkdir(exist_ok=True)
    with zipfile.ZipFile(archive, "w") as content:
        content.writestr(f"{folder}/bin/kc.sh", f'#!/bin/sh\necho "kc.sh $@" >> {calls}\n')
        content.writestr(f"{folder}/lib/quarkus/quarkus-application.dat", "")
    digest = hashlib.sha256(archive.read_bytes()).hexdigest()
    monkeypatch.setattr(keycloak, "SHA256", digest)
    copy = shutil.which("cp", path=os.defpath)
    program(
        machine.path / "mvn",
        f'echo "mvn $@" >> {calls}\nfor said in "$@"; do case "$said" in\n'
        f'-DoutputDirectory=*) {copy} {archive} "${{said#*=}}";; esac; done',
    )
    return calls


def test_it_is_got_checked_and_built_once_and_then_used_without_a_word(
    machine: Machine, log: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    has_java(machine)

    folder = locate()

    assert folder.parent.parent == machine.cache
    got, built = log.read_text().splitlines()
    assert f"-Dartifact=org.keycloak:keycloak-quarkus-dist:{VERSION}:zip" in got
    assert built == "kc.sh build --db=dev-mem --cache=local"
    assert [file.name for file in folder.parent.iterdir()] == [folder.name]
    capfd.readouterr()
    assert main(["keycloak"]) == 0
    assert capfd.readouterr() == (f"{folder}\n", "")
    assert len(log.read_text().splitlines()) == 2


def test_another_checksum_is_refused_and_nothing_is_kept(
    machine: Machine, log: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    has_java(machine)
    monkeypatch.setattr(keycloak, "SHA256", "0" * 64)

    with pytest.raises(ToolError, match=r"Maven: .* has an unexpected checksum"):
        locate()

    assert "kc.sh" not in log.read_text()
    assert [file.suffix for file in machine.cache.iterdir()] == [".lock"]


@pytest.mark.parametrize("version", [None, "11.0.2"])
def test_without_a_java_that_is_new_enough_one_sentence_says_so(
    machine: Machine, log: Path, capfd: pytest.CaptureFixture[str], version: str | None
) -> None:
    if version:
        has_java(machine, version)

    assert main(["keycloak"]) == 1

    out, err = capfd.readouterr()
    assert out == ""
    assert err.startswith("error: Keycloak needs Java 17 or newer; install it")
    assert ("prints 'openjdk 11.0.2 2025-04-15'" in err) is bool(version)
    assert len(err.splitlines()) == 1
    assert not log.exists()


def test_the_java_that_is_named_is_the_one_that_counts(
    machine: Machine, log: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    has_java(machine, "11.0.2")
    program(machine.home / "jdk/bin/java", "echo openjdk 21 2023-09-19")
    monkeypatch.setenv("JAVA_HOME", str(machine.home / "jdk"))

    assert locate().exists()
    assert log.exists()


def test_without_maven_it_is_said(machine: Machine) -> None:
    has_java(machine)

    with pytest.raises(ToolError, match="Maven: there is no `mvn` on PATH"):
        locate()


def test_what_maven_says_went_wrong_is_told_in_one_line(machine: Machine) -> None:
    has_java(machine)
    cause = "Could not transfer artifact: Connection refused"
    program(
        machine.path / "mvn",
        f'while [ "$1" != --log-file ]; do shift; done\n'
        f'printf "[INFO] x\\n[ERROR] {cause}\\n[ERROR] y\\n" > "$2"\nexit 1',
    )

    with pytest.raises(ToolError) as failure:
        locate()

    lines = str(failure.value).splitlines()
    assert lines[-1] == f"  - Maven: {cause}"
    assert "the mirror in its settings.xml" in lines[0]
