"""Users, personal access tokens and clients, and their JSON format as pydantic models.

sipgate's REST description requires all six fields of a client, but its documentation leaves the two URLs out. So
both URLs are optional here unless the switch `require_all_fields` is on.
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
    """A user who logs in with a password.

    Attributes:
        scopes: The scopes that the user's access tokens can have.
        may_manage_clients: Whether the user's role allows managing clients. No scope makes up for a missing role.
    """

    username: str
    password: str = field(repr=False)
    scopes: Scopes = frozenset({ALL})
    may_manage_clients: bool = True


@dataclass(frozen=True)
class PersonalAccessToken:
    """A credential for a machine.

    Attributes:
        scopes: The scopes of the token.
        may_manage_clients: Whether the role of the user who created the token allows managing clients.
    """

    token_id: str
    token: str = field(repr=False)
    scopes: Scopes = frozenset({ALL})
    may_manage_clients: bool = True


class ClientFields(BaseModel):
    """The six fields that a caller can write. Others in the JSON are ignored."""

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
    """A client in the output of `clients --json`, with or without its secret."""

    client_id: str
    client_secret: str | None = None


class ClientList(BaseModel):
    """The output of `clients --json`."""

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
    """Returns the location of the first error, such as `redirectUris.0`, and its message, never the value itself."""
    first = error.errors(include_url=False, include_input=False, include_context=False)[0]
    return ".".join(str(part) for part in first["loc"]), first["msg"]
