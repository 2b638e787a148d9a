"""A client for each tenant; see `python . --help`."""

from __future__ import annotations

import json
import signal
import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import click
from stacks import EngineError, opened
from tenants import TenantsError, read
from terminal import Report, reporting

FAILED, MISUSED, INTERRUPTED = 1, 2, 130
PROGRAM = "python ."

TENANTS = click.option(
    "--tenants",
    "path",
    type=click.Path(path_type=Path),
    default="tenants.yaml",
    show_default=True,
    help="The file that says who gets a client.",
)


@click.group(epilog="Exit status: 0 all went well, 1 something failed, 2 misuse, 130 interrupted.")
def main() -> None:
    """Give each tenant a sipgate OAuth 2.0 client, in a Pulumi stack of its own.

    The tenants are in a YAML file:

    \b
        acme:
          redirect_uris:
            - https://acme.example.com/*
        globex:
          name: Globex dialler
          redirect_uris:
            - https://globex.example.com/*

    Further properties are those of sipgate.OAuthClient: web_origins, description, privacy_url, terms_url, account.

    \b
        python . up                  everybody has a client as the file says
        python . show acme           its id
        python . destroy acme        it is deleted, and its log-ins end

    The stacks are in the backend that `pulumi login` or PULUMI_BACKEND_URL names, and sipgate's credential is in
    SIPGATE_TOKEN_ID and SIPGATE_TOKEN.
    """


@main.command(short_help="Create and change clients as the tenants file says.")
@TENANTS
@click.argument("names", metavar="[TENANT]...", nargs=-1)
def up(path: Path, names: tuple[str, ...]) -> None:
    """Create and change clients as the tenants file says: of the tenants named, or of all.

    What is as it should be is left alone. A tenant that fails does not stop the others. Nobody's client is deleted:
    a tenant that is no longer in the file is pointed out.
    """
    tenants = read(path)
    _require_known(names, tenants, f"in {path}")
    with opened() as stacks:
        there = stacks.names()

        def step(name: str, report: Report) -> None:
            with report.tenant(name) as on_step:
                done, client_id = stacks.up(name, tenants[name], on_step)
            report.tell(f"{name}: {done}, {client_id}")

        status = _each(names or tuple(tenants), step)
    for name in there:
        if name not in tenants:
            click.echo(
                f"{name} is not in {path} any more, and its client is kept. To delete it and end every log-in made"
                f" through it: {PROGRAM} destroy {name}",
                err=True,
            )
    sys.exit(status)


@main.command(short_help="Delete the clients of the tenants named, and end their log-ins.")
@click.argument("names", metavar="TENANT...", nargs=-1, required=True)
@click.option("-y", "--yes", is_flag=True, help="Do not ask.")
def destroy(names: tuple[str, ...], yes: bool) -> None:
    """Delete the clients of the tenants named, and their stacks.

    Every log-in made through them ends, and that cannot be undone. A tenant that is still in the tenants file gets a
    new client, with another id and secret, by the next `up`.
    """
    with opened() as stacks:
        _require_known(names, stacks.names(), "among the stacks")
        if not yes:
            if not sys.stdin.isatty():
                raise click.UsageError("There is nobody here to be asked; add --yes.")
            for name in names:
                client = stacks.client(name)
                click.echo(f"{name}: {client.client_id if client else 'no client'}", err=True)
            click.confirm(
                "Delete them, and end every log-in made through them?", abort=True, err=True
            )

        def step(name: str, report: Report) -> None:
            with report.tenant(name) as on_step:
                stacks.destroy(name, on_step)
            report.tell(f"{name}: deleted")

        status = _each(names, step)
    sys.exit(status)


@main.command(short_help="Print ids, and secrets if asked for.")
@click.argument("names", metavar="[TENANT]...", nargs=-1)
@click.option("--show-secrets", is_flag=True, help="Print the clients' secrets, too.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def show(names: tuple[str, ...], show_secrets: bool, as_json: bool) -> None:
    """Print the ids of the clients of the tenants named, or of all, out of their stacks.

    Nothing is asked of sipgate.
    """
    shown: dict[str, dict[str, str]] = {}
    with opened() as stacks:
        there = stacks.names()
        _require_known(names, there, "among the stacks")

        def step(name: str, _: Report) -> None:
            if client := stacks.client(name):
                secret = {"client_secret": client.client_secret} if show_secrets else {}
                shown[name] = {"client_id": client.client_id, **secret}

        status = _each(names or there, step)
    if as_json:
        click.echo(json.dumps(shown, indent=2))
    else:
        for name, values in shown.items():
            click.echo(f"{name}: {' '.join(values.values())}")
    sys.exit(status)


def _require_known(names: Iterable[str], known: Iterable[str], where: str) -> None:
    for name in names:
        if name not in known:
            listed = ", ".join(known) or "none"
            raise click.UsageError(f"The tenant {name!r} is not {where}; there are: {listed}.")


def _each(names: Iterable[str], step: Callable[[str, Report], None]) -> int:
    """The exit status, after the step was taken for each tenant, whatever became of the others.

    An interruption is heeded when the tenant that is under way is done: the engine gets a Ctrl-C of its own and comes
    to an orderly end, and leaving before it would lose what it says.
    """
    names = list(dict.fromkeys(names))
    failed: dict[str, str] = {}
    left = list(names)
    interrupted = False

    def stop(*_: Any) -> None:
        nonlocal interrupted
        interrupted = True

    before = {number: signal.signal(number, stop) for number in (signal.SIGINT, signal.SIGTERM)}
    with reporting(len(names)) as report:
        while left and not interrupted:
            name = left.pop(0)
            try:
                step(name, report)
            except EngineError as error:
                failed[name] = str(error)
                report.tell(f"{name}: failed", error=True)
    for number, handler in before.items():
        signal.signal(number, handler)
    for name, reason in failed.items():
        click.echo(f"error: {name}: {reason}", err=True)
    if failed:
        click.echo(f"{len(failed)} of {len(names)} failed.", err=True)
    if interrupted:
        click.echo(f"Interrupted; left as they are: {', '.join(left) or 'none'}.", err=True)
        return INTERRUPTED
    return FAILED if failed else 0


if __name__ == "__main__":
    try:
        main(prog_name=PROGRAM)
    except (TenantsError, EngineError) as error:
        click.echo(f"error: {error}", err=True)
        sys.exit(MISUSED if isinstance(error, TenantsError) else FAILED)
