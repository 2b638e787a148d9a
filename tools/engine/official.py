"""Downloads and verifies Pulumi's official release of the pinned version.

Pulumi's install script, which the Automation API runs as well, verifies nothing. Here the archive comes from Pulumi's
download site, and its SHA-256 from the release on GitHub, so neither site alone can replace the archive. An archive
that cannot be verified is not unpacked.
"""

from __future__ import annotations

import hashlib
import platform
import sys
import tarfile
from pathlib import Path

import requests

from tools import progress
from tools.engine import pins
from tools.errors import ToolError

ARCHIVES = "https://get.pulumi.com/releases/sdk"
CHECKSUMS = "https://github.com/pulumi/pulumi/releases/download"
# Seconds for the connection, and between two reads.
PATIENCE = (15.0, 60.0)
_MACHINES = {"x86_64": "x64", "amd64": "x64", "aarch64": "arm64", "arm64": "arm64"}


def install(stage: Path) -> None:
    """Puts the programs into `stage/bin`.

    Raises:
        ToolError: There is no release for this platform, the download failed, or the checksum differs.
    """
    machine = _MACHINES.get(platform.machine().lower(), platform.machine())
    name = f"pulumi-v{pins.VERSION}-{sys.platform}-{machine}.tar.gz"
    progress.say(f"Downloading Pulumi's official release {pins.VERSION}: minutes at most.")
    try:
        expected = _published(
            f"{CHECKSUMS}/v{pins.VERSION}/pulumi-{pins.VERSION}-checksums.txt", name
        )
        archive = stage / name
        found = _download(f"{ARCHIVES}/{name}", archive)
        if found != expected:
            raise ToolError(f"{name} has the SHA-256 {found}, but Pulumi published {expected}")
        with tarfile.open(archive) as packed:
            packed.extractall(stage, filter="data")
    except (OSError, tarfile.TarError) as error:
        raise ToolError(f"{type(error).__name__}: {error}") from error
    archive.unlink()
    # All programs are in one folder.
    (stage / "pulumi").rename(stage / "bin")


def _published(url: str, name: str) -> str:
    """Returns the SHA-256 that Pulumi has published for an archive, in lines of `<hash>  <name>`."""
    with requests.get(url, timeout=PATIENCE) as response:
        response.raise_for_status()
        lines = (line.split() for line in response.text.splitlines())
        found = next((line[0] for line in lines if len(line) == 2 and line[1] == name), None)  # noqa: PLR2004
    if found is None:
        raise ToolError(f"{url} has no checksum of {name}")
    return found.lower()


def _download(url: str, file: Path) -> str:
    """Downloads a file and returns its SHA-256."""
    digest = hashlib.sha256()
    with (
        requests.get(url, timeout=PATIENCE, stream=True) as response,
        file.open("wb") as out,
        progress.step("Downloading", "MB") as shown,
    ):
        response.raise_for_status()
        size = 0
        for chunk in response.iter_content(1 << 16):
            digest.update(chunk)
            out.write(chunk)
            size += len(chunk)
            shown.done = size // 1_000_000
    return digest.hexdigest()
