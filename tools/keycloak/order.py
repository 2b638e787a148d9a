"""Keycloak, once per machine: it is in the cache, or Maven gets it and it is built there.

To raise the version: change it and the checksum here, run `python -m tests.verdicts`, and look at what changed.
"""

from __future__ import annotations

import hashlib
import re
import shutil
import zipfile
from typing import TYPE_CHECKING

from tools.engine import cache, progress, ways
from tools.engine.errors import CommandFailedError, UnavailableError
from tools.engine.process import follow
from tools.keycloak import java
from tools.keycloak.errors import KeycloakNotFoundError

if TYPE_CHECKING:
    from pathlib import Path

VERSION = "26.7.3"
ARTIFACT = f"org.keycloak:keycloak-quarkus-dist:{VERSION}:zip"
SHA256 = "27a6535553c3cdcd083872ba40629efafb3475e3b758e0c6f691395561dd0f1f"
# What is decided when it is built: its data stays in memory, and it looks for no other node.
OPTIONS = ("--db=dev-mem", "--cache=local")
_FOLDER = f"keycloak-{VERSION}"


def locate() -> Path:
    """The folder of a Keycloak that is ready for `bin/kc.sh start --optimized`.

    Progress and explanations go to stderr. The first call on a machine can take a minute.

    Raises:
        KeycloakNotFoundError: There is no Java, or no way led to a Keycloak.
    """
    try:
        java.require()
    except UnavailableError as reason:
        raise KeycloakNotFoundError(
            f"Keycloak needs Java {java.MINIMUM} or newer; install it and put it on PATH or name its folder in"
            f" JAVA_HOME: {reason}."
        ) from reason
    tried: dict[str, str] = {}
    entry = cache.Entry(cache.root() / _FOLDER, "Keycloak server", _require, _FOLDER)
    found = ways.first(entry, {"Maven": _install}, tried)
    if found is None:
        obstacles = "\n".join(f"  - {name}: {reason}" for name, reason in tried.items())
        raise KeycloakNotFoundError(
            f"Keycloak {VERSION} could not be installed. Install Maven, and see that it reaches its repository or a"
            f" mirror, which its settings.xml names:\n{obstacles}"
        )
    return found


def _require(folder: Path) -> None:
    # The second is what its build leaves.
    for needed in ("bin/kc.sh", "lib/quarkus/quarkus-application.dat"):
        if not (folder / needed).exists():
            raise UnavailableError(f"{needed} is missing in {folder}")


def _install(stage: Path) -> None:
    if shutil.which("mvn") is None:
        raise UnavailableError("there is no `mvn` on PATH")
    with progress.step(f"Getting Keycloak {VERSION} from Maven, 177 MB"):
        _copy(stage)
    (archive,) = stage.glob("*.zip")
    if hashlib.sha256(archive.read_bytes()).hexdigest() != SHA256:
        raise UnavailableError(f"the checksum of {archive.name} is not the one expected")
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
        raise UnavailableError(cause[1] if cause else str(failure)) from failure
    log.unlink(missing_ok=True)
