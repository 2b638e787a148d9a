"""Clients, users and personal access tokens in JSON, as pydantic reads and writes them.

sipgate's REST description has all six fields of a client required; its documentation leaves the two URLs out. So both
may be left out here, unless the switch `require_all_fields` says otherwise.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, PlainSerializer, ValidationError
from pydantic.alias_generators import to_camel

from sipgate_provider.simulator.scopes import ALL

Scopes = Annotated[frozenset[str], PlainSerializer(sorted, when_used="json")]


@dataclass(frozen=True)
class User:
    """Someone who logs in with a password; `scopes` is what their access tokens may do.

    Attributes:
        may_manage_clients: Whether the user's role allows it; no scope makes up for a role.
    """

    username: str
    password: str = field(repr=False)
    scopes: Scopes = frozenset({ALL})
    may_manage_clients: bool = True


@dataclass(frozen=True)
class PersonalAccessToken:
    """A machine's credential; `scopes` is what it may do.

    Attributes:
        may_manage_clients: Whether the role of the user who made it allows it.
    """

    token_id: str
    token: str = field(repr=False)
    scopes: Scopes = frozenset({ALL})
    may_manage_clients: bool = True


class ClientFields(BaseModel):
    """The six fields that a caller writes; anything else in the JSON is passed over."""

    model_config = ConfigDict(strict=True, alias_generator=to_camel)

    name: str
    description: str
    redirect_uris: list[str]
    web_origins: list[str]
    privacy_url: str = ""
    terms_url: str = ""


class StoredClient(ClientFields):
    """A client in the simulator's file."""

    client_id: str
    client_secret: str


class ListedClient(ClientFields):
    """A client as `clients --json` prints it, with its secret or without."""

    client_id: str
    client_secret: str | None = None


class ClientList(BaseModel):
    """What `clients --json` prints."""

    clients: list[ListedClient]


class StoredAccount(BaseModel):
    """An account in the simulator's file."""

    number: int
    clients: list[StoredClient] = []
    users: list[User] = []
    personal_access_tokens: list[PersonalAccessToken] = []


class Content(BaseModel):
    """The simulator's file."""

    version: Literal[1] = 1
    accounts: list[StoredAccount]


def problem(error: ValidationError) -> tuple[str, str]:
    """Where the first problem is, such as `redirectUris.0`, and what it is; never the value that was there."""
    first = error.errors(include_url=False, include_input=False, include_context=False)[0]
    return ".".join(str(part) for part in first["loc"]), first["msg"]
