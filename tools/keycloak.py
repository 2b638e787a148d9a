"""Finds or installs Keycloak, the server behind sipgate's log-in, for the tests that compare with it.

It prints the folder of a Keycloak that is ready for `bin/kc.sh start --optimized`, and needs the Java that JAVA_HOME
names, or that is on PATH. The first of these that works is used:

  1. the Keycloak of an earlier run, in the cache
  2. org.keycloak:keycloak-quarkus-dist from Maven, verified by its checksum, and built. This needs `mvn`; its
     settings can name a mirror

To change the version, change it and the checksum here, run `python -m tests.verdicts`, and review the differences.
"""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import zipfile
from pathlib import Path

from tools import cache, progress, requirement
from tools.errors import CommandFailedError, ToolError
from tools.process import answer, follow

VERSION = "26.7.3"
ARTIFACT = f"org.keycloak:keycloak-quarkus-dist:{VERSION}:zip"
SHA256 = "27a6535553c3cdcd083872ba40629efafb3475e3b758e0c6f691395561dd0f1f"
# Build options: data in memory, and no cluster.
OPTIONS = ("--db=dev-mem", "--cache=local")
_FOLDER = f"keycloak-{VERSION}"
_JAVA_MINIMUM = 17


def locate() -> Path:
    """Returns the folder of a Keycloak that is ready to start.

    Raises:
        ToolError: There is no Java, or Keycloak could not be installed.
    """
    try:
        _require_java()
    except ToolError as reason:
        raise ToolError(
            f"Keycloak needs Java {_JAVA_MINIMUM} or newer; install it and put it on PATH, or set JAVA_HOME to its"
            f" folder: {reason}."
        ) from reason
    advice = "Make sure that Maven reaches its repository, or the mirror in its settings.xml"
    entry = cache.Entry(_FOLDER, _require, _FOLDER)
    return requirement.cached(entry, "Keycloak server", advice, {"Maven": _install}).locate()


def _require_java() -> None:
    home = os.environ.get("JAVA_HOME")
    # As in Keycloak's own script.
    java = str(Path(home, "bin", "java")) if home else "java"
    said = answer([java, "--version"])
    version = re.match(r"\S+ (\d+)", said)
    if not version or int(version[1]) < _JAVA_MINIMUM:
        raise ToolError(f"`{java} --version` prints {said.partition(chr(10))[0]!r}")


def _require(folder: Path) -> None:
    # Its build writes the second file.
    for needed in ("bin/kc.sh", "lib/quarkus/quarkus-application.dat"):
        if not (folder / needed).exists():
            raise ToolError(f"{needed} is missing in {folder}")


def _install(stage: Path) -> None:
    if shutil.which("mvn") is None:
        raise ToolError("there is no `mvn` on PATH")
    with progress.step(f"Downloading Keycloak {VERSION} from Maven, 177 MB"):
        _copy(stage)
    (archive,) = stage.glob("*.zip")
    if hashlib.sha256(archive.read_bytes()).hexdigest() != SHA256:
        raise ToolError(f"{archive.name} has an unexpected checksum")
    with zipfile.ZipFile(archive) as content:
        content.extractall(stage)
    archive.unlink()
    script = stage / _FOLDER / "bin" / "kc.sh"
    script.chmod(0o755)
    with progress.step("Building Keycloak"):
        follow([str(script), "build", *OPTIONS])


def _copy(stage: Path) -> None:
    log = stage / "maven.log"
    quiet = ("--batch-mode", "--no-transfer-progress", "--log-file", str(log))
    what = (f"-Dartifact={ARTIFACT}", f"-DoutputDirectory={stage}")
    try:
        follow(["mvn", *quiet, "dependency:copy", *what], cwd=stage)
    except CommandFailedError as failure:
        said = log.read_text(errors="replace") if log.exists() else ""
        cause = re.search(r"^\[ERROR\] (.*)$", said, re.MULTILINE)
        raise ToolError(cause[1] if cause else str(failure)) from failure
    log.unlink(missing_ok=True)
