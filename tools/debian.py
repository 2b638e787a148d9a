"""Debian's packages, for tools that need a program which comes as one."""

from __future__ import annotations

import os
import shutil

from tools import progress
from tools.errors import ToolError
from tools.process import follow


def install(package: str, size: str) -> None:
    """The package is installed, in the version that Debian has now.

    Args:
        package: Its name.
        size: About how much of it there is, in words, for the person who waits.

    Raises:
        ToolError: This is no machine for it, or the package cannot be had.
    """
    if shutil.which("apt-get") is None:
        raise ToolError("there is no apt-get")
    if os.geteuid() != 0:
        raise ToolError(f"only root may do so; run `sudo apt-get install {package}`")
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    # Another apt-get may be under way; by default this one would give up at once.
    apt = ["apt-get", "--quiet", "--yes", "-o", "DPkg::Lock::Timeout=300"]
    with progress.step("Asking Debian for its list of packages"):
        follow([*apt, "update"], env=environment)
    with progress.step(f"Installing Debian's package {package}, {size}"):
        follow([*apt, "install", "--no-install-recommends", package], env=environment)
