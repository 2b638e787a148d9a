"""Gets onto this machine what the tests need, and makes what is kept in the repository; see NAME --help.

What is got, if it is not there yet, and its place printed:
  engine       the genuine Pulumi engine
  browser      a Chromium
  postgres     a PostgreSQL
  golang       Go
  java         Pulumi's language host for Java
  keycloak     a Keycloak, what sipgate's log-in runs on
  typescript   TypeScript and Pulumi's SDK for Node.js

What is made or shown:
  sdk          the provider's SDK for a language
  plugin       the native plugin as an archive
  readme       what README.md shows of a run
  manual       what the manual's pages show of docstrings, schema, commands and examples
  registry     the pages for Pulumi's registry
  demo         the whole life of a client

Only the result is printed on standard output, everything else on standard error.
"""

from __future__ import annotations

import argparse
import importlib
import signal
import sys
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

# Run as a folder, Python looks for modules in this folder, not in the repository.
sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from tools import cache
from tools.errors import ToolError
from tools.progress import say

if TYPE_CHECKING:
    from collections.abc import Sequence
    from types import FrameType

# Each name is a module, of which this is called. If it takes arguments, the module says which.
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
  {cache.OVERRIDE}  the folder of the cache, now {cache.root()}.
                        It can be deleted at any time.

exit status: 0 done, 1 it cannot be had or done, 2 misuse, 130 interrupted
"""


def main(argv: Sequence[str] | None = None) -> int:
    """Runs the command line and answers with the exit status."""
    names = _parser("python tools", __doc__)
    names.add_argument("name", metavar="NAME", choices=_FUNCTIONS)
    names.add_argument("arguments", metavar="...", nargs=argparse.REMAINDER)
    asked = names.parse_args(argv)
    module = importlib.import_module(f"tools.{asked.name}")
    parser = _parser(f"python tools {asked.name}", module.__doc__)
    for argument, meaning in getattr(module, "ARGUMENTS", {}).items():
        parser.add_argument(argument, metavar=argument.upper(), **meaning)
    given = parser.parse_args(asked.arguments)
    # As exceptions, so that the children are ended on the way out. SIGHUP: the terminal closed,
    # which `nohup` has it ignore.
    for number in (signal.SIGTERM, signal.SIGHUP):
        if signal.getsignal(number) is not signal.SIG_IGN:
            signal.signal(number, _leave)
    try:
        result = getattr(module, _FUNCTIONS[asked.name])(**vars(given))
    except KeyboardInterrupt:
        say(
            "Interrupted; everything that was started has ended. A build goes on from there when run again."
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
