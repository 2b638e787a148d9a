"""Prints the folder of a PostgreSQL that works; see `--help`."""

from __future__ import annotations

import sys
from functools import partial
from pathlib import Path

# Run as a folder, Python looks for modules in this folder, not in the repository.
sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from tools import command
from tools.postgres import PostgresNotFoundError, locate
from tools.postgres.installed import MINIMUM, OVERRIDE, PACKAGES

DESCRIPTION = f"""\
Prints the folder with the programs of a genuine PostgreSQL, from version {MINIMUM} on, for the tests that
need a database. The first of these that works:

  1. the folder that {OVERRIDE} names
  2. `postgres` on PATH, then the newest in {PACKAGES}
  3. Debian's package postgresql, which is installed where you are root and have apt-get

Only the folder is printed on standard output, everything else on standard error.
"""
EPILOG = "exit status: 0 the folder was printed, 1 no PostgreSQL could be had, 130 interrupted"

main = partial(
    command.run,
    locate=locate,
    not_found=PostgresNotFoundError,
    prog="python tools/postgres",
    description=DESCRIPTION,
    epilog=EPILOG,
)

if __name__ == "__main__":
    sys.exit(main(None))
