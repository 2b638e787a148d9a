from __future__ import annotations

import functools
import hashlib
import http.server
import io
import os
import platform
import shutil
import socket
import sys
import tarfile
import threading
import time
from typing import TYPE_CHECKING

import psutil
import pytest

from tools.engine import official
from tools.engine.errors import UnavailableError

if TYPE_CHECKING:
    from collections.abc import Iterator
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


VERSION = "3.274.1"
MACHINES = {"x86_64": "x64", "amd64": "x64", "aarch64": "arm64", "arm64": "arm64"}
ARCHIVE = f"pulumi-v{VERSION}-{sys.platform}-{MACHINES.get(platform.machine().lower())}.tar.gz"


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The folder of a web server, with a release and its checksums as Pulumi publishes them."""
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)
    folder = tmp_path / "site"
    (folder / f"v{VERSION}").mkdir(parents=True)
    with tarfile.open(folder / ARCHIVE, "w:gz") as archive:
        entry = tarfile.TarInfo("pulumi/pulumi")
        entry.mode = 0o755
        entry.size = 6
        archive.addfile(entry, io.BytesIO(b"genuin"))
    publish(folder, hashlib.sha256((folder / ARCHIVE).read_bytes()).hexdigest())
    handler = functools.partial(http.server.SimpleHTTPRequestHandler, directory=str(folder))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        monkeypatch.setenv("SITE", f"http://127.0.0.1:{server.server_port}")
        thread = threading.Thread(target=server.serve_forever, args=(0.05,))
        thread.start()
        yield folder
        server.shutdown()
        thread.join()


def publish(site: Path, digest: str, name: str = ARCHIVE) -> None:
    sums = site / f"v{VERSION}" / f"pulumi-{VERSION}-checksums.txt"
    sums.write_text(f"{'0' * 64}  pulumi-v{VERSION}-plan9-mips.tar.gz\n{digest}  {name}\n")


def from_the_site() -> tuple[str, ...]:
    python, script = official.INSTALLER
    return ("/bin/sh", "-c", f'exec {python} {script} "$0" "$1" "$SITE" "$SITE"')


def test_a_release_that_is_what_pulumi_published_is_unpacked(stage: Path, site: Path) -> None:
    official.install(stage, from_the_site())

    assert site.exists()
    assert (stage / "bin" / "pulumi").read_text() == "genuin"
    assert os.access(stage / "bin" / "pulumi", os.X_OK)
    assert [file.name for file in stage.iterdir()] == ["bin"]


def test_a_release_that_is_something_else_is_not_unpacked(stage: Path, site: Path) -> None:
    publish(site, "a" * 64)

    with pytest.raises(UnavailableError, match=f"and Pulumi published {'a' * 64}"):
        official.install(stage, from_the_site())

    assert not (stage / "bin").exists()


def test_a_release_without_a_checksum_is_not_even_downloaded(stage: Path, site: Path) -> None:
    publish(site, "a" * 64, "pulumi-v1.0.0-linux-x64.tar.gz")
    with pytest.raises(UnavailableError, match=f"no checksum of {ARCHIVE}"):
        official.install(stage, from_the_site())

    (site / f"v{VERSION}" / f"pulumi-{VERSION}-checksums.txt").unlink()
    shutil.rmtree(stage / "tmp")
    with pytest.raises(UnavailableError, match="404"):
        official.install(stage, from_the_site())
