"""Whether a browser may be sent to an address, by what the client has registered: step by step as Keycloak decides.

1. What Java's URI does not read is refused, and so is an address whose query or fragment has a parameter that an answer
   of the log-in has: whoever reads it could not tell the two apart.
2. An address equals a registered one, character by character, or begins with it where that ends in `*`. Beside a query
   or fragment a `*` is no wildcard, directly behind a host it is one for the paths there, and of the address its query
   and fragment are left aside. Where a path could climb (`..`, also encoded) or an authority could deceive (a user in
   it, a host that is no name) no wildcard counts.
3. If none did, and it is plain http on this machine itself, the same is asked once more without its port: an
   application there learns its port late (RFC 8252, 7.3).
4. What only `*` covers has to be http or https.

sipgate documents one more wildcard, in front of a host: `https://*.example.com/*`. The registered address is read as if
it had the host that is asked for, if that is below the domain.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, urlencode

from sipgate_provider.simulator.login import java_uri

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from sipgate_provider.simulator.login.java_uri import URI

# The parameters of the answers of OpenID Connect, RFC 9207, JARM and Keycloak.
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
    """Whether one of the registered addresses covers this one."""
    uri = java_uri.parse(address)
    if uri is None or uri.scheme is None or _has_parameters_of_answers(uri):
        return False
    patterns = [_with_host_of(uri, one) for one in registered if _is_registrable(one)]
    # The longest comes first: with another scheme than http, `*` is only good where nothing else is.
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
    """The address with these parameters added to its query, or as its fragment; as plain as Keycloak writes it."""
    address, hash_, fragment = address.partition("#")
    before, _, query = address.partition("?")
    added = urlencode(parameters)
    if re.match("[^:/?#]+:(?!/)", before):  # without slashes it is one name, as a whole
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
    """Whether the address is the pattern, in which `*.` in front of the host is any name."""
    uri = java_uri.parse(address)
    return address == (_with_host_of(uri, pattern) if uri else pattern)


def _is_registrable(pattern: str) -> bool:
    """Whether Keycloak would have taken it: what it would not covers nothing, wherever it comes from."""
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
    """The pattern, with the address's own host in place of a wildcard for it."""
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
    # An empty query goes with it.
    return address.replace(authority, without, 1).removesuffix("" if uri.query else "?")


def _match(address: str, patterns: Iterable[str], *, wildcards: bool) -> str | None:
    """The first of the patterns that covers the address."""
    before = address.partition("?" if "?" in address else "#")[0]
    for pattern in patterns:
        if pattern == "*":
            return pattern
        stem = _stem(pattern) if wildcards else None
        if stem is None:
            if pattern == address:
                return pattern
        # `https://example.com/*` is good for `https://example.com` too.
        elif before.startswith(stem) or before == stem.removesuffix("/"):
            return stem
    return None


def _stem(pattern: str) -> str | None:
    """What an address begins with that the pattern's wildcard covers; None if it has none that counts."""
    if not pattern.endswith("*") or "?" in pattern or "#" in pattern:
        return None
    stem = pattern[:-1]
    authority = stem.partition("://")[2]
    ends_in_host = authority and "/" not in authority and not authority.endswith(":")
    return f"{stem}/" if ends_in_host else stem
