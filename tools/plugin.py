"""Packs the native plugin for this platform into an archive that needs no Python.

  $ python tools plugin
  dist/pulumi-resource-sipgate-v0.1.0-linux-amd64.tar.gz

`pulumi plugin install resource sipgate 0.1.0 --file ARCHIVE` installs it. The archive contains Python, the package and
its dependencies. PyInstaller packs whatever the environment contains, so it runs in a new one without the development
tools, which is installed from the package index. This takes about a minute.
"""

from __future__ import annotations

import platform
import sys
import tarfile
import tempfile
from pathlib import Path
from typing import Any

from tools import progress
from tools.errors import CommandFailedError, ToolError
from tools.process import follow

ARGUMENTS: dict[str, dict[str, Any]] = {
    "folder": {
        "type": Path,
        "nargs": "?",
        "default": Path("dist"),
        "help": "the folder for the archive, by default dist",
    }
}
_ROOT = Path(__file__).resolve().parents[1]
_PROGRAM = "pulumi-resource-sipgate"
# Pulumi's names of architectures by Python's.
_ARCHITECTURES = {"x86_64": "amd64", "aarch64": "arm64", "arm64": "arm64"}


def build(folder: Path) -> Path:
    """Builds the archive for this platform and returns its path.

    Args:
        folder: The folder for the archive; created if it does not exist.

    Raises:
        ToolError: A step of the build failed.
    """
    with tempfile.TemporaryDirectory() as made:
        try:
            packed = _pack(Path(made))
        except CommandFailedError as reason:
            raise ToolError(f"The plugin could not be packed: {reason}") from reason
        folder.mkdir(parents=True, exist_ok=True)
        archive = folder / f"{_PROGRAM}-v{_version(packed)}-{_platform()}.tar.gz"
        with progress.step("Writing the archive"), tarfile.open(archive, "w:gz") as tar:
            for file in sorted(packed.iterdir()):
                tar.add(file, file.name)
    return archive


def _pack(work: Path) -> Path:
    """Returns the folder with the executable and its dependencies."""
    environment = work / "venv"
    python = str(environment / "bin" / "python")
    uv = [sys.executable, "-m", "uv", "--quiet", "--system-certs"]
    pinned = ["--constraints", str(_ROOT / "tools" / "requirements.txt")]
    with progress.step("Installing the package into an environment of its own"):
        follow([*uv, "venv", "--python", sys.executable, str(environment)])
        follow([*uv, "pip", "install", "--python", python, *pinned, str(_ROOT), "pyinstaller"])
    with progress.step("Packing the plugin"):
        follow(
            [
                *(python, "-m", "PyInstaller", "--log-level", "ERROR", "--name", _PROGRAM),
                *("--distpath", "dist", str(_ROOT / "plugin" / "__main__.py")),
            ],
            cwd=work,
        )
    return work / "dist" / _PROGRAM


def _version(packed: Path) -> str:
    return follow([str(packed / _PROGRAM), "--version"]).strip()


def _platform() -> str:
    machine = platform.machine()
    return f"{sys.platform}-{_ARCHITECTURES.get(machine, machine)}"
