"""The order of the ways to PostgreSQL, and what is said when none leads there.

1. The folder named in SIPGATE_TEST_POSTGRES: if it does not work, no other is taken for it.
2. `postgres` on PATH, then what Debian's packages have put into /usr/lib/postgresql.
3. Debian's package, where one may install it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import platformdirs

from tools import debian
from tools.engine import progress
from tools.engine.errors import UnavailableError
from tools.postgres import installed
from tools.postgres.errors import PostgresNotFoundError

if TYPE_CHECKING:
    from pathlib import Path


def locate() -> Path:
    """The folder of a PostgreSQL that works.

    Progress and explanations go to stderr. The first call on a machine can take a minute.

    Raises:
        PostgresNotFoundError: No way led to one.
    """
    try:
        named = installed.named()
    except UnavailableError as reason:
        raise PostgresNotFoundError(
            f"{installed.OVERRIDE} names no PostgreSQL: {reason}."
        ) from reason
    return named or _found() or _installed()


def _found() -> Path | None:
    try:
        return installed.found()
    except UnavailableError:
        return None


def _installed() -> Path:
    folder = platformdirs.user_cache_path("sipgate-provider", ensure_exists=True)
    waiting = "Another process is installing PostgreSQL. Waiting for it to finish."
    with progress.alone(folder / "postgres.lock", waiting):
        try:
            # Another process may have installed one meanwhile.
            return installed.found()
        except UnavailableError as reason:
            missing = reason
        progress.say(f"No PostgreSQL is installed: {missing}.")
        try:
            debian.install("postgresql", "about 60 MB")
            found = installed.found()
        except UnavailableError as reason:
            raise PostgresNotFoundError(
                "No PostgreSQL could be found or installed. Install one and put it on PATH, or name the folder of its"
                f" programs in {installed.OVERRIDE}, or remove one of these obstacles:\n"
                f"  - installed already: {missing}\n  - Debian's package: {reason}"
            ) from reason
    progress.say(f"PostgreSQL is in {found}.")
    return found
