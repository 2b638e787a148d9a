"""Keeps a client from being imported or deleted if another stack manages it.

Every stack that the backend shows is searched. A stack that cannot be read may manage any client whose description
names no stack. If the description names a stack that the backend does not show, that stack may still manage the client.
With `--force`, the user overrides the check.
"""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

import click

from sipgate_provider.cli.session import Session
from sipgate_provider.cli.terminal import remark
from sipgate_provider.clients.owner import owner_of
from sipgate_provider.errors import ConfigurationError, SipgateError

if TYPE_CHECKING:
    from sipgate_provider.api.models import OAuthClientState
    from sipgate_provider.importing.stack import Manager, Managers

__all__ = ["FORCE", "Ownership", "several", "warn_of_several"]

FORCE = click.option(
    "--force", is_flag=True, help="Do it even if another stack may manage the client."
)


class Ownership:
    """The check for one run of a command, which searches the stacks once."""

    def __init__(self, session: Session, *, force: bool) -> None:
        self._managers: Managers | None = None
        if not force:
            try:
                self._managers = session.all_managers()
            except SipgateError as error:
                raise ConfigurationError(
                    f"Whether another stack manages the client cannot be checked: {error} --force skips this check."
                ) from None

    def objection(self, client: OAuthClientState) -> str:
        """Sentences that say which stacks manage the client; empty if none does."""
        return " ".join(_objections(client, self._managers)) if self._managers else ""

    def check(self, client: OAuthClientState) -> None:
        """Raises ConfigurationError if another stack manages the client."""
        if objection := self.objection(client):
            raise ConfigurationError(f"{objection} Nothing was done; --force overrides this.")


def several(client_id: str, managers: Sequence[Manager]) -> tuple[str, str] | None:
    """A sentence that several resources manage the client, and what to do; None if at most one does."""
    if len(managers) < 2:  # noqa: PLR2004
        return None
    names = " and ".join(f"{one.resource!r} in {one.stack}" for one in managers)
    last = managers[-1]
    forget = shlex.join(["pulumi", "state", "delete", "--stack", last.stack, last.urn])
    fact = f"Client {client_id} has {len(managers)} managers: {names}. If one is deleted, so is the client of all."
    remedy = (
        f"Decide which one stays. Let the stack of each other one forget it, as with `{forget}` (and --force if it is "
        "protected), and only then remove it from the program."
    )
    return fact, remedy


def warn_of_several(client_id: str, managers: Sequence[Manager]) -> None:
    """Warns on standard error if several resources manage the client."""
    if found := several(client_id, managers):
        remark(" ".join(("Warning:", *found)))


def _objections(client: OAuthClientState, managers: Managers) -> Iterator[str]:
    for manager in managers.by_client.get(client.client_id, ()):
        yield f"Stack {manager.stack} manages client {client.client_id} as {manager.resource!r}."
    owner = owner_of(client.description)
    if owner and owner not in managers.stacks:
        yield (
            f"The description of client {client.client_id} says that stack {owner} manages it, but this backend "
            "has no such stack."
        )
    if owner is None and managers.unreadable:
        yield (
            f"A stack that cannot be read may manage client {client.client_id}: "
            f"{', '.join(managers.unreadable)}."
        )
