"""What a program writes: the resource, with Python's names outside and the API's names in the state.

The resource hands the engine a provider object without state, marks the secret and translates names. Defaults and
rules are not here but in `models`, except the one that needs the resource's own name.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pulumi
from pulumi.dynamic import Resource

from sipgate_provider.provider import OAuthClientProvider

__all__ = ["OAuthClient"]

_API_NAMES = {
    "client_id": "clientId",
    "client_secret": "clientSecret",
    "redirect_uris": "redirectUris",
    "web_origins": "webOrigins",
    "privacy_url": "privacyUrl",
    "terms_url": "termsUrl",
}
_PYTHON_NAMES = {api: python for python, api in _API_NAMES.items()}


class OAuthClient(Resource, module="sipgate", name="OAuthClient"):
    """An OAuth 2.0 client in a sipgate account.

    Deleting one ends every log-in made through it, for good: `protect=True` in `opts` guards against that.

    Attributes:
        client_id: The id that applications present when they ask for a log-in.
        client_secret: The client's secret; always secret in Pulumi's state and output.
        name: What people see when they log in.
        description: A note for colleagues.
        redirect_uris: Where a browser may be sent after log-in or log-out.
        web_origins: Origins whose pages may call the API (CORS).
        privacy_url: The privacy policy shown at log-in; empty for none.
        terms_url: The terms of service shown at log-in; empty for none.
    """

    client_id: pulumi.Output[str]
    client_secret: pulumi.Output[str]
    name: pulumi.Output[str]
    description: pulumi.Output[str]
    redirect_uris: pulumi.Output[list[str]]
    web_origins: pulumi.Output[list[str]]
    privacy_url: pulumi.Output[str]
    terms_url: pulumi.Output[str]

    def __init__(
        self,
        resource_name: str,
        opts: pulumi.ResourceOptions | None = None,
        *,
        redirect_uris: pulumi.Input[Sequence[pulumi.Input[str]]],
        name: pulumi.Input[str] | None = None,
        description: pulumi.Input[str] | None = None,
        web_origins: pulumi.Input[Sequence[pulumi.Input[str]]] | None = None,
        privacy_url: pulumi.Input[str] | None = None,
        terms_url: pulumi.Input[str] | None = None,
    ) -> None:
        """Declares the client.

        Args:
            resource_name: The resource's logical name in the stack.
            opts: Pulumi's resource options.
            redirect_uris: Where a browser may be sent after log-in or log-out. Simple wildcards are allowed:
                `https://app.example.com/*`, `https://*.example.com/*`. At least one; the order means nothing.
            name: What people see when they log in; by default `resource_name`.
            description: A note for colleagues; by default "Managed by Pulumi".
            web_origins: Origins whose pages may call the API (CORS), as in `https://app.example.com`; by default
                none. Simple wildcards are allowed; the order means nothing.
            privacy_url: The privacy policy shown at log-in; by default none.
            terms_url: The terms of service shown at log-in; by default none.
        """
        properties: dict[str, Any] = {
            "name": resource_name if name is None else name,
            "description": description,
            "redirect_uris": redirect_uris,
            "web_origins": web_origins,
            "privacy_url": privacy_url,
            "terms_url": terms_url,
            "client_id": None,
            "client_secret": None,
        }
        secret = pulumi.ResourceOptions(additional_secret_outputs=["client_secret"])
        super().__init__(
            OAuthClientProvider(),
            resource_name,
            properties,
            pulumi.ResourceOptions.merge(opts, secret),
        )

    def translate_input_property(self, prop: str) -> str:
        """The API's name of a Python property."""
        return _API_NAMES.get(prop, prop)

    def translate_output_property(self, prop: str) -> str:
        """The Python name of an API property."""
        return _PYTHON_NAMES.get(prop, prop)
