"""The command line, `sipgate-provider`, or one sentence about how to get it.

Messages and documentation recommend the script. `python -m sipgate_provider` does the same, but Python puts the current
folder first on its path then, and a module there hides the standard library's of the same name.
"""

from __future__ import annotations

import os
import sys


def main() -> None:
    """Runs the command that was typed; usage and completion name the program as it was called."""
    try:
        from sipgate_provider.cli import main as command_line  # noqa: PLC0415  click is an extra
        from sipgate_provider.cli.streams import tolerant_streams  # noqa: PLC0415
    except ModuleNotFoundError as error:
        if error.name != "click":
            raise
        sys.exit("The command line needs click: pip install 'sipgate-provider[cli]'")
    with tolerant_streams():
        command_line()


if __name__ == "__main__":
    # Nothing of the command line is a project's; not with `-P` or `-I`, which leave the folder out.
    if sys.path[:1] == [os.getcwd()]:  # noqa: PTH109  pathlib would be looked for in that folder
        del sys.path[0]
    main()
