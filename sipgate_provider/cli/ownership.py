"""Keeps a client from being imported or deleted if another stack manages it.

Every stack that the backend shows is searched. A stack that cannot be read may manage any client whose description
names no stack. If the description names a stack that the backend does not show, that stack may still manage the client.
With `--force`, the user overrides the check.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import click

from sipgate_provider.cli.session import Session
from sipgate_provider.clients.ownership import owner_of
from sipgate_provider.errors import ConfigurationError, SipgateError

if TYPE_CHECKING:
    from sipgate_provider.api.models import OAuthClientState
    from sipgate_provider.importing.stack import Managers

__all__ = ["FORCE", "Ownership"]

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

    def objection(self, client: OAuthClientState) -> str | None:
        """A sentence that says which other stack manages the client; None if no other stack does."""
        return None if self._managers is None else next(_objections(client, self._managers), None)

    def check(self, client: OAuthClientState) -> None:
        """Raises ConfigurationError if another stack manages the client."""
        if objection := self.objection(client):
            raise ConfigurationError(f"{objection} Nothing was done; --force overrides this.")


def _objections(client: OAuthClientState, managers: Managers) -> Iterator[str]:
    manager = managers.by_client.get(client.client_id)
    if manager:
        yield (f"Stack {manager.stack} manages client {client.client_id} as {manager.resource!r}.")
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
