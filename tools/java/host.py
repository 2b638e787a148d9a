"""Pulumi's language host for Java, compiled from its Go modules. Its version is not the engine's."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

from tools.engine import pins, single
from tools.engine.errors import UnavailableError
from tools.java.errors import JavaNotFoundError

if TYPE_CHECKING:
    from pathlib import Path

# The last version of which the pinned modules can all be fetched and verified.
VERSION = "1.12.0"
HOST = pins.Binary("java_host", "github.com/pulumi/pulumi-java/pkg/cmd/pulumi-language-java")
_SPACE = 2_500_000_000


def locate() -> Path:
    """The folder with the language host; Java and Maven are on PATH.

    Raises:
        JavaNotFoundError: One of the three is missing.
    """
    missing = [name for name in ("java", "javac", "mvn") if shutil.which(name) is None]
    if missing:
        raise JavaNotFoundError(
            f"There is no {' and no '.join(missing)} on PATH: install a JDK, 11 or newer, and Maven"
        )
    try:
        return single.locate(
            HOST, version=VERSION, what="language host for Java", takes="2 minutes", space=_SPACE
        ).parent
    except UnavailableError as obstacles:
        raise JavaNotFoundError(
            f"The language host for Java could not be built. Remove one of these obstacles:\n{obstacles}"
        ) from obstacles
