"""`delete`: deletes a client that no stack should keep, such as one that an interrupted run left over."""

from __future__ import annotations

import click

from sipgate_provider.cli.ownership import FORCE, Ownership
from sipgate_provider.cli.session import OPTIONS, Session
from sipgate_provider.cli.terminal import printable, remark
from sipgate_provider.errors import ConfigurationError


@click.command("delete", short_help="Delete a client, if no stack of the backend manages it.")
@click.argument("client", metavar="CLIENT_ID|NAME")
@click.option("-y", "--yes", is_flag=True, help="Do not ask.")
@FORCE
@OPTIONS
def command(session: Session, client: str, yes: bool, force: bool) -> None:
    """Delete a client that no stack manages, such as one that an interrupted run left over.

    The client is found by its id or its exact name. Every log-in made through it ends for good. So the command shows
    the client's properties and asks first. It searches every stack of the backend, and refuses a client that a stack
    manages. To delete such a client, remove it from the program and run `pulumi up`. --force deletes what another stack
    manages, but never what the current stack manages.
    """
    from sipgate_provider.clients.deletion import delete_client  # noqa: PLC0415
    from sipgate_provider.clients.owner import owner_of  # noqa: PLC0415

    found = session.client(client)
    client_id = found.client_id
    for resource in session.stack.resources() if session.in_project else ():
        if resource.client_id == client_id and not resource.external:
            protection = (
                "remove its protection and run `pulumi up`, then " if resource.protected else ""
            )
            raise ConfigurationError(
                f"The current stack manages client {client_id} as {resource.name!r}; to delete it, {protection}"
                "take it out of the program and run `pulumi up`."
            )
    Ownership(session, force=force).check(found)
    for label, value in found.properties().items():
        if label != "clientSecret":
            shown = ", ".join(value) if isinstance(value, list) else value
            remark(f"{label:14} {printable(shown)}")
    if owner := owner_of(found.description):
        remark(
            f"It is left over from stack {owner}, unless a `pulumi up` of that stack is creating it just now."
        )
    if not yes:
        click.confirm("Delete it, and end every log-in made through it?", abort=True, err=True)
    delete_client(session.api, client_id)
    remark(f"Client {client_id} is deleted.")
