"""Which pages may call from a browser, by the web origins of the client they log in with.

Whose call it is, its access token says, or at the token endpoint the client that it names. A
preflight says neither, so it is enough that any client has registered the origin. A personal access
token is for machines: no page may use one. See the Fetch standard and Keycloak's web origins, where
`*` is every origin and `+` those of the redirect URIs.
"""

from __future__ import annotations

import contextlib
import re
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import Response

from sipgate_provider.simulator.login.redirect_uris import covers

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from starlette.types import ASGIApp, Message, Receive, Scope, Send

    from sipgate_provider.simulator.accounts.accounts import Accounts
    from sipgate_provider.simulator.login.tokens import Tokens

# What an endpoint writes the client that calls it into.
CLIENT_ID = "client_id"

_ALLOWED = {
    "Access-Control-Allow-Methods": "GET, POST, PUT, DELETE",
    "Access-Control-Allow-Headers": "Authorization, Content-Type, Accept",
    "Access-Control-Max-Age": "600",
}
_PATHS = re.compile(r"/v2/|/.*/protocol/openid-connect/token$")


def allows(client: Mapping[str, Any], origin: str) -> bool:
    """Whether the client has registered the origin."""
    origins = _origins(client["webOrigins"], client["redirectUris"])
    registered = (one.rstrip("/").lower() for one in origins)
    return any(one == "*" or covers(one, origin.lower()) for one in registered)


class CORSMiddleware:
    """Answers preflights, and lets a page read what its own client got."""

    def __init__(self, app: ASGIApp, accounts: Accounts, tokens: Tokens) -> None:
        self._app = app
        self._accounts = accounts
        self._tokens = tokens

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """The request is answered; a browser shows the answer to pages of its client only."""
        headers = Headers(scope=scope)
        origin = headers.get("origin")
        if origin is None or not _PATHS.match(scope["path"]):
            await self._app(scope, receive, send)
            return
        if scope["method"] == "OPTIONS" and "access-control-request-method" in headers:
            await self._preflight(origin)(scope, receive, send)
            return

        async def marking(message: Message) -> None:
            if message["type"] == "http.response.start":
                answered = MutableHeaders(scope=message)
                answered.add_vary_header("Origin")
                client = self._client(scope, headers.get("authorization", ""))
                if client and allows(client, origin):
                    answered["Access-Control-Allow-Origin"] = origin
            await send(message)

        await self._app(scope, receive, marking)

    def _preflight(self, origin: str) -> Response:
        clients = (client for account in self._accounts.all for client in account.clients())
        if any(allows(client, origin) for client in clients):
            said = {**_ALLOWED, "Access-Control-Allow-Origin": origin, "Vary": "Origin"}
            return Response(None, 204, said)
        return Response(None, 403, {"Vary": "Origin"})

    def _client(self, scope: Scope, authorization: str) -> Mapping[str, Any] | None:
        client_id = scope.get("state", {}).get(CLIENT_ID, "")
        scheme, _, token = authorization.partition(" ")
        if scheme.lower() == "bearer":
            # A token that is over counts here: its page may read that it is.
            claims = self._tokens.signer.read(token.strip()) or {}
            client_id = claims.get("azp", "")
        return self._accounts.client(client_id)


def _origins(web_origins: Iterable[str], redirect_uris: Iterable[str]) -> Iterable[str]:
    for registered in web_origins:
        if registered == "+":
            for uri in redirect_uris:
                with contextlib.suppress(ValueError):  # anything can be registered
                    yield _origin_of(uri)
        else:
            yield registered


def _origin_of(uri: str) -> str:
    parts = urlsplit(uri)
    return f"{parts.scheme}://{parts.netloc}"
