"""Finds or builds Pulumi's language host for Java, for the tests with Java programs.

It prints the folder to put on PATH. A JDK, 11 or newer, and Maven have to be on PATH already. The host is built from
its Go modules once per machine, which takes about 2 minutes.
"""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

from tools import compiling
from tools.engine import pins
from tools.errors import ToolError

if TYPE_CHECKING:
    from pathlib import Path

# The last version whose pinned modules can all be fetched and verified.
VERSION = "1.12.0"
HOST = pins.Binary("java_host", "github.com/pulumi/pulumi-java/pkg/cmd/pulumi-language-java")


def locate() -> Path:
    """Returns the folder of the language host.

    Raises:
        ToolError: Java or Maven is not on PATH, or the host could not be built.
    """
    missing = [name for name in ("java", "javac", "mvn") if shutil.which(name) is None]
    if missing:
        raise ToolError(
            f"There is no {' and no '.join(missing)} on PATH: install a JDK, 11 or newer, and Maven."
        )
    advice = "Make sure that Go reaches a module proxy (GOPROXY)"
    return compiling.single(HOST, VERSION, "language host for Java", advice).locate().parent
