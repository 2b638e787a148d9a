"""The Java that Keycloak runs on: the one that JAVA_HOME names, or the one on PATH."""

from __future__ import annotations

import os
import re
from pathlib import Path

from tools.engine.errors import UnavailableError
from tools.engine.process import answer

MINIMUM = 17


def require() -> None:
    """Holds when there is a Java that is new enough.

    Raises:
        UnavailableError: There is none; the message says what was found.
    """
    home = os.environ.get("JAVA_HOME")
    # As Keycloak's own script chooses.
    java = str(Path(home, "bin", "java")) if home else "java"
    said = answer([java, "--version"])
    version = re.match(r"\S+ (\d+)", said)
    if not version or int(version[1]) < MINIMUM:
        raise UnavailableError(f"`{java} --version` answers {said.partition(chr(10))[0]!r}")
