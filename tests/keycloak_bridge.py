"""sipgate's API for clients on top of the admin API of a genuine Keycloak, so that a program's clients exist there."""

from __future__ import annotations

import base64
import json
import uuid
from typing import Any

import requests
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from sipgate_provider.simulator import DEMO_TOKEN, DEMO_TOKEN_ID
from sipgate_provider.simulator.server.server import Server
from tests.keycloak_server import Keycloak

ACCOUNT = "2556404"
PATH = "/v2/authorization/oauth2/clients"
_MACHINE = f"Basic {base64.b64encode(f'{DEMO_TOKEN_ID}:{DEMO_TOKEN}'.encode()).decode()}"
_SCOPE = "authorization:oauth2:clients:"


class RefusedError(Exception):
    """An error response with this status."""

    def __init__(self, status: int) -> None:
        super().__init__(status)
        self.status = status


class Bridge:
    """A REST API on loopback. Clients that are created through it are deleted when it stops.

    Attributes:
        account: This object, which has the methods of a simulator's account that tests use.
    """

    def __init__(self, keycloak: Keycloak) -> None:
        self._keycloak = keycloak
        # Keycloak's client ids by sipgate's, oldest first.
        self._made: dict[str, str] = {}
        self.account = self
        routes = [
            Route("/{path:path}", self._answer, methods=["GET", "POST", "PUT", "DELETE", "OPTIONS"])
        ]
        self._server = Server(Starlette(routes=routes), "127.0.0.1", 0, allow_remote=False)

    @property
    def base_url(self) -> str:
        """URL of the REST API."""
        return f"{self._server.origin}/v2"

    @property
    def token_url(self) -> str:
        """URL of Keycloak's token endpoint."""
        return f"{self._keycloak.url}/token"

    def start(self) -> None:
        """Starts listening."""
        self._server.start()

    def stop(self) -> None:
        """Stops listening, and deletes its clients."""
        self._server.stop()
        for client_id in list(self._made):
            self.remove_client(client_id)

    def clients(self) -> list[dict[str, Any]]:
        """Returns all clients, oldest first."""
        return [self.client(client_id) for client_id in self._made]

    def client(self, client_id: str) -> dict[str, Any]:
        """Returns the client with sipgate's fields."""
        found = self._keycloak.call("GET", f"/clients/{self._kept(client_id)}")
        return {
            "clientId": client_id,
            "clientSecret": found["attributes"]["clientSecret"],
            "name": found.get("name", ""),
            "description": found.get("description", ""),
            "redirectUris": found["redirectUris"],
            "webOrigins": found["webOrigins"],
            "privacyUrl": found["attributes"].get("policyUri", ""),
            "termsUrl": found["attributes"].get("tosUri", ""),
        }

    def add_client(self, **fields: Any) -> dict[str, Any]:
        """Adds a client. It is public at Keycloak, for pages and programs without a secret."""
        client_id = f"{ACCOUNT}-0-{uuid.uuid4()}"
        attributes = {"clientSecret": str(uuid.uuid4()), "post.logout.redirect.uris": "+"}
        self._made[client_id] = self._keycloak.add_client(
            client_id, publicClient=True, **_fields(fields, attributes)
        )
        return self.client(client_id)

    def change_client(self, client_id: str, fields: dict[str, Any]) -> dict[str, Any]:
        """Replaces the client's fields. Its secret does not change."""
        path = f"/clients/{self._kept(client_id)}"
        found = self._keycloak.call("GET", path)
        self._keycloak.call("PUT", path, found | _fields(fields, found["attributes"]))
        return self.client(client_id)

    def remove_client(self, client_id: str) -> None:
        """Removes the client."""
        self._keycloak.call("DELETE", f"/clients/{self._kept(client_id)}")
        del self._made[client_id]

    async def _answer(self, request: Request) -> Response:
        origin = request.headers.get("origin")
        if request.method == "OPTIONS":
            # The token says which pages can read a response.
            return Response(
                None,
                204,
                _readable(origin)
                | {
                    "Access-Control-Allow-Headers": "*, Authorization",
                    "Access-Control-Allow-Methods": "*",
                },
            )
        try:
            token = self._token(request)
            answer = self._call(request, token, await request.body())
        except RefusedError as refused:
            return Response(None, refused.status)
        if origin in token.get("allowed-origins", []):
            answer.headers.update(_readable(origin))
        return answer

    def _token(self, request: Request) -> dict[str, Any]:
        """Returns the claims of a valid access token from Keycloak, or all scopes for the personal access token.

        Raises:
            RefusedError: 401 if the credential is invalid.
        """
        header = request.headers.get("authorization", "")
        if header == _MACHINE:
            return {"scope": "all"}
        keys = KeySet.import_key_set(requests.get(f"{self._keycloak.url}/certs", timeout=30).json())
        try:
            claims = jwt.decode(header.removeprefix("Bearer "), keys, algorithms=["RS256"]).claims
            jwt.JWTClaimsRegistry().validate(claims)
        except (JoseError, ValueError):
            raise RefusedError(401) from None
        return claims

    def _call(self, request: Request, token: dict[str, Any], body: bytes) -> Response:
        path, method = request.url.path, request.method
        if path == "/v2/authorization/userinfo":
            return JSONResponse({"sub": "w0", "domain": "sipgate.de", "masterSipId": ACCOUNT})
        needed = _SCOPE + ("read" if method == "GET" else "write")
        if not {"all", needed} & set(token["scope"].split()):
            raise RefusedError(403)
        client_id = path.removeprefix(PATH).strip("/")
        if method == "DELETE":
            self.remove_client(client_id)
            return Response(None, 202)
        if method == "POST":
            answer = self.add_client(**json.loads(body))
        elif method == "PUT":
            answer = self.change_client(client_id, json.loads(body))
        elif client_id.endswith("/gdpr"):
            shown = self.client(client_id.removesuffix("/gdpr"))
            answer = {name: shown[name] for name in ("privacyUrl", "termsUrl")}
        else:
            answer = self.client(client_id) if client_id else {"data": self.clients()}
        return JSONResponse(answer)

    def _kept(self, client_id: str) -> str:
        if client_id not in self._made:
            raise RefusedError(404)
        return self._made[client_id]


def _fields(fields: dict[str, Any], attributes: dict[str, str]) -> dict[str, Any]:
    """Returns sipgate's fields with Keycloak's names."""
    addresses = {"policyUri": fields.get("privacyUrl", ""), "tosUri": fields.get("termsUrl", "")}
    return {
        "name": fields.get("name", ""),
        "description": fields.get("description", ""),
        "redirectUris": fields.get("redirectUris", []),
        "webOrigins": fields.get("webOrigins", []),
        "attributes": attributes | addresses,
    }


def _readable(origin: str | None) -> dict[str, str]:
    return {"Access-Control-Allow-Origin": origin, "Vary": "Origin"} if origin else {}
