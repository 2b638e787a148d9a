"""The command line, `python -m sipgate_provider`: one module for each command, named like it.

Importing this needs click and nothing more; a command loads what it needs when it runs.
"""

from __future__ import annotations

import click

from sipgate_provider._version import __version__
from sipgate_provider.cli import delete, import_, login, logout, simulator, whoami

PROGRAM = "python -m sipgate_provider"


@click.group()
@click.version_option(__version__, prog_name="sipgate-provider")
def main() -> None:
    """Manage sipgate OAuth 2.0 clients as code."""


for module in (delete, import_, login, logout, simulator, whoami):
    main.add_command(module.command)
