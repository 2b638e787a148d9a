"""The web origins of redirect URIs (RFC 6454)."""

from __future__ import annotations

from collections.abc import Iterable
from urllib.parse import urlsplit

from sipgate_provider.http.addresses import DEFAULT_PORTS

__all__ = ["origins_of"]


def origins_of(redirect_uris: Iterable[str]) -> list[str]:
    """Each web origin of `redirect_uris` once, in their order; wildcards are kept, other schemes ignored."""
    origins: dict[str, None] = {}
    for uri in redirect_uris:
        try:
            parts = urlsplit(uri)
        except ValueError:
            # Check reports the error.
            continue
        host = parts.netloc.rpartition("@")[2].lower()
        if parts.scheme in DEFAULT_PORTS and host:
            host = host.removesuffix(f":{DEFAULT_PORTS[parts.scheme]}").removesuffix(":")
            origins[f"{parts.scheme}://{host}"] = None
    return list(origins)
