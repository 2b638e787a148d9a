"""Checks a redirect URI against those that the client has registered, in the same steps as Keycloak.

1. An address that Java's URI class cannot parse is refused. So is an address with a parameter in its query or fragment
   that a response of the log-in also has: the application could not tell the two apart.
2. The address must be identical to a registered one or, if that ends in `*`, start with the part before it; the query
   and fragment of the address are then ignored. A `*` in a registered address with a query or fragment is not a
   wildcard, and a `*` directly after the host covers only paths. Wildcards do not apply to a path with `..` (even if
   encoded) or to a misleading authority (with a user, or with a host that is not a valid name).
3. If nothing matched and the address is plain http on a loopback host, its port is ignored: a local application gets
   its port only at run time (RFC 8252, 7.3).
4. An address that only the registered address `*` covers must be http or https.

sipgate documents another wildcard, before the host: `https://*.example.com/*`. If the host of the address is below that
domain, it replaces the wildcard and the domain before the comparison.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, urlencode

from sipgate_provider.simulator.login import java_uri

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from sipgate_provider.simulator.login.java_uri import URI

# The response parameters of OpenID Connect, RFC 9207, JARM and Keycloak.
_OF_ANSWERS = frozenset(
    (
        *("code", "state", "session_state", "iss", "error", "error_description"),
        *("id_token", "access_token", "token_type", "expires_in"),
        *("response", "kc_action", "kc_action_status"),
    )
)
_LOOPBACK = ("localhost", "127.0.0.1", "[::1]")
_SEPARATOR = r"(?:/|%2f|%5c|\\)"
_CLIMBS = re.compile(
    rf"{_SEPARATOR}(?:%2e|%252e|\.){{2}}(?:{_SEPARATOR}|;|%3b|%09|%0[ad]|%00|$)", re.IGNORECASE
)
_ANY_SUBDOMAIN = "://*."
_DEFAULT_PORT = re.compile(
    r"(?<=^http)(://[^/?#\[]+):80(?=[/?#]|$)|(?<=^https)(://[^/?#\[]+):443(?=[/?#]|$)"
)


def is_registered(address: str, registered: Iterable[str]) -> bool:
    """Returns whether one of the registered addresses covers this one."""
    uri = java_uri.parse(address)
    if uri is None or uri.scheme is None or _has_parameters_of_answers(uri):
        return False
    patterns = [_with_host_of(uri, one) for one in registered if _is_registrable(one)]
    # The longest is tried first, since `*` alone covers an address with another scheme than http only if nothing else
    # matches it.
    patterns.sort(key=lambda pattern: (-len(pattern), pattern))
    wildcards = _may_match_wildcards(uri)
    found = _match(address, patterns, wildcards=wildcards)
    if found is None and uri.scheme == "http" and uri.host in _LOOPBACK:
        found = _match(_without_port(address, uri), patterns, wildcards=wildcards)
    if found is None:
        return False
    return uri.scheme.lower() in {"http", "https"} or found.startswith(f"{uri.scheme}:")


def with_parameters(
    address: str, parameters: Mapping[str, str], *, in_fragment: bool = False
) -> str:
    """Returns the address with these parameters in its query or fragment, normalized like Keycloak's."""
    address, hash_, fragment = address.partition("#")
    before, _, query = address.partition("?")
    added = urlencode(parameters)
    if re.match("[^:/?#]+:(?!/)", before):  # an opaque URI, such as urn:example
        return f"{address}{hash_}{fragment}{'#' if in_fragment else '?'}{added}"
    before = _DEFAULT_PORT.sub(r"\1\2", before)
    query, fragment = query.strip("&"), fragment.strip("&")
    if in_fragment:
        hash_, fragment = "#", added
    else:
        query = "&".join(filter(None, (query, added)))
    rest = f"{'?' if query else ''}{query}{hash_}{fragment}"
    return before + rest.replace("[", "%5B").replace("]", "%5D")


def covers(pattern: str, address: str) -> bool:
    """Returns whether the address equals the pattern, in which `*.` before the host matches any subdomain."""
    uri = java_uri.parse(address)
    return address == (_with_host_of(uri, pattern) if uri else pattern)


def _is_registrable(pattern: str) -> bool:
    """Returns whether Keycloak would have accepted the registered address. Otherwise it covers nothing."""
    uri = java_uri.parse(pattern)
    if uri is None or uri.fragment is not None:
        return False
    return (uri.scheme or "").lower() not in {"javascript", "data"}


def _has_parameters_of_answers(uri: URI) -> bool:
    return any(
        name.lower() in _OF_ANSWERS
        for part in (uri.query, uri.fragment)
        for name, _ in parse_qsl(part or "", keep_blank_values=True)
    )


def _may_match_wildcards(uri: URI) -> bool:
    deceives = uri.user is not None or (uri.authority and uri.host is None)
    return not deceives and not _CLIMBS.search(uri.path or "")


def _with_host_of(uri: URI, pattern: str) -> str:
    """Returns the pattern, with the host of the address in place of a wildcard that matches it."""
    scheme, wildcard, rest = pattern.partition(_ANY_SUBDOMAIN)
    if not wildcard or uri.host is None or uri.user is not None:
        return pattern
    domain = re.split(r"[/?#:*]", rest, maxsplit=1)[0]
    if not domain or not uri.host.endswith(f".{domain}"):
        return pattern
    return f"{scheme}://{uri.host}{rest[len(domain) :]}"


def _without_port(address: str, uri: URI) -> str:
    authority = f"//{uri.authority}"
    without = f"//{f'{uri.user}@' if uri.user is not None else ''}{uri.host}"
    # Keycloak removes an empty query together with the port.
    return address.replace(authority, without, 1).removesuffix("" if uri.query else "?")


def _match(address: str, patterns: Iterable[str], *, wildcards: bool) -> str | None:
    """Returns the first pattern that covers the address, or the part before its wildcard; None if there is none."""
    before = address.partition("?" if "?" in address else "#")[0]
    for pattern in patterns:
        if pattern == "*":
            return pattern
        stem = _stem(pattern) if wildcards else None
        if stem is None:
            if pattern == address:
                return pattern
        # `https://example.com/*` also covers `https://example.com`.
        elif before.startswith(stem) or before == stem.removesuffix("/"):
            return stem
    return None


def _stem(pattern: str) -> str | None:
    """Returns the part before the pattern's wildcard; None if it has no valid wildcard."""
    if not pattern.endswith("*") or "?" in pattern or "#" in pattern:
        return None
    stem = pattern[:-1]
    authority = stem.partition("://")[2]
    ends_in_host = authority and "/" not in authority and not authority.endswith(":")
    return f"{stem}/" if ends_in_host else stem
