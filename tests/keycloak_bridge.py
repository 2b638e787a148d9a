"""sipgate's calls about clients, over the admin API of a genuine Keycloak: what a program declares is made there."""

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
    """A status to answer with."""

    def __init__(self, status: int) -> None:
        super().__init__(status)
        self.status = status


class Bridge:
    """A REST API on loopback. The clients that are made through it go when it stops.

    Attributes:
        account: What tests ask of a simulator's account.
    """

    def __init__(self, keycloak: Keycloak) -> None:
        self._keycloak = keycloak
        # Keycloak's ids of the clients by sipgate's, oldest first.
        self._made: dict[str, str] = {}
        self.account = self
        routes = [
            Route("/{path:path}", self._answer, methods=["GET", "POST", "PUT", "DELETE", "OPTIONS"])
        ]
        self._server = Server(Starlette(routes=routes), "127.0.0.1", 0, allow_remote=False)

    @property
    def base_url(self) -> str:
        """Where the calls are."""
        return f"{self._server.origin}/v2"

    @property
    def token_url(self) -> str:
        """Where log-ins are: Keycloak itself."""
        return f"{self._keycloak.url}/token"

    def start(self) -> None:
        """It listens."""
        self._server.start()

    def stop(self) -> None:
        """It is gone, and so are its clients."""
        self._server.stop()
        for client_id in list(self._made):
            self.remove_client(client_id)

    def clients(self) -> list[dict[str, Any]]:
        """Every client, oldest first."""
        return [self.client(client_id) for client_id in self._made]

    def client(self, client_id: str) -> dict[str, Any]:
        """The client as sipgate shows it."""
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
        """A client exists, for pages and programs without a secret: Keycloak has it as public."""
        client_id = f"{ACCOUNT}-0-{uuid.uuid4()}"
        attributes = {"clientSecret": str(uuid.uuid4()), "post.logout.redirect.uris": "+"}
        self._made[client_id] = self._keycloak.add_client(
            client_id, publicClient=True, **_fields(fields, attributes)
        )
        return self.client(client_id)

    def change_client(self, client_id: str, fields: dict[str, Any]) -> dict[str, Any]:
        """The client has these fields; its secret stays."""
        path = f"/clients/{self._kept(client_id)}"
        found = self._keycloak.call("GET", path)
        self._keycloak.call("PUT", path, found | _fields(fields, found["attributes"]))
        return self.client(client_id)

    def remove_client(self, client_id: str) -> None:
        """The client is gone."""
        self._keycloak.call("DELETE", f"/clients/{self._kept(client_id)}")
        del self._made[client_id]

    async def _answer(self, request: Request) -> Response:
        origin = request.headers.get("origin")
        if request.method == "OPTIONS":
            # Which page may read an answer, its token says.
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
        """What the access token says, if Keycloak has signed it and it is not over; a machine's token may do all."""
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
    """sipgate's fields in Keycloak's names."""
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
