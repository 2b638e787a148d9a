"""Carries out an import, which may end at any moment and be run again.

In Python, the file of `--out` declares every client before the first one enters the state, and refuses to run until the
last one has. In other languages, Pulumi writes the program after the import. Until that program has run, the clients
are protected, so no `pulumi up` deletes them.
"""

from __future__ import annotations

import os
import shlex
import stat
import sys
import tempfile
from collections import Counter
from collections.abc import Collection
from pathlib import Path
from typing import TYPE_CHECKING

import click

from sipgate_provider.cli.session import Session
from sipgate_provider.cli.terminal import remark, working
from sipgate_provider.errors import ConfigurationError, SipgateError

if TYPE_CHECKING:
    from sipgate_provider.importing.plan import Plan

__all__ = ["into_other", "into_python"]

_SHOWN = 10


def into_python(
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
        remark(f"{out} declares {_count(len(planned.clients))}.")


def into_other(
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
    if out is not None and out.exists() and planned.new:
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
            raise SipgateError(
                f"{error}\nThe clients are in the stack, protected, but Pulumi has written no program in {language!r}. "
                "Run the same command again. If this version of Pulumi's host for the language cannot write one, save "
                "what was printed as import.json and, with a newer one, run `pulumi import --file import.json "
                "--preview-only --out FILE`."
            ) from None
    if _has_equal_values(planned):
        remark(
            "Some clients have values that equal another's name. Pulumi may have written them as references, such as "
            "`crm.name`: write the text there, or a new name changes them too."
        )
    if out is None:
        click.echo(source, nl=False)
        return
    if out.exists() and out.read_text(encoding="utf-8", errors="replace") != source:
        raise _exists(out)
    _replace(out, source, f"The clients are imported. To go on: {_this_command()}")
    remark(f"{out} declares {_count(len(planned.clients))}.")


def _has_equal_values(planned: Plan) -> bool:
    """Whether a client's name is also a value of another one."""
    clients = planned.clients.values()
    names = Counter(client.name for client in clients)
    others = {
        value
        for client in clients
        for value in (
            *(client.description, client.privacy_url, client.terms_url),
            *(*client.redirect_uris, *client.web_origins),
        )
    }
    return any(number > 1 or name in others for name, number in names.items())


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
        raise SipgateError(f"{error}\n{_left(session, planned)}") from None


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
        remark(
            f"{_count(len(planned.existing))} {were} in the stack already. Where another file of your program "
            "declares one, keep one of the two declarations."
        )
    remark(
        f"{_count(len(planned.new))} {done}{', protected' if protected else ''}"
        f"{':' if planned.new else '.'}"
    )
    width = max(map(len, planned.new), default=0)
    for name, client in planned.new.items():
        remark(f"  {name:{width}}  {client.client_id}")


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
    from sipgate_provider.importing.program import write_whole  # noqa: PLC0415

    try:
        write_whole(path, text)
    except OSError as error:
        raise SipgateError(f"{path} cannot be written ({error.strerror}). {otherwise}") from None
