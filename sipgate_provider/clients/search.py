"""Finding clients that an account already holds: by id, by exact name, or by a pattern of names.

Names are not unique at sipgate, so a name that matches several clients is an error that lists them: a program that took
the first one could hand out another client's secret. A list may lack secrets, so a client without one is read by its
id.
"""

from __future__ import annotations

import contextlib
import re
from collections.abc import Sequence

from sipgate_provider.api.calls import SipgateAPI
from sipgate_provider.api.models import OAuthClientState
from sipgate_provider.errors import (
    ConfigurationError,
    NotFoundError,
    PermissionDeniedError,
    SipgateError,
)

__all__ = ["find_client", "find_clients"]

_SHOWN = 10


def find_client(
    api: SipgateAPI, client_id: str | None = None, name: str | None = None
) -> OAuthClientState:
    """The client with that id, or the only one with that exact name.

    Raises:
        SipgateError: There is none, several have the name, or the account cannot be read.
    """
    if (client_id is None) == (name is None):
        raise ConfigurationError(
            "Looking up a client takes either its id or its exact name; give one of them."
        )
    if client_id is not None:
        if not client_id:
            raise ConfigurationError("Looking up a client by id: the id is empty; give one.")
        try:
            return api.get_client(client_id)
        except NotFoundError:
            # A server at a wrong address answers 404 to everything, and the error of listing says so.
            with contextlib.suppress(PermissionDeniedError):
                api.list_clients()
            raise SipgateError(
                f"Looking up client {client_id}: the account has no client of that id; "
                "check the id, and that the credential is for the right account."
            ) from None
    listing = api.list_clients()
    if not listing.complete:
        raise SipgateError(
            "Looking up a client by name: sipgate shows only a part of the account's list; give the id."
        )
    found = [client for client in listing if client.name == name]
    if len(found) == 1:
        return _with_secret(api, found[0])
    if found:
        raise SipgateError(
            f"Looking up a client by name: {len(found)} clients have that name. Give the id of one: "
            f"{_candidates(found)}."
        )
    others = f" It has {_candidates(listing)}." if listing else " It has none at all."
    raise SipgateError(
        f"Looking up a client by name: the account has no client of that name.{others}"
    )


def find_clients(
    api: SipgateAPI, name: str | None = None, *, secrets: bool = True
) -> list[OAuthClientState]:
    """The account's clients in the order that sipgate lists them.

    Args:
        api: The account.
        name: Only clients with this name, in which each `*` stands for any text; None for all clients.
        secrets: Whether secrets are needed, so that a client whose secret the list lacks is read by its id.

    Raises:
        SipgateError: The account cannot be read.
    """
    pattern = re.compile(
        ".*" if name is None else ".*".join(map(re.escape, name.split("*"))), re.DOTALL
    )
    found = [client for client in api.list_clients() if pattern.fullmatch(client.name)]
    return [_with_secret(api, client) for client in found] if secrets else found


def _with_secret(api: SipgateAPI, client: OAuthClientState) -> OAuthClientState:
    return client if client.client_secret else api.get_client(client.client_id)


def _candidates(clients: Sequence[OAuthClientState]) -> str:
    shown = ", ".join(f"{client.client_id} ({client.name!r})" for client in clients[:_SHOWN])
    more = len(clients) - _SHOWN
    return f"{shown} and {more} more" if more > 0 else shown
