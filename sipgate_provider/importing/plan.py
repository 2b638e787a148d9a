"""Chooses which clients to import into a stack, and under which names.

The user chooses a resource's name, or it is derived from the client's: lower case, ASCII, words joined by hyphens, and
a number if it would not be unique. Clients that the stack manages already are not imported again, but they belong to
the program: one that left them out would delete them.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from sipgate_provider.api.models import OAuthClientState
from sipgate_provider.errors import ConfigurationError

__all__ = ["Plan", "plan"]


@dataclass(frozen=True)
class Plan:
    """The clients that an import means.

    Attributes:
        existing: Those in the stack already, by resource name.
        new: Those to import, by resource name.
    """

    existing: dict[str, OAuthClientState]
    new: dict[str, OAuthClientState]

    @property
    def clients(self) -> dict[str, OAuthClientState]:
        """All of them, which the program has to declare; by name, so that each run writes the same program."""
        return dict(sorted({**self.existing, **self.new}.items()))


def plan(
    listed: Iterable[OAuthClientState],
    wanted: Mapping[str, str],
    managed: Mapping[str, OAuthClientState],
    taken: Collection[str],
    *,
    everything: bool,
) -> Plan:
    """Plans an import, in which each client has a name of its own.

    Args:
        listed: Clients of the account, at least the wanted ones that the stack does not manage.
        wanted: The client ids that the user gave, by resource name.
        managed: The clients that the stack manages, by resource name.
        taken: Other resource names that the stack uses for clients.
        everything: Whether all other clients belong to it as well, new ones under derived names.

    Raises:
        ConfigurationError: A client is wanted twice or is in the stack under another name, or a name belongs to
            another client.
    """
    clients = {client.client_id: client for client in listed}
    names = {client.client_id: name for name, client in managed.items()}
    new: dict[str, OAuthClientState] = {}
    existing = dict(managed) if everything else {}
    for name, client_id in wanted.items():
        if list(wanted.values()).count(client_id) > 1:
            raise ConfigurationError(f"Client {client_id} is asked for twice; give it one name.")
        if name in managed and managed[name].client_id == client_id:
            existing[name] = managed[name]
        elif client_id in names:
            raise ConfigurationError(
                f"{name}={client_id}: the stack manages this client already, as {names[client_id]!r}. To rename "
                f"the resource, declare it as {name!r} with "
                f"opts=pulumi.ResourceOptions(aliases=[pulumi.Alias(name={names[client_id]!r})])."
            )
        elif name in managed or name in taken:
            raise ConfigurationError(
                f"{name}={client_id}: the stack has another client of that name; choose another name."
            )
        else:
            new[name] = clients[client_id]
    if everything:
        done = {*names, *wanted.values()}
        for client_id, client in clients.items():
            if client_id not in done:
                new[_free_name(client, {*managed, *taken, *new})] = client
    return Plan(existing, new)


def _free_name(client: OAuthClientState, taken: Collection[str]) -> str:
    ascii_only = unicodedata.normalize("NFKD", client.name.casefold()).encode("ascii", "ignore")
    words = re.findall(r"[a-z0-9]+", ascii_only.decode())
    name = "-".join(words)[:60].strip("-") or "client"
    number = 1
    free = name
    while free in taken:
        number += 1
        free = f"{name}-{number}"
    return free
