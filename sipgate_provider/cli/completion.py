"""`completion`: prints the script with which a shell completes commands and options."""

from __future__ import annotations

import click
from click.shell_completion import get_completion_class

_PROGRAM = "sipgate-provider"
_VARIABLE = "_SIPGATE_PROVIDER_COMPLETE"


@click.command("completion", short_help="Print the script that makes a shell complete commands.")
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
def command(shell: str) -> None:
    """Print the script that makes a shell complete commands and options of `sipgate-provider`.

    \b
      bash:  echo 'eval "$(sipgate-provider completion bash)"' >> ~/.bashrc
      zsh:   echo 'eval "$(sipgate-provider completion zsh)"' >> ~/.zshrc
      fish:  sipgate-provider completion fish > ~/.config/fish/completions/sipgate-provider.fish

    It works for the installed command, not for `python -m sipgate_provider`.
    """  # noqa: D301  click keeps the lines after \\b as they are
    kind = get_completion_class(shell)
    # click supports all three shells.
    assert kind is not None  # noqa: S101
    root = click.get_current_context().find_root().command
    click.echo(kind(root, {}, _PROGRAM, _VARIABLE).source())
