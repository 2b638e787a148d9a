"""The same resource, served by the native plugin `pulumi-resource-sipgate`.

    import sipgate_provider.native as sipgate

    sipgate.OAuthClient("crm", redirect_uris=["https://crm.example.com/*"])

A program needs no other change. Each resource has the dynamic provider's type as an alias, so Pulumi takes over a
stack of the dynamic provider as it is.
"""

from __future__ import annotations

import re
from typing import Any
from weakref import WeakKeyDictionary

import pulumi
from pulumi.runtime.config import is_config_secret

from sipgate_provider import type_tokens as tokens
from sipgate_provider.errors import ConfigurationError
from sipgate_provider.resources import client_resource
from sipgate_provider.resources.client_resource import aliases
from sipgate_provider.resources.invokes import invoke, invoke_output
from sipgate_provider.resources.lookups import GetOAuthClientResult, result, results
from sipgate_provider.setting_names import namespace
from sipgate_provider.settings.sources import (
    ADDRESSES,
    KEYS,
    SECRET_KEYS,
    checked_account,
)

__all__ = [
    "GetOAuthClientResult",
    "OAuthClient",
    "Provider",
    "get_oauth_client",
    "get_oauth_client_output",
    "get_oauth_clients",
    "get_oauth_clients_output",
]


class Provider(pulumi.ProviderResource):
    """An account at sipgate, for programs that use more than one.

    Settings that are left out come from the environment, and addresses from nowhere else. A new credential replaces no
    resource.
    """

    def __init__(
        self,
        resource_name: str,
        opts: pulumi.ResourceOptions | None = None,
        *,
        token_id: pulumi.Input[str] | None = None,
        token: pulumi.Input[str] | None = None,
        access_token: pulumi.Input[str] | None = None,
        username: pulumi.Input[str] | None = None,
        password: pulumi.Input[str] | None = None,
        refresh_token: pulumi.Input[str] | None = None,
        client_id: pulumi.Input[str] | None = None,
        client_secret: pulumi.Input[str] | None = None,
        trust_empty_account: pulumi.Input[bool] | None = None,
        parallel: pulumi.Input[int] | None = None,
        account: str | None = None,
    ) -> None:
        """Declares the account.

        Args:
            resource_name: The provider's logical name in the stack.
            opts: Pulumi's resource options.
            token_id: The id of a personal access token.
            token: The personal access token; like every credential here it is secret in the state.
            access_token: An OAuth access token, used as it is while it lives.
            username: The user name of a person's log-in (password grant).
            password: The password that belongs to it.
            refresh_token: A refresh token of the client `client_id`.
            client_id: The client that it was issued to.
            client_secret: The secret of that client; left out for a public one.
            trust_empty_account: Whether a client is gone if an account without clients does not know it, though nothing
                tells whose account it is; by default not.
            parallel: How many clients are worked on at once, 1 to 64; by default 10.
            account: The account for settings that are left out: "eu" reads the stack's `sipgate-eu:`, `SIPGATE_EU_…`
                and the log-in of `login --account eu`. Another account replaces the clients.
        """
        arguments = locals()
        settings = {key: arguments[_snake(key)] for key in KEYS}
        if account is not None:
            configured = pulumi.Config(namespace(_account(account, f"Provider {resource_name!r}")))
            # An address is passed on as well, and the plugin refuses it.
            for key in (*KEYS, *ADDRESSES):
                if settings.get(key) is None:
                    # A secret of the stack's file stays secret in the program.
                    settings[key] = (
                        configured.get_secret(key)
                        if is_config_secret(configured.full_key(key))
                        else configured.get(key)
                    )
        properties = {
            key: None if value is None else pulumi.Output.from_input(value).apply(_as_text)
            for key, value in {**settings, "account": account}.items()
        }
        for key in SECRET_KEYS:
            if properties[key] is not None:
                properties[key] = pulumi.Output.secret(properties[key])
        super().__init__("sipgate", resource_name, properties, opts)


class OAuthClient(client_resource.OAuthClient):
    """An OAuth 2.0 client in a sipgate account, served by the native plugin."""

    _replaces_on_changes = True

    def _declare(
        self,
        resource_name: str,
        properties: dict[str, Any],
        opts: pulumi.ResourceOptions | None,
        account: str | None,
    ) -> None:
        if account is not None:
            provider = _of_account(_account(account, f"OAuthClient {resource_name!r}"))
            opts = pulumi.ResourceOptions.merge(opts, pulumi.ResourceOptions(provider=provider))
        own = pulumi.ResourceOptions(
            additional_secret_outputs=["client_secret"],
            aliases=aliases(opts, tokens.DYNAMIC),
        )
        pulumi.CustomResource.__init__(
            self,
            tokens.NATIVE,
            resource_name,
            properties | {"client_id": None, "client_secret": None},
            pulumi.ResourceOptions.merge(opts, own),
        )


def get_oauth_client(
    client_id: str | None = None,
    *,
    name: str | None = None,
    opts: pulumi.InvokeOptions | None = None,
) -> GetOAuthClientResult:
    """Reads the client with that id, or the only one with that exact name.

    In a preview that does not know the provider's settings yet, every attribute is None.

    Args:
        client_id: The id.
        name: The name, if the id is left out.
        opts: Pulumi's invoke options, such as the provider to use.

    Raises:
        pulumi.RunError: There is none, several have the name, or sipgate could not be reached.
    """
    return result(invoke(tokens.GET_CLIENT, {"clientId": client_id, "name": name}, opts))


def get_oauth_client_output(
    client_id: pulumi.Input[str] | None = None,
    *,
    name: pulumi.Input[str] | None = None,
    opts: pulumi.InvokeOptions | pulumi.InvokeOutputOptions | None = None,
) -> pulumi.Output[GetOAuthClientResult]:
    """Like `get_oauth_client`, for arguments that may be Outputs; unknown in a preview that cannot know it yet."""
    arguments = {"clientId": client_id, "name": name}
    return invoke_output(tokens.GET_CLIENT, arguments, opts).apply(result)


def get_oauth_clients(
    *, name: str | None = None, opts: pulumi.InvokeOptions | None = None
) -> list[GetOAuthClientResult]:
    """Reads the account's clients.

    In a preview that does not know the provider's settings yet, there are none.

    Args:
        name: Only clients of this name; each `*` stands for any text. By default all.
        opts: Pulumi's invoke options, such as the provider to use.

    Raises:
        pulumi.RunError: sipgate could not be reached.
    """
    return results(invoke(tokens.GET_CLIENTS, {"name": name}, opts))


def get_oauth_clients_output(
    *,
    name: pulumi.Input[str] | None = None,
    opts: pulumi.InvokeOptions | pulumi.InvokeOutputOptions | None = None,
) -> pulumi.Output[list[GetOAuthClientResult]]:
    """Like `get_oauth_clients`, for a name that may be an Output; unknown in a preview that cannot know it yet."""
    return invoke_output(tokens.GET_CLIENTS, {"name": name}, opts).apply(results)


_providers: WeakKeyDictionary[Any, dict[str, Provider]] = WeakKeyDictionary()


def _of_account(account: str) -> Provider:
    """The account's provider, which each run of a program creates once."""
    providers = _providers.setdefault(pulumi.runtime.get_root_resource(), {})
    if account not in providers:
        providers[account] = Provider(f"sipgate-{account}", account=account)
    return providers[account]


def _account(account: str, subject: str) -> str:
    try:
        return checked_account(account)
    except ConfigurationError as error:
        raise pulumi.RunError(f"{subject}: {error}") from None


def _snake(key: str) -> str:
    return re.sub("([A-Z])", r"_\1", key).lower()


def _as_text(value: object) -> str | None:
    """The value of a setting as text, which is how the engine passes it on."""
    if value is None:
        return None
    return str(value).lower() if isinstance(value, bool) else str(value)
