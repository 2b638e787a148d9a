"""The command line, `sipgate-provider`, or a message that says how to install it.

Messages and documentation recommend the script. `python -m sipgate_provider` does the same, but Python then puts the
current folder first on its path, where a module may hide one of the standard library.
"""

from __future__ import annotations

import os
import sys


def main() -> None:
    """Runs the command line."""
    try:
        from sipgate_provider.cli import main as command_line  # noqa: PLC0415  click is an extra
        from sipgate_provider.cli.streams import tolerant_streams  # noqa: PLC0415
    except ModuleNotFoundError as error:
        if error.name != "click":
            raise
        from sipgate_provider.installation import installing  # noqa: PLC0415

        sys.exit(f"The command line needs click. Install it: {installing(extra='cli')}")
    with tolerant_streams():
        command_line()


if __name__ == "__main__":
    # The command line imports nothing from the current folder. `-P` and `-I` leave that folder out already.
    if sys.path[:1] == [os.getcwd()]:  # noqa: PTH109  pathlib would be looked for in that folder
        del sys.path[0]
    main()
