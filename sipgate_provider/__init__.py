"""Manage sipgate OAuth 2.0 clients as code, with Pulumi.

import sipgate_provider as sipgate

sipgate.OAuthClient("crm", redirect_uris=["https://crm.example.com/*"])
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sipgate_provider._version import __version__

if TYPE_CHECKING:
    from sipgate_provider.resource import OAuthClient

__all__ = ["OAuthClient", "__version__"]


def __getattr__(name: str) -> object:
    # The simulator and the command line live in this package too, and need no Pulumi.
    if name == "OAuthClient":
        from sipgate_provider.resource import OAuthClient

        return OAuthClient
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return __all__
