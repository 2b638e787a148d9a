"""`import`: imports existing clients into the current stack.

The command may end at any moment and be run again. In Python, the file of `--out` declares every client before the
first one enters the state, and refuses to run until the last one has. In other languages, Pulumi writes the program
after the import. Until that program has run, the clients are protected, so no `pulumi up` deletes them.
"""

from __future__ import annotations

import contextlib
import os
import shlex
import stat
import sys
import tempfile
from collections.abc import Collection
from pathlib import Path
from typing import TYPE_CHECKING

import click

from sipgate_provider.cli.ownership import FORCE, Ownership
from sipgate_provider.cli.project import runtime_of
from sipgate_provider.cli.session import OPTIONS, Session
from sipgate_provider.cli.terminal import working
from sipgate_provider.errors import ConfigurationError, SipgateError

if TYPE_CHECKING:
    from sipgate_provider.api.models import OAuthClientState
    from sipgate_provider.importing.plan import Plan
    from sipgate_provider.importing.stack import Resource

_SHOWN = 10


@click.command("import", short_help="Import clients that exist, if no other stack manages them.")
@click.argument("wanted", nargs=-1, metavar="[NAME=CLIENT_ID]...")
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
    used. Nothing changes at sipgate, and the state stores the secrets encrypted. Add the printed program to yours:
    `pulumi up` then reports no changes. In other languages than Python, Pulumi writes the program.

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
    planned = _plan(session, resources, pairs, everything=everything, force=force)
    if not planned.clients:
        click.echo("There is no client to import.", err=True)
    elif language == "python":
        # A client that no program has declared yet is protected by an import, not by the user.
        kept = {one.name: one.protected for one in resources if one.declared and one.declarable()}
        protected = {name for name in planned.clients if kept.get(name, protect)}
        native = native or any(one.native for one in resources)
        _into_python(session, planned, out, protected, native=native, preview_only=preview_only)
    else:
        _into_other(session, planned, out, language, protect=protect, preview_only=preview_only)


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
        click.echo(
            "Keep these declarations in your program, since only it can have them (components, other accounts, secret "
            f"properties): {', '.join(sorted(undeclarable.values()))}.",
            err=True,
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
            click.echo(f"{objection} It is left out.", err=True)
        else:
            clients.append(client)
    return clients


def _into_python(
    session: Session,
    planned: Plan,
    out: Path | None,
    protected: Collection[str],
    *,
    native: bool,
    preview_only: bool,
) -> None:
    """Writes the program, then imports the clients."""
    from sipgate_provider.clients.search import find_client  # noqa: PLC0415
    from sipgate_provider.importing.engine import dynamic_document  # noqa: PLC0415
    from sipgate_provider.importing.program import (  # noqa: PLC0415
        is_unfinished,
        program,
        unfinished,
    )

    source = program(planned.clients, protected=protected, account=session.account, native=native)
    if preview_only:
        _tell(planned, "would be imported")
        click.echo(source, nl=False)
        return
    if out is not None and out.exists():
        there = out.read_text(encoding="utf-8", errors="replace")
        if there != source and not is_unfinished(there):
            raise _exists(out)
    new = {
        name: client if client.client_secret else find_client(session.api, client.client_id)
        for name, client in planned.new.items()
    }
    if out is not None:
        _replace(out, unfinished(source, _this_command()) if new else source, "Nothing was done.")
    else:
        click.echo(source, nl=False)
        _flush()
    if new:
        _import(session, planned, dynamic_document(new, session.account))
    if out is not None and new:
        _replace(out, source, f"The clients are imported. To go on: {_this_command()}")
    _tell(planned, "imported", protected=bool(set(planned.new) & set(protected)))
    if out is not None:
        click.echo(f"{out} declares {_count(len(planned.clients))}.", err=True)


def _into_other(
    session: Session,
    planned: Plan,
    out: Path | None,
    language: str,
    *,
    protect: bool,
    preview_only: bool,
) -> None:
    """Imports the clients, then has Pulumi write the program."""
    from sipgate_provider.importing.engine import (  # noqa: PLC0415
        generate_program,
        native_document,
    )

    provider = session.account and session.stack.provider_of(session.account)
    if session.account and not provider:
        raise ConfigurationError(
            f"The stack has no provider resource of the account {session.account!r}. Declare one with that account, "
            "run `pulumi up`, and then import."
        )
    document = native_document(planned.clients, provider)
    if preview_only:
        _tell(planned, "would be imported")
        click.echo(document)
        return
    if out is not None and out.exists():
        raise _exists(out)
    if planned.new:
        _import(session, planned, native_document(planned.new, provider))
    _tell(planned, "imported", protected=protect)
    with tempfile.TemporaryDirectory() as folder:
        written = Path(folder) / "program"
        try:
            with working("Pulumi writes the program..."):
                generate_program(session.stack, document, written, protect=protect)
            source = written.read_text(encoding="utf-8")
        except SipgateError as error:
            click.echo(document)
            raise click.ClickException(
                f"Pulumi has written no program in {language!r}, which not every version of its language host can. "
                "Save what was printed as import.json, and with a newer Pulumi run `pulumi import --file import.json "
                "--preview-only --out FILE`. Until your program declares the clients, they stay protected.\n"
                f"{error}"
            ) from None
    if out is None:
        click.echo(source, nl=False)
    else:
        _replace(out, source, f"The clients are imported. To go on: {_this_command()}")
        click.echo(f"{out} declares {_count(len(planned.clients))}.", err=True)


def _import(session: Session, planned: Plan, document: str) -> None:
    """Imports the new clients; on failure, says which of them are in the stack, and how to go on."""
    from sipgate_provider.importing.engine import import_clients  # noqa: PLC0415

    total = _count(len(planned.new))
    try:
        with working(f"Importing {total}...") as show:
            import_clients(
                session.stack,
                document,
                lambda done, stopping: show(
                    f"Stopping after {done} of {total}; Ctrl-C again ends it at once..."
                    if stopping
                    else f"Importing {done} of {total}..."
                ),
            )
    except SipgateError as error:
        raise click.ClickException(f"{error}\n{_left(session, planned)}") from None


def _left(session: Session, planned: Plan) -> str:
    """What is in the stack after an import that has not finished, and how to go on."""
    go_on = f"Before the next `pulumi up`, go on with: {_this_command()}"
    try:
        managed = {one.client_id for one in session.stack.resources()}
    except SipgateError as error:
        return f"What it has imported cannot be told: {error}\n{go_on}"
    left = [name for name, client in planned.new.items() if client.client_id not in managed]
    done = len(planned.new) - len(left)
    shown = ", ".join(left[:_SHOWN]) + (", ..." if len(left) > _SHOWN else "")
    missing = f", {len(left)} not: {shown}" if left else ""
    return (
        f"Of {_count(len(planned.new))}, {done} are in the stack{missing}. Those in the stack are protected, and "
        f"nothing has changed at sipgate.\n{go_on}"
    )


def _tell(planned: Plan, done: str, *, protected: bool = False) -> None:
    if planned.existing:
        were = "was" if len(planned.existing) == 1 else "were"
        click.echo(
            f"{_count(len(planned.existing))} {were} in the stack already. Where another file of your program "
            "declares one, keep one of the two declarations.",
            err=True,
        )
    click.echo(
        f"{_count(len(planned.new))} {done}{', protected' if protected else ''}"
        f"{':' if planned.new else '.'}",
        err=True,
    )
    width = max(map(len, planned.new), default=0)
    for name, client in planned.new.items():
        click.echo(f"  {name:{width}}  {client.client_id}", err=True)


def _count(number: int) -> str:
    return f"{number} client{'' if number == 1 else 's'}"


def _this_command() -> str:
    return shlex.join(["sipgate-provider", *sys.argv[1:]])


def _exists(out: Path) -> click.UsageError:
    return click.UsageError(f"{out} exists; nothing was done. Choose another file for --out.")


def _flush() -> None:
    """Has standard output on the disk, if it is a file."""
    sys.stdout.flush()
    if stat.S_ISREG(os.fstat(sys.stdout.fileno()).st_mode):
        os.fsync(sys.stdout.fileno())


def _replace(path: Path, text: str, otherwise: str) -> None:
    """Writes the file as a whole: whatever happens, it has its old content or the new one."""
    path = path.resolve()
    new = path.with_name(f".{path.name}.new")
    try:
        with new.open("w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        new.replace(path)
        folder = os.open(path.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
    except OSError as error:
        with contextlib.suppress(OSError):
            new.unlink()
        raise click.ClickException(
            f"{path} cannot be written ({error.strerror}). {otherwise}"
        ) from None


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
