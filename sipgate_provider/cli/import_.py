"""`import`: imports existing clients into the current stack."""

from __future__ import annotations

import contextlib
from collections.abc import Collection, Iterable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import click

from sipgate_provider import type_tokens as tokens
from sipgate_provider.cli.ownership import FORCE, Ownership
from sipgate_provider.cli.project import runtime_of
from sipgate_provider.cli.session import OPTIONS, Session
from sipgate_provider.errors import ConfigurationError
from sipgate_provider.scrubbing import shell_word

if TYPE_CHECKING:
    from sipgate_provider.api.models import OAuthClientState


@click.command("import", short_help="Import clients that exist, if no other stack manages them.")
@click.argument("wanted", nargs=-1, metavar="[NAME=CLIENT_ID]...")
@click.option("--all", "everything", is_flag=True, help="Import every client of the account.")
@click.option(
    "--out",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE",
    help="Write the program to FILE, which must not exist yet, instead of printing it.",
)
@click.option(
    "--protect/--no-protect",
    default=True,
    show_default=True,
    help="Whether Pulumi refuses to delete what is imported.",
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
    preview_only: bool,
    force: bool,
) -> None:
    """Import existing clients into the current stack, and print the program that declares them.

    \b
      sipgate-provider import crm=2556404-0-dc848ae6-085c-11e8-92a6-31b99c83912e
      sipgate-provider import --all --out clients.py

    Run the command in the folder of Pulumi.yaml. NAME becomes the resource's name; with --all, the clients' names are
    used. Nothing changes at sipgate, and the state stores the secrets encrypted. Add the printed program to yours:
    `pulumi up` then reports no changes.

    Clients that the stack already manages stay as they are, so you can run the command again. It first searches every
    stack of the backend: it refuses a client that another stack manages, or leaves it out with --all. It uses the
    same credential as `pulumi up`.
    """  # noqa: D301  click keeps the lines after \\b as they are
    from sipgate_provider.importing.plan import plan  # noqa: PLC0415
    from sipgate_provider.importing.program import program  # noqa: PLC0415

    pairs = _pairs(wanted)
    if not pairs and not everything:
        raise click.UsageError("Name the clients, as in crm=<clientId>, or give --all.")
    if out is not None and out.exists():
        raise click.UsageError(f"{out} exists; nothing was done. Choose another file for --out.")
    stack = session.stack
    _refuse_other_languages(session, pairs)
    managed, read, _ = stack.clients()
    _refuse_names_in_use(pairs, read)
    found = _importable(session, pairs.values(), managed, everything=everything, force=force)
    planned = plan(
        found,
        pairs,
        managed,
        {*managed.values(), *read.values()},
        everything=everything,
    )
    for name in planned.existing:
        click.echo(f"{name} is in the stack already.", err=True)
    if not planned.new and not planned.existing:
        click.echo(
            "There is no client to import."
            + (
                " Name one of the stack's, as in crm=<clientId>, to print its declaration again."
                if managed
                else ""
            ),
            err=True,
        )
        return
    source = program({**planned.new, **planned.existing}, protect=protect, account=session.account)
    count = f"{len(planned.new)} client" + ("" if len(planned.new) == 1 else "s")
    if preview_only:
        click.echo(f"{count} would be imported:", err=True)
    else:
        with _written(out, source):
            if planned.new:
                stack.import_clients(planned.new, protect=protect, account=session.account)
        click.echo(f"{count} imported{', protected' if protect else ''}:", err=True)
    width = max(map(len, planned.new), default=0)
    for name, client in planned.new.items():
        click.echo(f"  {name:{width}}  {client.client_id}", err=True)
    if out is None or preview_only:
        click.echo(source, nl=False)
    else:
        click.echo(f"{out} declares {'it' if len(planned.new) == 1 else 'them'}.", err=True)


def _importable(
    session: Session,
    requested: Collection[str],
    managed: Collection[str],
    *,
    everything: bool,
    force: bool,
) -> list[OAuthClientState]:
    """The requested clients and, with `everything`, all others that no other stack manages."""
    from sipgate_provider.clients.search import find_client, find_clients  # noqa: PLC0415

    clients = [find_client(session.api, client_id) for client_id in requested]
    ownership = Ownership(session, force=force)
    for client in clients:
        if client.client_id not in managed:
            ownership.check(client)
    for client in find_clients(session.api) if everything else []:
        if client.client_id in requested:
            continue
        objection = None if client.client_id in managed else ownership.objection(client)
        if objection:
            click.echo(f"{objection} It is left out.", err=True)
        else:
            clients.append(client)
    return clients


def _refuse_other_languages(session: Session, pairs: Mapping[str, str]) -> None:
    """Raises ConfigurationError for other languages, whose clients Pulumi itself imports."""
    language, _ = runtime_of(session.project)
    if language != "python":
        name, client_id = next(iter(pairs.items()), ("<name>", "<clientId>"))
        raise ConfigurationError(
            f"This project's runtime is {language!r}, so its clients are the native plugin's. Run `pulumi import "
            f"{tokens.NATIVE} {shell_word(name)} {shell_word(client_id)}` for each client; nothing was done."
        )


def _refuse_names_in_use(names: Iterable[str], read: Mapping[str, str]) -> None:
    for name in set(names) & set(read.values()):
        raise ConfigurationError(
            f"The stack reads a client as {name!r} through OAuthClient.get; remove that from the program, run "
            "`pulumi up`, and then import."
        )


@contextlib.contextmanager
def _written(path: Path | None, text: str) -> Iterator[None]:
    """Writes the text to the file before the block, so that it cannot be lost; removes it if the block fails."""
    if path is None:
        yield
        return
    try:
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise click.ClickException(
            f"{path} cannot be written ({error.strerror}); nothing was done."
        ) from None
    try:
        yield
    except BaseException:
        path.unlink()
        raise


def _pairs(wanted: tuple[str, ...]) -> dict[str, str]:
    pairs: dict[str, str] = {}
    for argument in wanted:
        name, separator, client_id = argument.rpartition("=")
        if not separator or not name.strip() or not client_id.strip():
            raise click.UsageError(f"{argument!r} is not NAME=CLIENT_ID, as in crm=<clientId>.")
        if name in pairs:
            raise click.UsageError(f"{name} is given twice; every client needs a name of its own.")
        pairs[name] = client_id
    return pairs
