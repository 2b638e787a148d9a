"""Addresses as Java's `java.net.URI` reads them, which is how Keycloak does: RFC 2396, and what Java adds to it.

What it cannot read, Keycloak refuses. Beyond ASCII, Java takes any character that is neither white space nor control.
A host that is no name by the rules, such as `a_b`, makes the authority a mere name: then there is no host.
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
    # Behind a scheme there is a slash, and before a path without one no colon.
    # An authority may only be empty if something follows.
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
    """The parts of an address, as they are written; None for one that is not there."""

    scheme: str | None
    authority: str | None
    user: str | None
    host: str | None
    path: str | None
    query: str | None
    fragment: str | None


def parse(text: str) -> URI | None:
    """The parts of the address; None if Java cannot read it."""
    if opaque := _OPAQUE.fullmatch(text):
        if opaque[0].partition(":")[2].partition("#")[0]:
            return URI(opaque["scheme"], None, None, None, None, None, opaque["fragment"])
        return None
    found = _HIERARCHICAL.fullmatch(text)
    if found is None:
        return None
    authority = found["authority"]
    port = re.search(r"(?<=.):0*(\d+)\Z", authority or "")
    # Java can read it, and Keycloak cannot write it.
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
