"""The scopes that the client calls ask for, in sipgate's spelling, and what a token gets of them.

A token has what was asked for, and nothing else of the API: an application that forgets a scope is refused here too.
The client of the password grant has all by default, since sipgate's documentation uses its token without asking.
"""

from __future__ import annotations

ALL = "all"
READ = "authorization:oauth2:clients:read"
WRITE = "authorization:oauth2:clients:write"

OPENID = "openid"
OFFLINE = "offline_access"

# OpenID Connect's own, which are about the log-in; the API asks for none of them. Every token has two of them.
_ALWAYS = frozenset({"profile", "email"})
_ABOUT_THE_LOG_IN = frozenset({OPENID, "address", "phone", OFFLINE}) | _ALWAYS


def are_known(requested: str) -> bool:
    """Whether every scope of a request, in which each is one space from the next, is one that there can be.

    sipgate's are not documented as a whole; all that are have a colon, but for `all`.
    """
    known = _ABOUT_THE_LOG_IN | {ALL}
    return all(name in known or ":" in name for name in requested.split(" "))


def granted(requested: str, held: frozenset[str]) -> frozenset[str]:
    """What of the scopes held a token gets that was requested with these, separated by spaces.

    Which names sipgate knows is not documented as a whole, so whoever holds `all` gets any that they ask for.
    """
    names = frozenset(requested.split())
    of_api = names - _ABOUT_THE_LOG_IN
    if ALL in of_api:
        of_api |= held
    return (of_api if ALL in held else of_api & held) | names & _ABOUT_THE_LOG_IN | _ALWAYS


def narrowed(requested: str, first: frozenset[str]) -> frozenset[str]:
    """What a renewed token gets, out of those of the log-in; what lasts beyond it is never narrowed."""
    if not requested or OFFLINE in first:
        return first
    return frozenset(requested.split()) & first | _ALWAYS
