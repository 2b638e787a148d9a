"""Where sipgate's log-in is found: the realms, their paths, and the name each goes by as an issuer.

The realms differ in name only: each knows every user and every client.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from starlette.requests import Request

SIPGATE_APPS = "sipgate-apps"
THIRD_PARTY = "third-party"

_REALMS = {
    f"/login/{SIPGATE_APPS}": SIPGATE_APPS,
    f"/auth/realms/{SIPGATE_APPS}": SIPGATE_APPS,
    f"/auth/realms/{THIRD_PARTY}": THIRD_PARTY,
}

PREFIXES = tuple(_REALMS)


def paths(endpoint: str) -> list[str]:
    """Every path under which the endpoint is found."""
    return [f"{prefix}/protocol/openid-connect/{endpoint}" for prefix in PREFIXES]


def realm_of(request: Request) -> str:
    """The realm that a request to one of these paths is for."""
    return next(realm for prefix, realm in _REALMS.items() if request.url.path.startswith(prefix))


def issuer(request: Request) -> str:
    """The realm's own address, as seen by the caller: who says what its tokens say.

    Like Keycloak without a fixed host name, it goes by the name that the caller used.
    """
    return issuer_at(f"{request.url.scheme}://{request.url.netloc}", realm_of(request))


def issuer_at(origin: str, realm: str) -> str:
    """The address of the realm on a server that is found at that origin."""
    return f"{origin}/auth/realms/{realm}"
