"""A PostgreSQL that is there: the one that is named, one on PATH, or one of Debian's packages."""

from __future__ import annotations

import os
import re
import shutil
from pathlib import Path

from tools.engine.errors import UnavailableError
from tools.engine.process import answer

OVERRIDE = "SIPGATE_TEST_POSTGRES"
# Debian puts only the clients on PATH, and each version's programs here.
PACKAGES = Path("/usr/lib/postgresql")
PROGRAMS = ("initdb", "postgres", "psql")
# Older ones have been out of support since 2025.
MINIMUM = 14


def named() -> Path | None:
    """The folder that the environment names; None if it names none.

    Raises:
        UnavailableError: There is no PostgreSQL that works.
    """
    name = os.environ.get(OVERRIDE)
    if not name:
        return None
    folder = Path(name).absolute()
    if reason := _fault(folder):
        raise UnavailableError(reason)
    return folder


def found() -> Path:
    """The folder of the first PostgreSQL that works: PATH comes first, then the newest package.

    Raises:
        UnavailableError: There is none; the message says why.
    """
    on_path = shutil.which("postgres")
    # What PATH leads to may be a link to one program out of a folder that has them all.
    folders = [Path(on_path).resolve().parent] if on_path else []
    folders += sorted(PACKAGES.glob("*/bin"), key=_version_of_the_package, reverse=True)
    reasons = []
    for folder in folders:
        reason = _fault(folder)
        if reason is None:
            return folder
        reasons.append(reason)
    raise UnavailableError(
        "; ".join(reasons) or f"there is no `postgres` on PATH, and nothing in {PACKAGES}"
    )


def _fault(folder: Path) -> str | None:
    """Why a folder is no PostgreSQL that is complete and new enough; None if it is one."""
    lacking = [program for program in PROGRAMS if not shutil.which(folder / program)]
    if lacking:
        return f"{folder} has no {' and no '.join(lacking)} that can be run"
    command = [str(folder / "postgres"), "--version"]
    try:
        said = answer(command)
    except UnavailableError as reason:
        return str(reason)
    version = re.search(r"\(PostgreSQL\) (\d+)", said)
    if not version or int(version[1]) < MINIMUM:
        return f"`{' '.join(command)}` answers {said.strip()!r}; {MINIMUM} or newer is needed"
    return None


def _version_of_the_package(folder: Path) -> tuple[int, ...]:
    return tuple(int(part) for part in re.findall(r"\d+", folder.parent.name))
