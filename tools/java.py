"""Gets Pulumi's language host for Java onto this machine, for the tests with Java programs.

A JDK, 11 or newer, and Maven have to be on PATH. The host is in the cache, or it is built from its
Go modules, which takes about 2 minutes, once per machine. It prints the folder to put on PATH.
"""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

from tools import compiling
from tools.engine import pins
from tools.errors import ToolError

if TYPE_CHECKING:
    from pathlib import Path

# Not the engine's: the last version of which the pinned modules can all be fetched and verified.
VERSION = "1.12.0"
HOST = pins.Binary("java_host", "github.com/pulumi/pulumi-java/pkg/cmd/pulumi-language-java")


def locate() -> Path:
    """The folder with the language host; Java and Maven are on PATH.

    Raises:
        ToolError: One of the three is missing.
    """
    missing = [name for name in ("java", "javac", "mvn") if shutil.which(name) is None]
    if missing:
        raise ToolError(
            f"There is no {' and no '.join(missing)} on PATH: install a JDK, 11 or newer, and Maven."
        )
    advice = "See that Go reaches a module proxy, which GOPROXY names"
    return compiling.single(HOST, VERSION, "language host for Java", advice).locate().parent
