"""Prints the folder of the npm packages of the TypeScript tests; see `--help`."""

from __future__ import annotations

import sys
from functools import partial
from pathlib import Path

# Run as a folder, Python looks for modules in this folder, not in the repository.
sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from tools import command
from tools.engine import cache
from tools.typescript import TypeScriptNotFoundError, locate
from tools.typescript.node import MINIMUM, PACKAGE

DESCRIPTION = f"""\
Prints the folder `node_modules` with TypeScript and Pulumi's SDK for Node.js, for the tests of what
is generated for TypeScript. The first of these that works:

  1. what an earlier run has put into the cache
  2. `npm ci` of tests/typescript/package-lock.json (needs an npm registry). Its Node.js is `node`
     on PATH, from version {MINIMUM} on, else that of PyPI's {PACKAGE}

Only the folder is printed on standard output, everything else on standard error.
"""
EPILOG = f"""\
environment:
  {cache.OVERRIDE}  the folder of the cache, now {cache.root()}.
                        It can be deleted at any time.

exit status: 0 the folder was printed, 1 nothing could be installed, 130 interrupted
"""

main = partial(
    command.run,
    locate=locate,
    not_found=TypeScriptNotFoundError,
    prog="python tools/typescript",
    description=DESCRIPTION,
    epilog=EPILOG,
)

if __name__ == "__main__":
    sys.exit(main(None))
