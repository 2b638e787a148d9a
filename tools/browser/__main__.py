"""Prints the path of a Chromium that works; see `--help`."""

from __future__ import annotations

import argparse
import signal
import sys
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

# Run as a folder, Python looks for modules in this folder, not in the repository.
sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from tools.browser import BrowserNotFoundError, locate
from tools.browser.installed import NAMES, OVERRIDE
from tools.engine.progress import say

if TYPE_CHECKING:
    from collections.abc import Sequence
    from types import FrameType

DESCRIPTION = f"""\
Prints the path of a genuine Chromium, for the tests that need a browser. The first of these that
works:

  1. the one that {OVERRIDE} names
  2. {", ".join(NAMES)} on PATH
  3. what playwright has downloaded before
  4. Debian's package chromium, which is installed where you are root and have apt-get
  5. what `playwright install chromium` downloads

Only the path is printed on standard output, everything else on standard error.
"""
EPILOG = "exit status: 0 the path was printed, 1 no browser could be had, 130 interrupted"


def main(argv: Sequence[str] | None = None) -> int:
    """Runs the command line and answers with the exit status."""
    argparse.ArgumentParser(
        prog="python tools/browser",
        description=DESCRIPTION,
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    ).parse_args(argv)
    # As an exception, so that an installation is ended on the way out.
    signal.signal(signal.SIGTERM, _leave)
    try:
        print(locate())
    except KeyboardInterrupt:
        say("Interrupted.")
        return 130
    except BrowserNotFoundError as error:
        say(f"error: {error}")
        return 1
    return 0


def _leave(number: int, _: FrameType | None) -> NoReturn:
    raise SystemExit(128 + number)


if __name__ == "__main__":
    sys.exit(main())
