"""`import`: imports existing clients into the current stack; here, which clients, and under which names."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path
from typing import TYPE_CHECKING

import click

from sipgate_provider.cli.import_run import into_other, into_python
from sipgate_provider.cli.ownership import FORCE, Ownership
from sipgate_provider.cli.project import runtime_of
from sipgate_provider.cli.session import OPTIONS, Session, is_id
from sipgate_provider.cli.terminal import remark, working
from sipgate_provider.errors import ConfigurationError

if TYPE_CHECKING:
    from sipgate_provider.api.models import OAuthClientState
    from sipgate_provider.importing.plan import Plan
    from sipgate_provider.importing.stack import Resource


@click.command("import", short_help="Import clients that exist, if no other stack manages them.")
@click.argument("wanted", nargs=-1, metavar="[NAME=CLIENT]...")
@click.option("--all", "everything", is_flag=True, help="Import every client of the account.")
@click.option(
    "--out",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE",
    help="Write the program to FILE instead of printing it. Only an unfinished import is replaced.",
)
@click.option(
    "--protect/--no-protect",
    default=True,
    show_default=True,
    help="Whether the program protects the clients from deletion. Until it has run, Pulumi does.",
)
@click.option(
    "--native", is_flag=True, help="In Python: write a program for sipgate_provider.native."
)
@click.option("--preview-only", is_flag=True, help="Show what would be done, and do nothing.")
@FORCE
@OPTIONS
def command(
    session: Session,
    wanted: tuple[str, ...],
    everything: bool,
    out: Path | None,
    protect: bool,
    native: bool,
    preview_only: bool,
    force: bool,
) -> None:
    """Import existing clients into the current stack, and print the program that declares them.

    \b
      sipgate-provider import crm=2556404-0-dc848ae6-085c-11e8-92a6-31b99c83912e
      sipgate-provider import --all --out clients.py

    Run the command in the folder of Pulumi.yaml. NAME becomes the resource's name; with --all, the clients' names are
    used. CLIENT is an id or an exact name. Nothing changes at sipgate, and the state stores the secrets
    encrypted. Add the printed program to yours: `pulumi up` then reports no changes. In other languages than Python,
    Pulumi writes the program.

    The command may be stopped at any moment, and run again: it goes on, and its program also declares what is in the
    stack already. Until the import is complete, FILE says so and refuses to run.

    It first searches every stack of the backend: it refuses a client that another stack manages, or leaves it out with
    --all. It uses the same credential as `pulumi up`.
    """  # noqa: D301  click keeps the lines after \\b as they are
    pairs = _pairs(wanted)
    if not pairs and not everything:
        raise click.UsageError("Name the clients, as in crm=<clientId>, or give --all.")
    language, _ = runtime_of(session.project)
    resources = session.stack.resources()
    pairs = {
        name: client if is_id(client) else session.client(client).client_id
        for name, client in pairs.items()
    }
    planned = _plan(session, resources, pairs, everything=everything, force=force)
    if not planned.clients:
        remark("There is no client to import.")
    elif language == "python":
        # A client that no program has declared yet is protected by an import, not by the user.
        kept = {one.name: one.protected for one in resources if one.declared and one.declarable()}
        protected = {name for name in planned.clients if kept.get(name, protect)}
        native = native or any(one.native for one in resources)
        into_python(session, planned, out, protected, native=native, preview_only=preview_only)
    else:
        into_other(session, planned, out, language, protect=protect, preview_only=preview_only)


def _plan(
    session: Session,
    resources: Collection[Resource],
    pairs: dict[str, str],
    *,
    everything: bool,
    force: bool,
) -> Plan:
    """The clients to import, and those that are in the stack already."""
    from sipgate_provider.importing.plan import plan  # noqa: PLC0415

    managed: dict[str, OAuthClientState] = {}
    elsewhere: list[Resource] = []
    for one in resources:
        client = one.declarable() if one.account == session.account else None
        if one.external and one.name in pairs:
            raise ConfigurationError(
                f"The stack reads a client as {one.name!r} through OAuthClient.get; remove that from the program, run "
                "`pulumi up`, and then import."
            )
        if client and not one.external:
            managed[one.name] = client
        else:
            elsewhere.append(one)
    undeclarable = {one.client_id: one.name for one in elsewhere if not one.external}
    for name, client_id in pairs.items():
        if client_id in undeclarable:
            raise ConfigurationError(
                f"{name}={client_id}: the stack manages this client already, as {undeclarable[client_id]!r}, in a "
                "component, in another account or with secret properties. Keep its declaration in your program."
            )
    if everything and undeclarable:
        remark(
            "Keep these declarations in your program, since only it can have them (components, other accounts, secret "
            f"properties): {', '.join(sorted(undeclarable.values()))}."
        )
    ours = {client.client_id for client in managed.values()}
    found = _importable(
        session, pairs.values(), {*ours, *undeclarable}, everything=everything, force=force
    )
    taken = {one.name for one in elsewhere}
    return plan(found, pairs, managed, taken, everything=everything)


def _importable(
    session: Session,
    requested: Collection[str],
    managed: Collection[str],
    *,
    everything: bool,
    force: bool,
) -> list[OAuthClientState]:
    """Those of the requested clients that the stack does not manage; with `everything`, all that no stack manages."""
    from sipgate_provider.clients.search import find_client, find_clients  # noqa: PLC0415

    with working("Asking sipgate..."):
        clients = [find_client(session.api, one) for one in requested if one not in managed]
        others = find_clients(session.api, secrets=False) if everything else []
    ownership = Ownership(session, force=force)
    for client in clients:
        ownership.check(client)
    for client in others:
        if client.client_id in managed or client.client_id in requested:
            continue
        objection = ownership.objection(client)
        if objection:
            remark(f"{objection} It is left out.")
        else:
            clients.append(client)
    return clients


def _pairs(wanted: tuple[str, ...]) -> dict[str, str]:
    pairs: dict[str, str] = {}
    for argument in wanted:
        name, separator, client_id = argument.rpartition("=")
        if not separator or not name.strip() or not client_id.strip():
            raise click.UsageError(f"{argument!r} is not NAME=CLIENT_ID, as in crm=<clientId>.")
        if not _is_text(name):
            raise click.UsageError("A name is not UTF-8 text; choose another one.")
        if name in pairs:
            raise click.UsageError(f"{name} is given twice; every client needs a name of its own.")
        pairs[name] = client_id
    return pairs


def _is_text(name: str) -> bool:
    try:
        name.encode()
    except UnicodeEncodeError:
        return False
    return True
