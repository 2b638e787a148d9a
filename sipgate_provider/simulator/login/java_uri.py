"""Parses addresses like Java's `java.net.URI`, which Keycloak uses: RFC 2396 with Java's extensions.

Keycloak refuses what it cannot parse. Java accepts all non-ASCII characters except white space and control characters.
If the host is not a valid name, such as `a_b`, the authority is a registry-based name (RFC 2396, 3.2.1) without a host.
"""

from __future__ import annotations

import ipaddress
import re
from typing import NamedTuple

_OTHER = r"[^\x00-\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]"
_NAME = r"A-Za-z0-9_\-!.~'()*"


def _of(characters: str) -> str:
    return rf"(?:[{_NAME}{characters}]|%[0-9A-Fa-f]{{2}}|{_OTHER})*"


_ANY = _of(r";/?:@&=+$,\[\]")
_SCHEME = r"(?P<scheme>[A-Za-z][A-Za-z0-9+.-]*):"
_HIERARCHICAL = re.compile(
    # A slash follows a scheme, and a path without a scheme has no colon in its first segment.
    # An empty authority is allowed only if something follows it.
    rf"(?:{_SCHEME}(?=/)|(?![^/?#]*:))(?:(?!//)|//(?P<authority>[^/?#]+(?=[/?#]|\Z)|(?=[/?#])))"
    rf"(?P<path>{_of(':@&=+$,;/')})(?:\?(?P<query>{_ANY}))?(?:\#(?P<fragment>{_ANY}))?"
)
_OPAQUE = re.compile(rf"{_SCHEME}(?![/#]){_ANY}(?:\#(?P<fragment>{_ANY}))?")
_BYTE = r"0*(?:25[0-5]|2[0-4]\d|1?\d?\d)"
_LABEL = r"[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?"
_SERVER = re.compile(
    rf"(?:(?P<user>{_of(';:&=+$,')})@)?"
    rf"(?P<host>\[(?P<v6>[^\]]*)\]|{_BYTE}(?:\.{_BYTE}){{3}}|{_LABEL}|(?:{_LABEL}\.)+(?:(?=[A-Za-z]){_LABEL})?\.?)"
    r"(?::(?P<port>\d*))?"
)
_REGISTRY = re.compile(_of("$,;:@&=+"))
_MOST_PORT = 2**31
_LONGEST_PORT = len(str(_MOST_PORT))


class URI(NamedTuple):
    """The parts of an address, unchanged; None for a missing part."""

    scheme: str | None
    authority: str | None
    user: str | None
    host: str | None
    path: str | None
    query: str | None
    fragment: str | None


def parse(text: str) -> URI | None:
    """Returns the parts of the address; None if Java cannot parse it."""
    if opaque := _OPAQUE.fullmatch(text):
        if opaque[0].partition(":")[2].partition("#")[0]:
            return URI(opaque["scheme"], None, None, None, None, None, opaque["fragment"])
        return None
    found = _HIERARCHICAL.fullmatch(text)
    if found is None:
        return None
    authority = found["authority"]
    port = re.search(r"(?<=.):0*(\d+)\Z", authority or "")
    # Java can parse such a port, but Keycloak cannot write the address again.
    if port and (len(port[1]) > _LONGEST_PORT or int(port[1]) >= _MOST_PORT):
        return None
    user, host = None, None
    if authority:
        if server := _server(authority):
            user, host = server
        elif not _REGISTRY.fullmatch(authority):
            return None
    return URI(
        found["scheme"],
        authority,
        user,
        host,
        found["path"],
        found["query"],
        found["fragment"],
    )


def _server(authority: str) -> tuple[str | None, str] | None:
    found = _SERVER.fullmatch(authority)
    if found is None:
        return None
    try:
        if found["v6"] is not None:
            ipaddress.IPv6Address(found["v6"].partition("%")[0])
    except ValueError:
        return None
    return found["user"], found["host"]
