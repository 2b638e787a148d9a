"""`clients`: lists the account's clients, and the stack that manages each."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import click

from sipgate_provider.cli.ownership import warn_of_several
from sipgate_provider.cli.session import OPTIONS, Session
from sipgate_provider.cli.terminal import remark, show_json, show_rows, working

if TYPE_CHECKING:
    from sipgate_provider.api.models import OAuthClientState
    from sipgate_provider.importing.stack import Manager


@click.command("clients", short_help="List the account's clients, and who manages them.")
@click.option("--name", metavar="PATTERN", help="Only clients of this name; * stands for any text.")
@click.option("--unmanaged", is_flag=True, help="Only clients that none of the stacks manages.")
@click.option(
    "--all-stacks",
    is_flag=True,
    help="Search every stack of the backend, not only this project's.",
)
@click.option("--json", "as_json", is_flag=True, help="Print JSON, for programs.")
@click.option("--show-secret", is_flag=True, help="Include the secrets in the JSON.")
@OPTIONS
def command(
    session: Session,
    name: str | None,
    unmanaged: bool,
    all_stacks: bool,
    as_json: bool,
    show_secret: bool,
) -> None:
    """List the account's clients, and say which stack manages each.

    \b
      sipgate-provider clients --name 'crm-*'
      sipgate-provider clients --unmanaged --all-stacks

    If one of the project's stacks manages a client, the list shows the resource and the stack. If several resources
    manage it, the list shows all of them, with a warning: the deletion of one deletes the client of all. Outside a
    Pulumi project, the list shows no stacks. Use `import` or `delete` for a client that no stack manages.

    In a pipe, each client is one line: name, id, resource, stack and redirect URIs, separated by tabs. Secrets appear
    only in JSON, and only with --show-secret.
    """  # noqa: D301  click keeps the lines after \\b as they are
    from sipgate_provider.cli.document import document  # noqa: PLC0415
    from sipgate_provider.clients.search import find_clients  # noqa: PLC0415

    if show_secret and not as_json:
        raise click.UsageError(
            "--show-secret needs --json; `show` prints the secret of one client."
        )
    if (unmanaged or all_stacks) and not session.in_project:
        raise click.UsageError(
            "Stacks need a Pulumi project: run this in the folder of Pulumi.yaml, or name that folder with --cwd."
        )
    with working("Asking sipgate..."):
        found = find_clients(session.api, name, secrets=show_secret)
    managers = session.managers(everywhere=all_stacks)
    for client in found:
        warn_of_several(client.client_id, (managers or {}).get(client.client_id, ()))
    if managers is not None and unmanaged:
        found = [client for client in found if client.client_id not in managers]
    if as_json:
        show_json({"clients": [document(one, managers, show_secret=show_secret) for one in found]})
    elif found:
        show_rows(
            ("Name", "Client id", "Resource", "Stack", "Redirect URIs"),
            [_row(client, (managers or {}).get(client.client_id, ())) for client in found],
        )
    else:
        remark("There is no such client." if name or unmanaged else "There is none.")


def _row(client: OAuthClientState, managers: Sequence[Manager]) -> tuple[str | list[str], ...]:
    resources = [manager.resource for manager in managers]
    stacks = [manager.stack for manager in managers]
    return (client.name, client.client_id, resources, stacks, client.redirect_uris)
