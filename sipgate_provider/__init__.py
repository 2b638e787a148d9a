"""Manage sipgate OAuth 2.0 clients as code, with Pulumi.

import sipgate_provider as sipgate

sipgate.OAuthClient("crm", redirect_uris=["https://crm.example.com/*"])
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

from sipgate_provider._version import __version__

if TYPE_CHECKING:
    from sipgate_provider.resources.dynamic import OAuthClient
    from sipgate_provider.resources.lookups import (
        GetOAuthClientResult,
        get_oauth_client,
        get_oauth_client_output,
        get_oauth_clients,
        get_oauth_clients_output,
    )

__all__ = [
    "GetOAuthClientResult",
    "OAuthClient",
    "__version__",
    "get_oauth_client",
    "get_oauth_client_output",
    "get_oauth_clients",
    "get_oauth_clients_output",
]


def __getattr__(name: str) -> object:
    # The simulator and the command line live in this package too, and need no Pulumi.
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    module = "dynamic" if name == "OAuthClient" else "lookups"
    return getattr(import_module(f"{__name__}.resources.{module}"), name)


def __dir__() -> list[str]:
    return __all__
