"""Prints the folder of Pulumi's language host for Java; see `--help`."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

# Run as a folder, Python looks for modules in this folder, not in the repository.
sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from tools import command
from tools.engine import cache
from tools.java import JavaNotFoundError, locate
from tools.java.host import VERSION

if TYPE_CHECKING:
    from collections.abc import Sequence

DESCRIPTION = f"""\
Prints the folder of Pulumi's language host for Java, version {VERSION}, which is kept in the cache. If
there is none yet, it is built from its Go modules, which takes about 2 minutes, once per machine. A
JDK and Maven have to be on PATH.

Only the folder is printed on standard output, everything else on standard error.
"""
EPILOG = f"""\
environment:
  {cache.OVERRIDE}  the folder of the cache, now {cache.root()}.
                        It can be deleted at any time.

exit status: 0 the folder was printed, 1 something is missing, 130 interrupted
"""


def main(argv: Sequence[str] | None = None) -> int:
    """Runs the command line and answers with the exit status."""
    return command.run(
        argv,
        locate,
        JavaNotFoundError,
        prog="python tools/java",
        description=DESCRIPTION,
        epilog=EPILOG,
        interrupted="Interrupted. What was fetched and compiled is kept: run it again to go on from there.",
    )


if __name__ == "__main__":
    sys.exit(main())
