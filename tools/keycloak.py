"""Gets a Keycloak onto this machine: what sipgate's log-in runs on, for the tests beside it.

It runs on Java, the one that JAVA_HOME names or the one on PATH. The first of these that works:

  1. what an earlier run has put into the cache
  2. Maven's org.keycloak:keycloak-quarkus-dist (needs `mvn`, whose settings name a mirror if there
     is one), against its checksum, and built

It prints the folder of a Keycloak that is ready for `bin/kc.sh start --optimized`.

To raise the version: change it and the checksum here, run `python -m tests.verdicts`, and look at
what changed.
"""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import zipfile
from pathlib import Path

from tools import cache, progress, ways
from tools.errors import CommandFailedError, ToolError
from tools.process import answer, follow

VERSION = "26.7.3"
ARTIFACT = f"org.keycloak:keycloak-quarkus-dist:{VERSION}:zip"
SHA256 = "27a6535553c3cdcd083872ba40629efafb3475e3b758e0c6f691395561dd0f1f"
# What is decided when it is built: its data stays in memory, and it looks for no other node.
OPTIONS = ("--db=dev-mem", "--cache=local")
_FOLDER = f"keycloak-{VERSION}"
_JAVA_MINIMUM = 17


def locate() -> Path:
    """The folder of a Keycloak that is ready to start.

    Raises:
        ToolError: There is no Java, or no way led to a Keycloak.
    """
    try:
        _require_java()
    except ToolError as reason:
        raise ToolError(
            f"Keycloak needs Java {_JAVA_MINIMUM} or newer; install it and put it on PATH or name its folder in"
            f" JAVA_HOME: {reason}."
        ) from reason
    advice = "See that Maven reaches its repository or a mirror, which its settings.xml names"
    entry = cache.Entry(_FOLDER, _require, _FOLDER)
    return ways.cached(entry, "Keycloak server", advice, {"Maven": _install}).locate()


def _require_java() -> None:
    home = os.environ.get("JAVA_HOME")
    # As Keycloak's own script chooses.
    java = str(Path(home, "bin", "java")) if home else "java"
    said = answer([java, "--version"])
    version = re.match(r"\S+ (\d+)", said)
    if not version or int(version[1]) < _JAVA_MINIMUM:
        raise ToolError(f"`{java} --version` answers {said.partition(chr(10))[0]!r}")


def _require(folder: Path) -> None:
    # The second is what its build leaves.
    for needed in ("bin/kc.sh", "lib/quarkus/quarkus-application.dat"):
        if not (folder / needed).exists():
            raise ToolError(f"{needed} is missing in {folder}")


def _install(stage: Path) -> None:
    if shutil.which("mvn") is None:
        raise ToolError("there is no `mvn` on PATH")
    with progress.step(f"Getting Keycloak {VERSION} from Maven, 177 MB"):
        _copy(stage)
    (archive,) = stage.glob("*.zip")
    if hashlib.sha256(archive.read_bytes()).hexdigest() != SHA256:
        raise ToolError(f"the checksum of {archive.name} is not the one expected")
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
