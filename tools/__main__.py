"""Installs what the tests need, and generates files of the repository. NAME --help describes each.

Installed unless it is there already; its path is printed:
  engine       the genuine Pulumi engine
  browser      a Chromium
  postgres     a PostgreSQL
  golang       Go
  java         Pulumi's language host for Java
  keycloak     a Keycloak, the server behind sipgate's log-in
  typescript   TypeScript and Pulumi's SDK for Node.js

Generated or shown:
  sdk          the provider's SDK for a language
  plugin       the native plugin as an archive
  readme       the output of `pulumi up` in README.md
  manual       the generated parts of the manual's pages
  registry     the pages for Pulumi's registry
  demo         a client from its creation to its deletion

The result is printed on standard output, and everything else on standard error.
"""

from __future__ import annotations

import argparse
import importlib
import signal
import sys
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

# `python tools` searches this folder for modules, not the repository.
sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from tools import cache
from tools.errors import ToolError
from tools.progress import say

if TYPE_CHECKING:
    from collections.abc import Sequence
    from types import FrameType

# The function to call in the module of each name. Its arguments, if any, are the module's `ARGUMENTS`.
_FUNCTIONS = {
    "engine": "locate",
    "browser": "locate",
    "postgres": "locate",
    "golang": "locate",
    "java": "locate",
    "keycloak": "locate",
    "typescript": "locate",
    "sdk": "generate",
    "plugin": "build",
    "readme": "write",
    "manual": "write",
    "registry": "write",
    "demo": "show",
}
_EPILOG = f"""\
environment:
  {cache.OVERRIDE}  the cache folder, now {cache.root()}.
                        It can be deleted at any time.

exit status: 0 success, 1 failure, 2 wrong usage, 130 interrupted
"""


def main(argv: Sequence[str] | None = None) -> int:
    """Runs the command line and returns the exit status."""
    names = _parser("python tools", __doc__)
    names.add_argument("name", metavar="NAME", choices=_FUNCTIONS)
    names.add_argument("arguments", metavar="...", nargs=argparse.REMAINDER)
    asked = names.parse_args(argv)
    module = importlib.import_module(f"tools.{asked.name}")
    parser = _parser(f"python tools {asked.name}", module.__doc__)
    for argument, meaning in getattr(module, "ARGUMENTS", {}).items():
        parser.add_argument(argument, metavar=argument.upper(), **meaning)
    given = parser.parse_args(asked.arguments)
    # Raised as exceptions, so that child processes are ended first. `nohup` makes the process ignore SIGHUP.
    for number in (signal.SIGTERM, signal.SIGHUP):
        if signal.getsignal(number) is not signal.SIG_IGN:
            signal.signal(number, _leave)
    try:
        result = getattr(module, _FUNCTIONS[asked.name])(**vars(given))
    except KeyboardInterrupt:
        say(
            "Interrupted. All child processes have ended; an interrupted build resumes when you run it again."
        )
        return 130
    except ToolError as error:
        say(f"error: {error}")
        return 1
    if result:
        print(result)
    return 0


def _parser(prog: str, description: str | None) -> argparse.ArgumentParser:
    return argparse.ArgumentParser(
        prog=prog,
        description=description,
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )


def _leave(number: int, _: FrameType | None) -> NoReturn:
    raise SystemExit(128 + number)


if __name__ == "__main__":
    sys.exit(main())
