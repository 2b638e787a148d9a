"""Prints the folder of a Keycloak that is ready to start; see `--help`."""

from __future__ import annotations

import sys
from functools import partial
from pathlib import Path

# Run as a folder, Python looks for modules in this folder, not in the repository.
sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from tools import command
from tools.engine import cache
from tools.keycloak import VERSION, KeycloakNotFoundError, locate
from tools.keycloak.java import MINIMUM

DESCRIPTION = f"""\
Prints the folder of a genuine Keycloak {VERSION} that is ready to start, for the tests that compare
the simulator with it. It runs on Java, from version {MINIMUM} on. The first of these that works:

  1. what an earlier run has put into the cache
  2. Maven's org.keycloak:keycloak-quarkus-dist (needs `mvn`, whose settings name a mirror if there is one)

Only the folder is printed on standard output, everything else on standard error.
"""
EPILOG = f"""\
environment:
  {cache.OVERRIDE}  the folder of the cache, now {cache.root()}.
                        It can be deleted at any time.
  JAVA_HOME             the Java to use; without it, `java` on PATH

exit status: 0 the folder was printed, 1 no Keycloak could be had, 130 interrupted
"""

main = partial(
    command.run,
    locate=locate,
    not_found=KeycloakNotFoundError,
    prog="python tools/keycloak",
    description=DESCRIPTION,
    epilog=EPILOG,
)

if __name__ == "__main__":
    sys.exit(main(None))
