"""Which redirect URIs sipgate's log-in, a Keycloak, does not register, and which it refuses later on.

It registers what Java's `URI` can read, which takes fewer characters unencoded than browsers do (RFC 2396).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import parse_qsl, quote

__all__ = ["SCRIPTS", "parameters_of_responses", "unregistrable"]

SCRIPTS = frozenset({"javascript", "data"})
"""Schemes that run code."""
_ILLEGAL = re.compile(r"""[|^`"<>{}\\]|%(?![0-9A-Fa-f]{2})""")
# A query may have them, and an IPv6 address in place of a host.
_HOST = re.compile(r"//[^/?#]*")
_BRACKET = re.compile(r"[^?\[\]]*([\[\]])")
_IPV6_WITH_ANY_PORT = re.compile(r"//\[[^/]*\]:\*")
# OpenID Connect's, those of RFC 9207 and JARM, and Keycloak's own.
_OF_RESPONSES = frozenset(
    (
        *("code", "state", "session_state", "iss", "error", "error_description"),
        *("id_token", "access_token", "token_type", "expires_in"),
        *("response", "kc_action", "kc_action_status"),
    )
)


def unregistrable(rest: str) -> Iterator[str]:
    """Why the log-in registers no redirect URI whose scheme is followed by this rest."""
    if wrong := _ILLEGAL.search(rest) or _BRACKET.match(_HOST.sub("", rest, count=1)):
        sign = wrong[wrong.lastindex or 0]
        yield f"holds {sign}, which an address has only encoded; write {quote(sign)}"
    if _IPV6_WITH_ANY_PORT.fullmatch(rest):
        yield "has a wildcard for the port of an IPv6 address; leave the port out, as in http://[::1]/*"


def parameters_of_responses(address: str) -> list[str]:
    """The parameters of the query that the log-in's responses have too."""
    query = address.partition("#")[0].partition("?")[2]
    names = (name for name, _ in parse_qsl(query, keep_blank_values=True))
    return [name for name in names if name.lower() in _OF_RESPONSES]
