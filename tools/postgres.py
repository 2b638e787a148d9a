"""Finds or installs PostgreSQL, for the tests that need a database, and prints the folder of its programs.

It starts no server. The first of these that works is used:

  1. the folder that SIPGATE_TEST_POSTGRES names; if it does not work, this is an error
  2. `postgres` on PATH, then the newest of Debian's packages
  3. Debian's package postgresql, installed with apt-get if you are root
"""

from __future__ import annotations

import re
import shutil
from pathlib import Path

from tools import debian, requirement
from tools.errors import ToolError
from tools.process import answer

_OVERRIDE = "SIPGATE_TEST_POSTGRES"
# Debian has only the clients on PATH. Each version's programs are here.
_PACKAGES = Path("/usr/lib/postgresql")
_PROGRAMS = ("initdb", "postgres", "psql")
# Older versions have been unsupported since 2025.
_MINIMUM = 14


def locate() -> Path:
    """Returns the folder of PostgreSQL's programs.

    Raises:
        ToolError: None was found and none could be installed.
    """
    return (
        requirement.from_environment(_OVERRIDE, "PostgreSQL server", _checked) or _POSTGRES.locate()
    )


def _found() -> Path:
    on_path = shutil.which("postgres")
    # The program on PATH may be a link into the folder that has them all.
    folders = [Path(on_path).resolve().parent] if on_path else []
    folders += sorted(_PACKAGES.glob("*/bin"), key=_version_of_the_package, reverse=True)
    return requirement.first_suitable(
        folders, _checked, f"there is no `postgres` on PATH, and nothing in {_PACKAGES}"
    )


def _from_debian() -> Path:
    debian.install("postgresql", "about 60 MB")
    return _found()


def _checked(name: str | Path) -> Path:
    """Returns the folder if it has a PostgreSQL that is complete and new enough."""
    folder = Path(name).absolute()
    lacking = [program for program in _PROGRAMS if not shutil.which(folder / program)]
    if lacking:
        raise ToolError(f"{folder} has no executable {' and no executable '.join(lacking)}")
    command = [str(folder / "postgres"), "--version"]
    said = answer(command)
    version = re.search(r"\(PostgreSQL\) (\d+)", said)
    if not version or int(version[1]) < _MINIMUM:
        raise ToolError(
            f"`{' '.join(command)}` prints {said.strip()!r}; {_MINIMUM} or newer is needed"
        )
    return folder


def _version_of_the_package(folder: Path) -> tuple[int, ...]:
    return tuple(int(part) for part in re.findall(r"\d+", folder.parent.name))


_POSTGRES = requirement.Requirement(
    "postgres",
    "PostgreSQL server",
    f"Install one and put it on PATH, or set {_OVERRIDE} to the folder of its programs",
    {"installed already": _found},
    {"Debian's package": _from_debian},
)
