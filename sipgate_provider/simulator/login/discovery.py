"""The metadata of a realm: its endpoints and features, and the public keys of its tokens.

See OpenID Connect Discovery 1.0 and RFC 8414.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.responses import JSONResponse
from starlette.routing import Route

from sipgate_provider.simulator.login import realms
from sipgate_provider.simulator.login.authorization_request import RESPONSE_MODES
from sipgate_provider.simulator.login.codes import METHODS
from sipgate_provider.simulator.login.cors import allow_any_origin
from sipgate_provider.simulator.login.grants import GRANT_TYPES
from sipgate_provider.simulator.login.signing import ALGORITHM
from sipgate_provider.simulator.scopes import ALL, OPENID, READ, WRITE

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

    from sipgate_provider.simulator.login.signing import Signer


class Discovery:
    """The two metadata documents of each realm."""

    def __init__(self, signer: Signer) -> None:
        self._signer = signer

    def routes(self) -> list[Route]:
        """Returns the routes of the documents."""
        configurations = [
            f"{prefix}/.well-known/openid-configuration" for prefix in realms.PREFIXES
        ]
        return [
            *(Route(path, self.configuration) for path in configurations),
            *(Route(path, self.certs) for path in realms.paths("certs")),
        ]

    async def certs(self, request: Request) -> Response:
        """200 with the key set, readable from every origin."""
        allow_any_origin(request)
        return JSONResponse(self._signer.public_keys)

    async def configuration(self, request: Request) -> Response:
        """200 with the endpoints and supported features, readable from every origin."""
        allow_any_origin(request)
        issuer = realms.issuer(request)
        endpoint = f"{issuer}/protocol/openid-connect"
        return JSONResponse(
            {
                "issuer": issuer,
                "authorization_endpoint": f"{endpoint}/auth",
                "token_endpoint": f"{endpoint}/token",
                "end_session_endpoint": f"{endpoint}/logout",
                "introspection_endpoint": f"{endpoint}/token/introspect",
                "revocation_endpoint": f"{endpoint}/revoke",
                "userinfo_endpoint": f"{endpoint}/userinfo",
                "jwks_uri": f"{endpoint}/certs",
                "grant_types_supported": GRANT_TYPES,
                "response_types_supported": ["code"],
                "response_modes_supported": RESPONSE_MODES,
                "scopes_supported": [OPENID, ALL, READ, WRITE],
                "code_challenge_methods_supported": METHODS,
                "token_endpoint_auth_methods_supported": [
                    "client_secret_basic",
                    "client_secret_post",
                    "none",
                ],
                "subject_types_supported": ["public"],
                "id_token_signing_alg_values_supported": [ALGORITHM],
                "authorization_response_iss_parameter_supported": True,
            }
        )
