"""Lookups: functions by which a program reads clients that it does not manage.

The engine offers a dynamic provider no functions. So these send their requests from the program's own process, with the
credential that the provider would use. They import what they need when they are called, so other programs start
quickly. A client's secret is always an Output, because plain text would lose Pulumi's mark for secrets.

A lookup sends its requests in every preview and every update. If the argument of an `_output` form is unknown in a
preview, or comes from a resource that the preview would create, the form waits for the update.

In unit tests, Pulumi's mocks answer. They receive the names of the native plugin's functions, so that one test is valid
for both hosts.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import pulumi
from pulumi.output import UNKNOWN

from sipgate_provider import type_tokens as tokens
from sipgate_provider.errors import SipgateError
from sipgate_provider.resources.invokes import invoke, invoke_output, is_mocked
from sipgate_provider.settings.sources import checked_account

if TYPE_CHECKING:
    from sipgate_provider.api.calls import SipgateAPI
    from sipgate_provider.api.models import OAuthClientState
    from sipgate_provider.settings.settings import Settings

__all__ = [
    "GetOAuthClientResult",
    "get_oauth_client",
    "get_oauth_client_output",
    "get_oauth_clients",
    "get_oauth_clients_output",
    "result",
    "results",
]

# As in the SDKs that Pulumi generates; the types say what an update has.
_UNKNOWN: Any = None


@dataclass(frozen=True)
class GetOAuthClientResult:
    """A client as sipgate has it.

    Attributes:
        client_id: The id that applications present.
        client_secret: The secret, marked as one; it resolves to None where sipgate does not tell it.
        name: The name that people see when they log in.
        description: A note for colleagues.
        redirect_uris: Where a browser may be sent after log-in or log-out.
        web_origins: Origins whose pages may call the API (CORS).
        privacy_url: The privacy policy shown at log-in; empty for none.
        terms_url: The terms of service shown at log-in; empty for none.
    """

    client_id: str
    client_secret: pulumi.Output[str | None] = field(repr=False)
    name: str
    description: str
    redirect_uris: list[str]
    web_origins: list[str]
    privacy_url: str
    terms_url: str


def get_oauth_client(
    client_id: str | None = None, *, name: str | None = None, account: str | None = None
) -> GetOAuthClientResult:
    """The client of that id, or the only one of that exact name.

    Args:
        client_id: The id.
        name: The name, if not the id is given.
        account: Which account's settings to use; by default the usual ones.

    Raises:
        pulumi.RunError: There is none, there are several of the name (the first ten are listed), or sipgate could
            not be asked; the `SipgateError` is its cause.
    """
    if is_mocked():
        return result(invoke(tokens.GET_CLIENT, {"clientId": client_id, "name": name}))
    with _one_sentence():
        return _result_of(_found(_settings(account), client_id, name))


def get_oauth_client_output(
    client_id: pulumi.Input[str] | None = None,
    *,
    name: pulumi.Input[str] | None = None,
    account: str | None = None,
) -> pulumi.Output[GetOAuthClientResult]:
    """Like `get_oauth_client`, for arguments that may be Outputs; what it raises becomes the Output's error."""
    if is_mocked():
        asked = {"clientId": client_id, "name": name}
        return invoke_output(tokens.GET_CLIENT, asked).apply(result)

    arguments = pulumi.Output.all(client_id=client_id, name=name)

    async def look(given: Mapping[str, str | None]) -> Any:
        if await _awaits_creation(arguments):
            return UNKNOWN
        with _one_sentence():
            # Asked in a thread, so that the program goes on; Outputs can be made in this one only.
            return _result_of(
                await asyncio.to_thread(
                    _found, _settings(account), given["client_id"], given["name"]
                )
            )

    return arguments.apply(look)


def get_oauth_clients(
    *, name: str | None = None, account: str | None = None
) -> list[GetOAuthClientResult]:
    """The account's clients.

    Args:
        name: Only clients of this name; each `*` stands for any text. By default all.
        account: Which account's settings to use; by default the usual ones.

    Raises:
        pulumi.RunError: sipgate could not be asked; the `SipgateError` is its cause.
    """
    if is_mocked():
        return results(invoke(tokens.GET_CLIENTS, {"name": name}))
    with _one_sentence():
        return [_result_of(client) for client in _all_found(_settings(account), name)]


def get_oauth_clients_output(
    *, name: pulumi.Input[str] | None = None, account: str | None = None
) -> pulumi.Output[list[GetOAuthClientResult]]:
    """Like `get_oauth_clients`, for a name that may be an Output; what it raises becomes the Output's error."""
    if is_mocked():
        return invoke_output(tokens.GET_CLIENTS, {"name": name}).apply(results)

    arguments = pulumi.Output.all(name=name)

    async def look(given: Mapping[str, str | None]) -> Any:
        if await _awaits_creation(arguments):
            return UNKNOWN
        with _one_sentence():
            found = await asyncio.to_thread(_all_found, _settings(account), given["name"])
            return [_result_of(client) for client in found]

    return arguments.apply(look)


async def _awaits_creation(arguments: pulumi.Output[Any]) -> bool:
    """Whether the arguments come from a resource that this preview would only create."""
    resources = await arguments.resources()
    return not all(
        [await one.id.is_known() for one in resources if isinstance(one, pulumi.CustomResource)]
    )


def _found(settings: Settings, client_id: str | None, name: str | None) -> OAuthClientState:
    from sipgate_provider.clients.search import find_client

    return find_client(_api(settings), client_id, name)


def _all_found(settings: Settings, name: str | None) -> list[OAuthClientState]:
    from sipgate_provider.clients.search import find_clients

    return find_clients(_api(settings), name)


def _settings(account: str | None) -> Settings:
    from sipgate_provider.settings.settings import Settings

    def configured(key: str) -> str | None:
        namespace, _, name = key.partition(":")
        return pulumi.Config(namespace).get(name)

    return Settings.resolve(
        configured, os.environ, None if account is None else checked_account(account)
    )


@lru_cache
def _api(settings: Settings) -> SipgateAPI:
    """One for the whole program, with its connections and its access token."""
    from sipgate_provider.api.calls import SipgateAPI

    return SipgateAPI(settings)


def _result_of(client: OAuthClientState) -> GetOAuthClientResult:
    return result(client.properties())


def result(client: Mapping[str, Any]) -> GetOAuthClientResult:
    """What a program is given for a client in the API's spelling; None for what a preview or a mock does not know."""
    return GetOAuthClientResult(
        client_id=client.get("clientId", _UNKNOWN),
        client_secret=pulumi.Output.secret(client.get("clientSecret")),
        name=client.get("name", _UNKNOWN),
        description=client.get("description", _UNKNOWN),
        redirect_uris=client.get("redirectUris", _UNKNOWN),
        web_origins=client.get("webOrigins", _UNKNOWN),
        privacy_url=client.get("privacyUrl", _UNKNOWN),
        terms_url=client.get("termsUrl", _UNKNOWN),
    )


def results(found: Mapping[str, Any]) -> list[GetOAuthClientResult]:
    """What a program is given for several clients."""
    return [result(client) for client in found.get("clients", ())]


@contextmanager
def _one_sentence() -> Iterator[None]:
    """Lets a `SipgateError` end the program with its sentence alone, as the language host does for `RunError`."""
    try:
        yield
    except SipgateError as error:
        raise pulumi.RunError(str(error)) from error
