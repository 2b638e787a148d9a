from __future__ import annotations

import os
import socket
import time
from typing import TYPE_CHECKING

import pytest

from tools.engine import official
from tools.errors import ToolError

if TYPE_CHECKING:
    from pathlib import Path

    from tests.unit.tools.conftest import Machine, Site


@pytest.fixture
def stage(tmp_path: Path) -> Path:
    folder = tmp_path / "stage"
    folder.mkdir()
    return folder


def test_a_release_that_is_what_pulumi_published_is_unpacked(
    machine: Machine, stage: Path, site: Site
) -> None:
    official.install(stage)

    assert site.archive.exists()
    genuine = machine.home / "release" / "pulumi"
    assert (stage / "bin" / "pulumi").read_text() == genuine.read_text()
    assert os.access(stage / "bin" / "pulumi", os.X_OK)
    assert [file.name for file in stage.iterdir()] == ["bin"]


def test_a_release_that_is_something_else_is_not_unpacked(stage: Path, site: Site) -> None:
    site.publish("a" * 64, site.archive.name)

    with pytest.raises(ToolError, match=f"but Pulumi published {'a' * 64}"):
        official.install(stage)

    assert not (stage / "bin").exists()


def test_a_release_without_a_checksum_is_not_even_downloaded(stage: Path, site: Site) -> None:
    site.publish("a" * 64, "pulumi-v1.0.0-linux-x64.tar.gz")
    with pytest.raises(ToolError, match=f"no checksum of {site.archive.name}"):
        official.install(stage)
    assert list(stage.iterdir()) == []

    site.sums.unlink()
    with pytest.raises(ToolError, match="404"):
        official.install(stage)


@pytest.mark.usefixtures("machine")
def test_a_network_that_swallows_everything_is_given_up_in_time(
    stage: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(official, "PATIENCE", (0.5, 0.5))
    with socket.create_server(("127.0.0.1", 0)) as silent:
        monkeypatch.setenv("https_proxy", f"http://127.0.0.1:{silent.getsockname()[1]}")
        before = time.monotonic()
        with pytest.raises(ToolError, match=r"(?i)timed out"):
            official.install(stage)
    assert time.monotonic() - before < 6


def test_a_download_that_ends_early_is_not_unpacked(stage: Path, site: Site) -> None:
    whole = site.archive.read_bytes()
    site.archive.write_bytes(whole[: len(whole) // 2])

    with pytest.raises(ToolError, match="has the SHA-256"):
        official.install(stage)

    assert not (stage / "bin").exists()
