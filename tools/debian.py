"""Installs Debian's packages."""

from __future__ import annotations

import os
import shutil

from tools import progress
from tools.errors import ToolError
from tools.process import follow


def install(package: str, size: str) -> None:
    """Installs a package in Debian's current version.

    Args:
        package: Its name.
        size: Its approximate size, in words, for the progress display.

    Raises:
        ToolError: There is no apt-get, the user is not root, or the installation failed.
    """
    if shutil.which("apt-get") is None:
        raise ToolError("there is no apt-get")
    if os.geteuid() != 0:
        raise ToolError(f"only root can install it; run `sudo apt-get install {package}`")
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    # By default apt-get fails at once if another one is running.
    apt = ["apt-get", "--quiet", "--yes", "-o", "DPkg::Lock::Timeout=300"]
    with progress.step("Updating Debian's list of packages"):
        follow([*apt, "update"], env=environment)
    with progress.step(f"Installing Debian's package {package}, {size}"):
        follow([*apt, "install", "--no-install-recommends", package], env=environment)
