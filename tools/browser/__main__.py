"""Prints the path of a Chromium that works; see `--help`."""

from __future__ import annotations

import sys
from functools import partial
from pathlib import Path

# Run as a folder, Python looks for modules in this folder, not in the repository.
sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from tools import command
from tools.browser import BrowserNotFoundError, locate
from tools.browser.installed import NAMES, OVERRIDE

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

main = partial(
    command.run,
    locate=locate,
    not_found=BrowserNotFoundError,
    prog="python tools/browser",
    description=DESCRIPTION,
    epilog=EPILOG,
)

if __name__ == "__main__":
    sys.exit(main(None))
