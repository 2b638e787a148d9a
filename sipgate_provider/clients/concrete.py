"""What a browser would send for what a client has registered: an address for a wildcard, an origin for an entry."""

from __future__ import annotations

from collections.abc import Iterable
from urllib.parse import urlsplit

from sipgate_provider.http.addresses import DEFAULT_PORTS

__all__ = ["concrete_origins", "concrete_redirect_uri"]

_WORD = "verify"
_PORT = "8443"
_ANY = "*"
_OF_REDIRECTS = "+"


def concrete_redirect_uri(registered: str) -> str:
    """An address that the registered one is meant to cover: itself, or one in which words stand for wildcards."""
    if registered == _ANY:
        return f"https://{_WORD}.example.com/"
    scheme, separator, rest = registered.partition("://")
    if not separator:
        return _concrete_path(registered)
    host, slash, path = rest.partition("/")
    web = scheme in DEFAULT_PORTS
    host = _concrete_host(host) if web else _concrete_path(host)
    return scheme + separator + host + slash + _concrete_path(path)


def concrete_origins(registered: str, redirect_uris: Iterable[str]) -> list[str]:
    """The origins that a browser would send for the pages that an entry is meant to cover.

    Args:
        registered: The entry.
        redirect_uris: The client's redirect URIs, whose origins the entry `+` stands for.
    """
    if registered == _ANY:
        return [f"https://{_WORD}.example.com"]
    if registered != _OF_REDIRECTS:
        return [_origin(registered)]
    web = [uri for uri in redirect_uris if uri.startswith(("http://", "https://"))]
    return list(dict.fromkeys(_origin(concrete_redirect_uri(uri)) for uri in web))


def _origin(entry: str) -> str:
    """The entry as a browser writes it (RFC 6454, 6.2): without a path and the usual port, in lower case."""
    scheme, separator, rest = entry.partition("://")
    try:
        parts = urlsplit(scheme + separator + _concrete_host(rest.partition("/")[0]))
        host, port = parts.hostname, parts.port
    except ValueError:
        return entry
    if not host:
        return entry
    written = f"[{host}]" if ":" in host else _ascii(host)
    usual = port in {None, DEFAULT_PORTS.get(parts.scheme)}
    return f"{parts.scheme}://{written}" + ("" if usual else f":{port}")


def _concrete_path(path: str) -> str:
    return path.removesuffix("*") + _WORD if path.endswith("*") else path


def _concrete_host(host: str) -> str:
    if host.endswith(":*"):
        host = host.removesuffix("*") + _PORT
    if host.startswith("*."):
        host = host.replace("*", _WORD, 1)
    return host


def _ascii(host: str) -> str:
    try:
        return host.encode("idna").decode()
    except UnicodeError:
        return host
