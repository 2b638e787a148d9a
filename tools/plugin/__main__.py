"""Prints the plugin's archive; see `--help`."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

# Run as a folder, Python looks for modules in this folder, not in the repository.
sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from tools import command
from tools.plugin import PluginError, build

if TYPE_CHECKING:
    from collections.abc import Sequence

DESCRIPTION = """\
Packs the native plugin for this platform, with its own Python, into

  FOLDER/pulumi-resource-sipgate-v<version>-<os>-<arch>.tar.gz

  pulumi plugin install resource sipgate <version> --file <archive>

installs it. Python packages come from the package index; it takes about a minute.

Only the archive's path is printed on standard output, everything else on standard error.
"""
EPILOG = "exit status: 0 the archive is there, 1 it could not be built, 2 misuse, 130 interrupted\n"


def main(argv: Sequence[str] | None = None) -> int:
    """Runs the command line and answers with the exit status."""
    parser = command.parser(prog="python tools/plugin", description=DESCRIPTION, epilog=EPILOG)
    parser.add_argument(
        "folder",
        metavar="FOLDER",
        type=Path,
        nargs="?",
        default=Path("dist"),
        help="where the archive goes, by default dist",
    )
    given = parser.parse_args(argv)
    return command.finish(lambda: build(given.folder), PluginError)


if __name__ == "__main__":
    sys.exit(main())
