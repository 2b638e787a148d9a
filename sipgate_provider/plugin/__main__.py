"""The executable that the engine starts: `pulumi-resource-sipgate`, or `python -m sipgate_provider.plugin`."""

from __future__ import annotations

import argparse
import asyncio
import sys
from collections.abc import Sequence

__all__ = ["main"]

_DESCRIPTION = """
The sipgate provider for Pulumi programs in every language. The Pulumi engine starts it by itself, from PATH or from
the folder that Pulumi.yaml names:

    plugins:
      providers:
        - name: sipgate
          path: venv/bin

There is nothing to start by hand, except to attach a debugger: started without an engine's address it prints its
port, and PULUMI_DEBUG_PROVIDERS=sipgate:PORT makes the engine use it.
"""


def main(arguments: Sequence[str] | None = None) -> int:
    """Serves an engine; prints the port on stdout."""
    parser = argparse.ArgumentParser(
        prog="pulumi-resource-sipgate",
        description=_DESCRIPTION,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("engine", nargs="?", metavar="ADDRESS", help="where the engine listens")
    parser.add_argument("--schema", action="store_true", help="print the package's schema and end")
    parser.add_argument("--version", action="store_true", help="print the version and end")
    # The engine adds options that only its own providers need.
    options, _ = parser.parse_known_args(arguments)
    if options.version:
        from sipgate_provider._version import __version__  # noqa: PLC0415

        sys.stdout.write(f"{__version__}\n")
        return 0
    if options.schema:
        from sipgate_provider.plugin.schema import text  # noqa: PLC0415

        sys.stdout.write(text())
        return 0
    from sipgate_provider.plugin.server import serve  # noqa: PLC0415

    asyncio.run(serve(options.engine))
    return 0


if __name__ == "__main__":
    sys.exit(main())
