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

    The clients themselves are declared in a Pulumi program and made by `pulumi up`. The commands here are for what
    surrounds that: looking at an account, taking in what exists, credentials, and trying things without an account.

    \b
      sipgate-provider doctor       is all set up as it should be?
      sipgate-provider simulator    a sipgate on this machine, to try things
      sipgate-provider import --all take an account's clients into the stack

    Results go to standard output, remarks and progress to standard error.

    \b
    Exit codes:
      0  done
      1  it failed, as the message says; from doctor, verify and whoami: something is missing
      2  the command line was wrong, and nothing was done
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
