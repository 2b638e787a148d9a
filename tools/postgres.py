"""Gets a PostgreSQL onto this machine, for the tests that need a database.

It is the first of these that works:

  1. the folder that SIPGATE_TEST_POSTGRES names; if it does not work, no other is taken for it
  2. `postgres` on PATH, then the newest of Debian's packages
  3. Debian's package postgresql, which is installed where you are root and have apt-get

It prints the folder with its programs. No server is started: whoever needs one starts it from there.
"""

from __future__ import annotations

import re
import shutil
from pathlib import Path

from tools import debian, ways
from tools.errors import ToolError
from tools.process import answer

_OVERRIDE = "SIPGATE_TEST_POSTGRES"
# Debian puts only the clients on PATH, and each version's programs here.
_PACKAGES = Path("/usr/lib/postgresql")
_PROGRAMS = ("initdb", "postgres", "psql")
# Older ones have been out of support since 2025.
_MINIMUM = 14


def locate() -> Path:
    """The folder of a PostgreSQL that works.

    Raises:
        ToolError: No way led to one.
    """
    return ways.named(_OVERRIDE, "PostgreSQL server", _checked) or _POSTGRES.locate()


def _found() -> Path:
    on_path = shutil.which("postgres")
    # What PATH leads to may be a link to one program out of a folder that has them all.
    folders = [Path(on_path).resolve().parent] if on_path else []
    folders += sorted(_PACKAGES.glob("*/bin"), key=_version_of_the_package, reverse=True)
    return ways.first_of(
        folders, _checked, f"there is no `postgres` on PATH, and nothing in {_PACKAGES}"
    )


def _from_debian() -> Path:
    debian.install("postgresql", "about 60 MB")
    return _found()


def _checked(name: str | Path) -> Path:
    """A folder with a PostgreSQL that is complete and new enough."""
    folder = Path(name).absolute()
    lacking = [program for program in _PROGRAMS if not shutil.which(folder / program)]
    if lacking:
        raise ToolError(f"{folder} has no {' and no '.join(lacking)} that can be run")
    command = [str(folder / "postgres"), "--version"]
    said = answer(command)
    version = re.search(r"\(PostgreSQL\) (\d+)", said)
    if not version or int(version[1]) < _MINIMUM:
        raise ToolError(
            f"`{' '.join(command)}` answers {said.strip()!r}; {_MINIMUM} or newer is needed"
        )
    return folder


def _version_of_the_package(folder: Path) -> tuple[int, ...]:
    return tuple(int(part) for part in re.findall(r"\d+", folder.parent.name))


_POSTGRES = ways.Thing(
    "postgres",
    "PostgreSQL server",
    f"Install one and put it on PATH, or name the folder of its programs in {_OVERRIDE}",
    {"installed already": _found},
    {"Debian's package": _from_debian},
)
