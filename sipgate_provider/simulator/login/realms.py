"""The realms of sipgate's log-in, with their paths and issuers.

The realms differ only in name: each has all users and all clients.
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
    """Returns all paths of the endpoint."""
    return [f"{prefix}/protocol/openid-connect/{endpoint}" for prefix in PREFIXES]


def realm_of(request: Request) -> str:
    """Returns the realm of a request to one of these paths."""
    return next(realm for prefix, realm in _REALMS.items() if request.url.path.startswith(prefix))


def issuer(request: Request) -> str:
    """Returns the issuer, with the host that the caller used, like a Keycloak without a fixed host name."""
    return issuer_at(f"{request.url.scheme}://{request.url.netloc}", realm_of(request))


def issuer_at(origin: str, realm: str) -> str:
    """Returns the issuer of the realm on a server with this origin."""
    return f"{origin}/auth/realms/{realm}"
