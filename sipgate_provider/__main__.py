"""The command line, `sipgate-provider` or `python -m sipgate_provider`, or one sentence about how to get it."""

from __future__ import annotations

import sys


def main() -> None:
    """Runs the command that was typed; usage and completion name the program as it was called."""
    try:
        from sipgate_provider.cli import main as command_line  # noqa: PLC0415  click is an extra
    except ModuleNotFoundError as error:
        if error.name != "click":
            raise
        sys.exit("The command line needs click: pip install 'sipgate-provider[cli]'")
    command_line()


if __name__ == "__main__":
    main()
