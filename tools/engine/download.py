"""Run as a script: the official distribution of a version is unpacked, if it is what Pulumi published.

Pulumi's own install script, which the Automation API runs too, verifies nothing. Here the archive comes from Pulumi's
download site and its SHA-256 from the release on GitHub, so that neither alone can put anything else in its place.
What cannot be verified is not unpacked.
"""

from __future__ import annotations

import hashlib
import platform
import sys
import tarfile
import tempfile
from pathlib import Path

import requests

ARCHIVES = "https://get.pulumi.com/releases/sdk"
CHECKSUMS = "https://github.com/pulumi/pulumi/releases/download"
_MACHINES = {"x86_64": "x64", "amd64": "x64", "aarch64": "arm64", "arm64": "arm64"}
_TIMEOUT = (10, 60)


def install(
    folder: Path, version: str, archives: str = ARCHIVES, checksums: str = CHECKSUMS
) -> None:
    """The programs are in `folder/bin`.

    Raises:
        SystemExit: There is no such release for this machine, or it is not what Pulumi published.
        OSError: It cannot be downloaded or unpacked.
    """
    machine = _MACHINES.get(platform.machine().lower(), platform.machine())
    name = f"pulumi-v{version}-{sys.platform}-{machine}.tar.gz"
    expected = _published(f"{checksums}/v{version}/pulumi-{version}-checksums.txt", name)
    with tempfile.TemporaryDirectory() as temporary:
        archive = Path(temporary, name)
        found = _download(f"{archives}/{name}", archive)
        if found != expected:
            sys.exit(f"{name} has the SHA-256 {found}, and Pulumi published {expected}")
        with tarfile.open(archive) as packed:
            packed.extractall(temporary, filter="data")
        # All programs are in one folder.
        Path(temporary, "pulumi").rename(folder / "bin")


def _published(url: str, name: str) -> str:
    """The SHA-256 that Pulumi published for an archive: `<hash>  <name>` is a line."""
    with requests.get(url, timeout=_TIMEOUT) as response:
        response.raise_for_status()
        lines = (line.split() for line in response.text.splitlines())
        found = next((line[0] for line in lines if len(line) == 2 and line[1] == name), None)  # noqa: PLR2004
    if found is None:
        sys.exit(f"{url} has no checksum of {name}")
    return found.lower()


def _download(url: str, file: Path) -> str:
    """The file is what the address answers; returns its SHA-256."""
    digest = hashlib.sha256()
    with requests.get(url, timeout=_TIMEOUT, stream=True) as response, file.open("wb") as out:
        response.raise_for_status()
        for chunk in response.iter_content(1 << 16):
            digest.update(chunk)
            out.write(chunk)
    return digest.hexdigest()


if __name__ == "__main__":
    try:
        install(Path(sys.argv[1]), *sys.argv[2:])
    except (OSError, tarfile.TarError) as error:
        sys.exit(f"{type(error).__name__}: {error}")
