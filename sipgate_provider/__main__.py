"""`python -m sipgate_provider`: the command line, or one sentence about how to get it."""

from __future__ import annotations

import sys

try:
    from sipgate_provider.cli import PROGRAM, main
except ModuleNotFoundError as error:
    if error.name != "click":
        raise
    sys.exit("The command line needs click: pip install 'sipgate-provider[cli]'")

if __name__ == "__main__":
    main(prog_name=PROGRAM)
