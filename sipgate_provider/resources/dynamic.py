"""The resource that the dynamic provider serves.

It passes the engine a provider object without state, and marks the secret. Warnings are logged here, since only a
program's warnings reach the user with the resource's name. They never contain a value, which may be secret.

It is not a `pulumi.dynamic.Resource`, although `_declare` does the same as that class's constructor. The SDK takes the
third constructor from the innermost for the resource's own, and its caller for the user's line. With one more class
between them, every resource in every state would come from a line of this module.
"""

from __future__ import annotations

from typing import Any

import pulumi

from sipgate_provider import type_tokens as tokens
from sipgate_provider.clients.findings import warnings
from sipgate_provider.errors import ConfigurationError
from sipgate_provider.provider import host_properties
from sipgate_provider.resources import client_resource
from sipgate_provider.resources.client_resource import aliases
from sipgate_provider.scrubbing import shell_word
from sipgate_provider.settings.sources import checked_account

__all__ = ["OAuthClient"]


class OAuthClient(client_resource.OAuthClient):
    """An OAuth 2.0 client in a sipgate account, served by the dynamic provider."""

    _replaces_on_changes = False

    def _declare(
        self,
        resource_name: str,
        properties: dict[str, Any],
        opts: pulumi.ResourceOptions | None,
        account: str | None,
    ) -> None:
        try:
            host = host_properties(None if account is None else checked_account(account))
        except ConfigurationError as error:
            raise pulumi.RunError(f"OAuthClient {resource_name!r}: {error}") from None
        if opts is not None and opts.import_ is not None:
            raise pulumi.RunError(
                f"OAuthClient {resource_name!r}: `import_` does not work with a dynamic provider. Run "
                f"`sipgate-provider import{f' --account {account}' if account else ''} "
                f"{shell_word(resource_name)}=<clientId>` once instead, and leave `import_` out."
            )
        own = pulumi.ResourceOptions(
            additional_secret_outputs=["client_secret"],
            # So a stack of the native plugin is taken over as it is.
            aliases=aliases(opts, tokens.NATIVE),
        )
        pulumi.CustomResource.__init__(
            self,
            tokens.DYNAMIC,
            resource_name,
            properties | {"client_secret": None} | host,
            pulumi.ResourceOptions.merge(opts, own),
        )
        for name, value in properties.items():
            self._warn(name, value)

    def _warn(self, name: str, value: Any) -> None:
        """Warns about risky values of a property, as soon as they are known."""

        def warn(known: Any) -> None:
            for finding in warnings({self.translate_input_property(name): known}):
                pulumi.log.warn(f"{finding}.", self)

        entries = value if isinstance(value, list | tuple) else [value]
        if all(isinstance(entry, str) for entry in entries):
            warn(value)
        elif value is not None:
            pulumi.Output.from_input(value).apply(warn)
