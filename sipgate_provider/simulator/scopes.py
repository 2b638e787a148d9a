"""sipgate's scopes for managing clients, and which scopes a token gets.

A token gets only the API scopes that were requested, so an application that forgets one is refused as at sipgate. A
password grant without scopes gets `all`, since sipgate's documentation uses such a token for everything.
"""

from __future__ import annotations

ALL = "all"
READ = "authorization:oauth2:clients:read"
WRITE = "authorization:oauth2:clients:write"

OPENID = "openid"
OFFLINE = "offline_access"

# OpenID Connect's own scopes concern the log-in; the API requires none of them. Every token has two of them.
_ALWAYS = frozenset({"profile", "email"})
_ABOUT_THE_LOG_IN = frozenset({OPENID, "address", "phone", OFFLINE}) | _ALWAYS


def are_known(requested: str) -> bool:
    """Returns whether all requested scopes, separated by single spaces, can exist.

    sipgate does not document a complete list. All documented ones contain a colon, except `all`.
    """
    known = _ABOUT_THE_LOG_IN | {ALL}
    return all(name in known or ":" in name for name in requested.split(" "))


def granted(requested: str, held: frozenset[str]) -> frozenset[str]:
    """Returns the scopes of a new token.

    Since sipgate does not document a complete list of scopes, a user who holds `all` gets any scope.

    Args:
        requested: The requested scopes, separated by spaces.
        held: The scopes that the user holds.
    """
    names = frozenset(requested.split())
    of_api = names - _ABOUT_THE_LOG_IN
    if ALL in of_api:
        of_api |= held
    return (of_api if ALL in held else of_api & held) | names & _ABOUT_THE_LOG_IN | _ALWAYS


def narrowed(requested: str, first: frozenset[str]) -> frozenset[str]:
    """Returns the scopes of a renewed token.

    Args:
        requested: The requested scopes, separated by spaces; "" for all of the log-in's.
        first: The scopes of the log-in. If `offline_access` is one of them, the token keeps them all.
    """
    if not requested or OFFLINE in first:
        return first
    return frozenset(requested.split()) & first | _ALWAYS
