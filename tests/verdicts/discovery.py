"""The two metadata documents of a realm."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

import requests

from tests.verdicts.service import Service

# The fields that the simulator has. Keycloak has more, since it has more features.
FIELDS = (
    "issuer",
    "authorization_endpoint",
    "token_endpoint",
    "end_session_endpoint",
    "introspection_endpoint",
    "revocation_endpoint",
    "userinfo_endpoint",
    "jwks_uri",
    "grant_types_supported",
    "response_types_supported",
    "response_modes_supported",
    "scopes_supported",
    "code_challenge_methods_supported",
    "token_endpoint_auth_methods_supported",
    "subject_types_supported",
    "id_token_signing_alg_values_supported",
    "authorization_response_iss_parameter_supported",
)


def play(service: Service) -> dict[str, Any]:
    """Returns the fields, with addresses without their origin, and the types of the keys."""
    realm = service.url.removesuffix("/protocol/openid-connect")
    told = requests.get(f"{realm}/.well-known/openid-configuration", timeout=30).json()
    keys = requests.get(f"{service.url}/certs", timeout=30).json()["keys"]
    signing = [key for key in keys if key["use"] == "sig"]
    return {name: _plain(told.get(name)) for name in FIELDS} | {
        "keys": sorted({" ".join((key["kty"], key["alg"])) for key in signing}),
        "fields of a key": sorted(signing[0].keys() - {"x5c", "x5t", "x5t#S256"}),
        "address of the issuer": told["issuer"] == realm,
    }


def _plain(value: Any) -> Any:
    if isinstance(value, str) and value.startswith("http"):
        # Keycloak's paths start at the root, sipgate's at /auth.
        return urlsplit(value).path.removeprefix("/auth")
    return sorted(value) if isinstance(value, list) else value
