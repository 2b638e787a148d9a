"""What browsers send for what a client has registered: its origins, and an address or origin for each wildcard."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from sipgate_provider.clients.address_parts import AddressParts
from sipgate_provider.http.addresses import Origin

__all__ = ["concrete_origins", "concrete_redirect_uri", "origins_of"]

_WORD = "verify"
_HOST = "verify.example.com"
_PORT = "8443"
_ANY = "*"
_ANY_PORT = ":*"
_ANY_SUBDOMAIN = "*."
_OF_REDIRECTS = "+"


def origins_of(redirect_uris: Iterable[str]) -> list[str]:
    """Each web origin of `redirect_uris` once, in their order; wildcards are kept, other schemes ignored."""
    found = (Origin.of(uri) for uri in redirect_uris)
    return list(dict.fromkeys(str(origin) for origin in found if origin and origin.is_web))


def concrete_redirect_uri(registered: str) -> str:
    """An address that the registered one is meant to cover: itself, or one in which words stand for wildcards."""
    address = AddressParts.of(registered)
    if scheme := address.covers_everything():
        return f"{scheme}://{_HOST}/"
    if not address.is_web or not address.authority:
        return _concrete_path(registered)
    before = f"{address.scheme}://{address.authority.removesuffix(address.host)}"
    host, path = address.host, registered.removeprefix(before + address.host)
    if host == _ANY:
        host = _HOST
    elif host.endswith(_ANY_PORT):
        host = host.removesuffix(_ANY) + _PORT
    elif host.endswith(_ANY) and not path:
        # Keycloak takes it for the paths of the host.
        host, path = host.removesuffix(_ANY), "/*"
    return before + _concrete_host(host) + _concrete_path(path)


def concrete_origins(registered: str, redirect_uris: Iterable[str]) -> list[str]:
    """The origins that a browser would send for the pages that an entry is meant to cover.

    Args:
        registered: The entry.
        redirect_uris: The client's redirect URIs, whose origins the entry `+` stands for.
    """
    if registered == _ANY:
        return [f"https://{_HOST}"]
    if registered == _OF_REDIRECTS:
        web = (uri for uri in redirect_uris if AddressParts.of(uri).is_web)
        return origins_of(map(concrete_redirect_uri, web))
    origin = Origin.of(registered)
    if origin is None:
        return [registered]
    port = _PORT if origin.port == _ANY else origin.port
    return [str(replace(origin, host=_concrete_host(origin.host), port=port))]


def _concrete_host(host: str) -> str:
    return _WORD + host.removeprefix(_ANY) if host.startswith(_ANY_SUBDOMAIN) else host


def _concrete_path(path: str) -> str:
    return path.removesuffix(_ANY) + _WORD if path.endswith(_ANY) else path
