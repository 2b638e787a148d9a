"""`delete`: deletes a client that no stack should keep, such as one that an interrupted run left over."""

from __future__ import annotations

import click

from sipgate_provider.cli.session import OPTIONS, Session
from sipgate_provider.errors import ConfigurationError


@click.command("delete", short_help="Delete a client that no stack manages.")
@click.argument("client_id")
@click.option("-y", "--yes", is_flag=True, help="Do not ask.")
@OPTIONS
def command(session: Session, client_id: str, yes: bool) -> None:
    """Delete a client that no stack manages, such as one that an interrupted run left over.

    Every log-in made through the client ends, and that cannot be undone; so its properties are shown and you are
    asked first. A client that the current stack manages is refused: that one is deleted by `pulumi up`, after it is
    taken out of the program.
    """
    from sipgate_provider.search import find_client  # noqa: PLC0415

    managed = session.stack.clients().managed if session.in_project else {}
    if client_id in managed:
        raise ConfigurationError(
            f"The current stack manages client {client_id} as {managed[client_id]!r}; take it out of the program "
            "and run `pulumi up` to delete it."
        )
    client = find_client(session.api, client_id)
    for label, value in client.bag().items():
        if label != "clientSecret":
            shown = ", ".join(value) if isinstance(value, list) else value
            click.echo(f"{label:14} {shown}", err=True)
    if not yes:
        click.confirm("Delete it, and end every log-in made through it?", abort=True, err=True)
    session.api.delete_client(client_id)
    click.echo(f"Client {client_id} is deleted.", err=True)
