"""The scopes that the client calls ask for, in sipgate's spelling, and what a token gets of them."""

from __future__ import annotations

ALL = "all"
READ = "authorization:oauth2:clients:read"
WRITE = "authorization:oauth2:clients:write"

OPENID = "openid"

# OpenID Connect's own, which are about the log-in; the API asks for none of them.
_ABOUT_THE_LOG_IN = frozenset({OPENID, "profile", "email", "address", "phone", "offline_access"})


def are_known(requested: str) -> bool:
    """Whether every scope of a request, in which each is one space from the next, is one that there can be.

    sipgate's are not documented as a whole; all that are have a colon, but for `all`.
    """
    known = _ABOUT_THE_LOG_IN | {ALL}
    return all(name in known or ":" in name for name in requested.split(" "))


def granted(requested: str, held: frozenset[str]) -> frozenset[str]:
    """What of the scopes held a token gets that was requested with these, separated by spaces.

    A request that names none of the API's gets all that are held. Which names sipgate knows is not
    documented as a whole, so whoever holds `all` gets any that they ask for.
    """
    names = frozenset(requested.split())
    about_the_log_in, narrowed = names & _ABOUT_THE_LOG_IN, names - _ABOUT_THE_LOG_IN
    if not narrowed or ALL in narrowed:
        return held | about_the_log_in
    return (narrowed if ALL in held else narrowed & held) | about_the_log_in
