"""`show`: shows one client with all its properties."""

from __future__ import annotations

import click

from sipgate_provider.cli.ownership import warn_of_several
from sipgate_provider.cli.session import OPTIONS, Session
from sipgate_provider.cli.terminal import show_fields, show_json

_HIDDEN = "[secret: shown with --show-secret]"


@click.command("show", short_help="Show one client.")
@click.argument("client", metavar="CLIENT_ID|NAME")
@click.option("--json", "as_json", is_flag=True, help="Print JSON, for programs.")
@click.option("--show-secret", is_flag=True, help="Show the secret too.")
@OPTIONS
def command(session: Session, client: str, as_json: bool, show_secret: bool) -> None:
    """Show one client, found by its id or its exact name, and which stack of the project manages it.

    \b
      sipgate-provider show "CRM integration"
      sipgate-provider show <clientId> --json --show-secret

    The JSON has the properties as sipgate spells them, `clientSecret` only with --show-secret, and, in a Pulumi
    project, `managedBy` and `alsoManagedBy`.
    """  # noqa: D301  click keeps the lines after \\b as they are
    from sipgate_provider.cli.document import document  # noqa: PLC0415

    found = session.client(client)
    managers = session.managers()
    properties = document(found, managers, show_secret=show_secret)
    warn_of_several(found.client_id, (managers or {}).get(found.client_id, ()))
    if as_json:
        show_json(properties)
        return
    for name in ("managedBy", "alsoManagedBy"):
        properties.pop(name, None)
    secret = (found.client_secret or "sipgate does not tell it") if show_secret else _HIDDEN
    fields = [("clientId", found.client_id), ("clientSecret", secret)]
    for name, value in properties.items():
        if name not in {"clientId", "clientSecret"}:
            fields += _lines(name, value)
    if managers is not None:
        own = managers.get(found.client_id, ())
        resources = [f"{manager.resource} in {manager.stack}" for manager in own]
        fields += _lines("managed by", resources or ["no stack of this project"])
    show_fields(fields)


def _lines(name: str, value: object) -> list[tuple[str, str]]:
    """The lines of a property: one for each entry of a list, and only the first with the name."""
    entries = value if isinstance(value, list) else [value]
    return [("" if index else name, str(entry)) for index, entry in enumerate(entries or [""])]
