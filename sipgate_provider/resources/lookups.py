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

# Typed as in the SDKs that Pulumi generates, which describe an update and not a preview.
_UNKNOWN: Any = None


@dataclass(frozen=True)
class GetOAuthClientResult:
    """The properties of a client at sipgate.

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
    client_id: str | None = None,
    *,
    name: str | None = None,
    account: str | None = None,
    opts: None = None,
) -> GetOAuthClientResult:
    """Reads the client with that id, or the only one with that exact name.

    Args:
        client_id: The id.
        name: The name, if the id is left out.
        account: Which account's settings to use; by default the usual ones.
        opts: Refused, since only the native plugin's lookups have options.

    Raises:
        pulumi.RunError: There is none, several have the name (the first ten are listed), or sipgate could not be
            reached; the `SipgateError` is its cause.
    """
    _refuse_options(opts)
    if is_mocked():
        return result(invoke(tokens.GET_CLIENT, {"clientId": client_id, "name": name}))
    with _user_errors():
        return _result_of(_find_client(_settings(account), client_id, name))


def get_oauth_client_output(
    client_id: pulumi.Input[str] | None = None,
    *,
    name: pulumi.Input[str] | None = None,
    account: str | None = None,
    opts: None = None,
) -> pulumi.Output[GetOAuthClientResult]:
    """Like `get_oauth_client`, for arguments that may be Outputs; what it raises becomes the Output's error."""
    _refuse_options(opts)
    if is_mocked():
        by_id_or_name = {"clientId": client_id, "name": name}
        return invoke_output(tokens.GET_CLIENT, by_id_or_name).apply(result)

    arguments = pulumi.Output.all(client_id=client_id, name=name)

    async def look_up(values: Mapping[str, str | None]) -> Any:
        if await _awaits_creation(arguments):
            return UNKNOWN
        with _user_errors():
            # A thread waits for sipgate while the program goes on. Only this thread can create Outputs.
            return _result_of(
                await asyncio.to_thread(
                    _find_client, _settings(account), values["client_id"], values["name"]
                )
            )

    return arguments.apply(look_up)


def get_oauth_clients(
    *, name: str | None = None, account: str | None = None, opts: None = None
) -> list[GetOAuthClientResult]:
    """Reads the account's clients.

    Args:
        name: Only clients with this name, in which each `*` stands for any text. By default all.
        account: Which account's settings to use; by default the usual ones.
        opts: Refused, since only the native plugin's lookups have options.

    Raises:
        pulumi.RunError: sipgate could not be reached; the `SipgateError` is its cause.
    """
    _refuse_options(opts)
    if is_mocked():
        return results(invoke(tokens.GET_CLIENTS, {"name": name}))
    with _user_errors():
        return [_result_of(client) for client in _find_clients(_settings(account), name)]


def get_oauth_clients_output(
    *, name: pulumi.Input[str] | None = None, account: str | None = None, opts: None = None
) -> pulumi.Output[list[GetOAuthClientResult]]:
    """Like `get_oauth_clients`, for a name that may be an Output; what it raises becomes the Output's error."""
    _refuse_options(opts)
    if is_mocked():
        return invoke_output(tokens.GET_CLIENTS, {"name": name}).apply(results)

    arguments = pulumi.Output.all(name=name)

    async def look_up(values: Mapping[str, str | None]) -> Any:
        if await _awaits_creation(arguments):
            return UNKNOWN
        with _user_errors():
            found = await asyncio.to_thread(_find_clients, _settings(account), values["name"])
            return [_result_of(client) for client in found]

    return arguments.apply(look_up)


def _refuse_options(opts: object) -> None:
    # A program of the native plugin has them, and a TypeError would be shown as a traceback.
    if opts is not None:
        raise pulumi.RunError(
            "The dynamic provider's lookups take no `opts`, because the engine does not answer them. Choose an account "
            "with `account`, and pass an output of a resource as the argument to wait for it."
        )


async def _awaits_creation(arguments: pulumi.Output[Any]) -> bool:
    """Whether the arguments come from a resource that does not exist before the update."""
    resources = await arguments.resources()
    return not all(
        [await one.id.is_known() for one in resources if isinstance(one, pulumi.CustomResource)]
    )


def _find_client(settings: Settings, client_id: str | None, name: str | None) -> OAuthClientState:
    from sipgate_provider.clients.search import find_client

    return find_client(_api(settings), client_id, name)


def _find_clients(settings: Settings, name: str | None) -> list[OAuthClientState]:
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
    """The account's API, whose connections and access token the whole program shares."""
    from sipgate_provider.api.calls import SipgateAPI

    return SipgateAPI(settings)


def _result_of(client: OAuthClientState) -> GetOAuthClientResult:
    return result(client.properties())


def result(client: Mapping[str, Any]) -> GetOAuthClientResult:
    """The result for a client with the API's property names; None for properties that are not known."""
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
    """The results for the clients in a response of the plugin."""
    return [result(client) for client in found.get("clients", ())]


@contextmanager
def _user_errors() -> Iterator[None]:
    """Raises a `SipgateError` as a `RunError`, of which Pulumi shows only the message."""
    try:
        yield
    except SipgateError as error:
        raise pulumi.RunError(str(error)) from error
