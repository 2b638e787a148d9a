from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.unit.tools.conftest import program
from tools.__main__ import main
from tools.browser import OVERRIDE, locate
from tools.errors import ToolError

if TYPE_CHECKING:
    from tests.unit.tools.conftest import Machine

CHROMIUM = "echo Chromium 150.0.7871.100 built on Debian"


@pytest.fixture(autouse=True)
def no_cache_of_anybody(machine: Machine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(machine.cache))
    monkeypatch.setenv("PLAYWRIGHT_BROWSERS_PATH", str(machine.home / "browsers"))
    # No download is to be tried from a test: it is refused at once.
    monkeypatch.setenv("PLAYWRIGHT_DOWNLOAD_HOST", "http://127.0.0.1:1")


def root_is(monkeypatch: pytest.MonkeyPatch, number: int) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: number)


def has_apt(machine: Machine, *, package: str = CHROMIUM) -> Path:
    """A stand-in that installs a browser where the package does; answers with what is called."""
    log = machine.home / "apt.log"
    program(
        machine.path / "apt-get",
        f'echo "$DEBIAN_FRONTEND $@" >> {log}\n'
        f"case \"$*\" in *install*) printf '#!/bin/sh\\n{package}\\n' > {machine.path}/chromium\n"
        f"chmod +x {machine.path}/chromium;; esac",
    )
    return log


def test_the_browser_that_is_named_comes_first(
    machine: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    program(machine.path / "chromium", CHROMIUM)
    program(machine.home / "mine", CHROMIUM)
    monkeypatch.setenv(OVERRIDE, str(machine.home / "mine"))

    assert locate() == machine.home / "mine"


def test_no_other_browser_is_taken_for_one_that_is_named_and_does_not_work(
    machine: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    program(machine.path / "chromium", CHROMIUM)
    monkeypatch.setenv(OVERRIDE, str(machine.home / "mine"))

    with pytest.raises(
        ToolError, match=f"{OVERRIDE} does not name a browser that works: .*does not exist"
    ):
        locate()


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("chromium", CHROMIUM),
        ("chromium-browser", CHROMIUM),
        ("google-chrome", "echo Google Chrome 150.0.7871.100"),
    ],
)
def test_a_browser_on_path_is_used_without_a_word(
    machine: Machine, capsys: pytest.CaptureFixture[str], name: str, says: str
) -> None:
    program(machine.path / name, says)

    assert main(["browser"]) == 0
    assert capsys.readouterr() == (f"{machine.path / name}\n", "")


@pytest.mark.parametrize("does", ["echo To install it, run: snap install chromium", "exit 1"])
def test_what_is_on_path_and_is_no_browser_is_passed_over(machine: Machine, does: str) -> None:
    program(machine.path / "chromium-browser", does)
    program(machine.path / "google-chrome", CHROMIUM)

    assert locate() == machine.path / "google-chrome"


def test_root_installs_debians_package_without_being_asked_anything(
    machine: Machine, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    root_is(monkeypatch, 0)
    log = has_apt(machine)

    assert main(["browser"]) == 0

    update, install = log.read_text().splitlines()
    assert update.startswith("noninteractive")
    assert update.endswith("update")
    assert install.endswith("install --no-install-recommends chromium")
    out, err = capsys.readouterr()
    assert out == f"{machine.path / 'chromium'}\n"
    assert "Installing Debian's package chromium" in err


def test_every_way_that_failed_is_named_in_the_end(
    machine: Machine, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    root_is(monkeypatch, 1000)
    log = has_apt(machine)

    assert main(["browser"]) == 1

    out, err = capsys.readouterr()
    message = err[err.index("error: ") :]
    assert out == ""
    assert not log.exists()
    assert f"put it on PATH, or set {OVERRIDE}" in message
    assert "PATH: there is no chromium, chromium-browser, google-chrome on PATH" in message
    assert "playwright's cache: playwright has installed none yet" in message
    assert (
        "Debian's package: only root can install it; run `sudo apt-get install chromium`" in message
    )
    assert "`playwright install chromium`: " in message
    assert "Traceback" not in err
