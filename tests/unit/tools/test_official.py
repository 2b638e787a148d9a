from __future__ import annotations

import socket
import time
from typing import TYPE_CHECKING

import psutil
import pytest

from tools.engine import official
from tools.engine.errors import UnavailableError

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def stage(tmp_path: Path) -> Path:
    folder = tmp_path / "stage"
    folder.mkdir()
    return folder


def shell(script: str) -> tuple[str, ...]:
    return ("/bin/sh", "-c", f"PATH=/usr/bin:/bin; {script}")


@pytest.mark.usefixtures("machine")
def test_the_installer_is_given_the_folder_and_the_version(stage: Path) -> None:
    official.install(stage, shell('mkdir "$0/bin"; echo "$1" > "$0/bin/pulumi"'))
    assert (stage / "bin" / "pulumi").read_text() == "3.274.1\n"


def test_its_downloads_are_kept_inside_the_stage_and_removed(stage: Path) -> None:
    official.install(stage, shell('echo archive > "$TMPDIR/archive"; test -s "$0/tmp/archive"'))
    assert list(stage.iterdir()) == []


@pytest.mark.usefixtures("machine")
def test_a_network_that_swallows_everything_is_given_up_in_time(
    stage: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        monkeypatch.setenv("https_proxy", f"http://127.0.0.1:{silent.getsockname()[1]}")
        before = time.monotonic()
        with pytest.raises(UnavailableError, match="gave no answer within 1 s"):
            official.install(stage, connect=1)
    assert time.monotonic() - before < 6
    assert not psutil.Process().children()


def test_a_download_that_stalls_is_given_up(stage: Path) -> None:
    installer = shell('echo some > "$TMPDIR/archive"; sleep 60')
    with pytest.raises(UnavailableError, match=r"no answer within 0\.5 s"):
        official.install(stage, installer, stall=0.5)


def test_a_download_that_goes_on_outlasts_the_bound(stage: Path) -> None:
    installer = shell('for i in 1 2 3 4 5 6 7 8; do sleep 0.2; echo more >> "$TMPDIR/a"; done')
    official.install(stage, installer, connect=1.2, stall=1.2)


def test_what_a_failing_installer_said_is_told(stage: Path) -> None:
    with pytest.raises(UnavailableError, match="error: no release for this platform"):
        official.install(stage, shell("echo error: no release for this platform >&2; exit 3"))
