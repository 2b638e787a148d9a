"""The command line, `sipgate-provider`, with a module named like each command.

Importing this package imports only click. A command imports what it needs when it runs.
"""

from __future__ import annotations

import click

from sipgate_provider._version import __version__
from sipgate_provider.cli import (
    clients,
    completion,
    delete,
    doctor,
    import_,
    login,
    logout,
    show,
    simulator,
    verify,
    whoami,
)
from sipgate_provider.cli.terminal import COLOURS, choose_colour


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="sipgate-provider")
@click.option(
    "--color",
    type=click.Choice(COLOURS),
    default="auto",
    show_default=True,
    help="Whether to use colours; auto asks the terminal and NO_COLOR.",
)
def main(color: str) -> None:
    """Manage sipgate OAuth 2.0 clients as code.

    A Pulumi program declares the clients, and `pulumi up` creates them. These commands do the rest: they show an
    account, import existing clients, handle credentials, and simulate an account.

    \b
      sipgate-provider doctor       check the setup
      sipgate-provider simulator    run a simulated sipgate
      sipgate-provider import --all import an account's clients into the stack

    Results go to standard output, remarks and progress to standard error.

    \b
    Exit codes:
      0  done
      1  the command failed; with doctor, verify and whoami, also: something does not work
      2  the command line was wrong; nothing was done
    """  # noqa: D301  click keeps the lines after \\b as they are
    choose_colour(color)


for module in (
    clients,
    completion,
    delete,
    doctor,
    import_,
    login,
    logout,
    show,
    simulator,
    verify,
    whoami,
):
    main.add_command(module.command)
