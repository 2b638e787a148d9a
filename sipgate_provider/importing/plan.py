"""Which clients enter the stack, and under which names.

A resource's name is chosen by the user, or derived from the client's: lower case, ASCII, words joined by hyphens,
numbered where it would not be unique. What the stack manages already is left alone, so importing twice does no harm.
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
    """What is to happen.

    Attributes:
        enter: Clients that enter the stack, by resource name.
        there: Clients that were asked for and are in the stack already, by resource name.
    """

    enter: dict[str, OAuthClientState]
    there: dict[str, OAuthClientState]


def plan(
    listed: Iterable[OAuthClientState],
    wanted: Mapping[str, str],
    managed: Mapping[str, str],
    taken: Collection[str],
    *,
    everything: bool,
) -> Plan:
    """The clients to import, each under a name of its own.

    Args:
        listed: Clients of the account, at least those that are wanted.
        wanted: Resource name to client id, as the user gave them.
        managed: Client id to resource name, as the stack has them.
        taken: Resource names that the stack uses for clients.
        everything: Whether all other clients enter as well, under names derived from theirs.

    Raises:
        ConfigurationError: A client is asked for twice, or is in the stack under another name; or a name
            belongs to another client.
    """
    clients = {client.client_id: client for client in listed}
    enter: dict[str, OAuthClientState] = {}
    there: dict[str, OAuthClientState] = {}
    for name, client_id in wanted.items():
        if list(wanted.values()).count(client_id) > 1:
            raise ConfigurationError(f"Client {client_id} is asked for twice; give it one name.")
        if managed.get(client_id) == name:
            there[name] = clients[client_id]
        elif client_id in managed:
            raise ConfigurationError(
                f"{name}={client_id}: the stack manages this client already, as {managed[client_id]!r}. To rename "
                f"the resource, declare it as {name!r} with "
                f"opts=pulumi.ResourceOptions(aliases=[pulumi.Alias(name={managed[client_id]!r})])."
            )
        elif name in taken:
            raise ConfigurationError(
                f"{name}={client_id}: the stack has another client of that name; choose another name."
            )
        else:
            enter[name] = clients[client_id]
    if everything:
        asked = set(wanted.values())
        for client_id, client in clients.items():
            if client_id not in managed and client_id not in asked:
                enter[_free_name(client, {*taken, *enter, *there})] = client
    return Plan(enter, there)


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
