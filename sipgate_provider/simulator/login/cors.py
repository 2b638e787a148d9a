"""CORS: which web pages can call the simulator, by the web origins of their OAuth client.

The endpoints of the log-in decide as Keycloak does. A preflight request names no client, so it is always granted. The
request itself is refused for a page of another origin before the endpoint does anything else, so that no code or
refresh token is used up. If the client is unknown, every page can read the error response. Origins are compared
character by character. The web origin `*` allows all origins, and `+` those of the redirect URIs.
`http://*.example.com` is sipgate's extension.

At the REST API, the access token names the client. A preflight request does not, so it is granted if any client has the
origin. A personal access token is for machines, so pages cannot use one.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import Response

from sipgate_provider.simulator.login import realms
from sipgate_provider.simulator.login.oauth_request import OAuthError
from sipgate_provider.simulator.login.redirect_uris import covers

if TYPE_CHECKING:
    from collections.abc import Mapping

    from starlette.requests import Request
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

    from sipgate_provider.simulator.accounts.accounts import Accounts
    from sipgate_provider.simulator.login.tokens import Tokens

_REST = "/v2/"
_FOR_REST = {
    "Access-Control-Allow-Methods": "GET, POST, PUT, DELETE",
    "Access-Control-Allow-Headers": "Authorization, Content-Type, Accept",
    "Access-Control-Max-Age": "600",
}
# By the last segment of the path. For the log-out, Keycloak lists these methods although pages call it with POST.
_METHODS = {
    "token": "POST, OPTIONS",
    "logout": "GET, HEAD, OPTIONS",
    "certs": "GET",
    "userinfo": "GET, HEAD, POST, OPTIONS",
    "revoke": "POST, OPTIONS",
    "openid-configuration": "GET",
}
_FOR_LOG_IN = {
    "Access-Control-Allow-Credentials": "true",
    "Access-Control-Allow-Headers": "Origin, Accept, X-Requested-With, Content-Type, Authorization, DPoP"
    ", Access-Control-Request-Method, Access-Control-Request-Headers",
    "Access-Control-Max-Age": "3600",
}
_READABLE = {"Access-Control-Allow-Credentials": "true"}
_ORIGIN = re.compile(r"https?://[^/?#]*")


def allows(client: Mapping[str, Any], origin: str) -> bool:
    """Returns whether the client allows the origin."""
    return any(one == "*" or covers(one, origin) for one in origins(client))


def origins(client: Mapping[str, Any]) -> list[str]:
    """Returns the web origins of the client, with those of its redirect URIs in place of `+`."""
    found: list[str] = []
    for registered in client["webOrigins"]:
        if registered == "+":
            matches = (_ORIGIN.match(uri) for uri in client["redirectUris"])
            found += [match[0] for match in matches if match]
        else:
            found.append(registered)
    return found


def allow_any_origin(request: Request, *, exposed: str = "") -> None:
    """Lets pages of every origin read the response, including the exposed header."""
    request.state.cors = _READABLE | ({"Access-Control-Expose-Headers": exposed} if exposed else {})


def require_allowed_origin(request: Request, client: Mapping[str, Any] | None) -> None:
    """Checks that a calling page has an origin of the client, and may then read the response, or of this server.

    Raises:
        OAuthError: It has another origin.
    """
    origin = request.headers.get("origin")
    if origin is None or (client and allows(client, origin)):
        return
    request.state.cors = None
    if origin != f"{request.url.scheme}://{request.url.netloc}":
        raise OAuthError(403, "Invalid origin")


class CORSMiddleware:
    """Answers preflight requests, and adds CORS headers to other responses."""

    def __init__(self, app: ASGIApp, accounts: Accounts, tokens: Tokens) -> None:
        self._app = app
        self._accounts = accounts
        self._tokens = tokens

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answers a preflight request, or passes the request on and adds headers to the response."""
        headers, path = Headers(scope=scope), scope.get("path", "")
        origin = headers.get("origin")
        of_log_in = path.startswith(realms.PREFIXES)
        if scope["type"] == "http" and scope["method"] == "OPTIONS":
            if of_log_in and path.rpartition("/")[2] in {*_METHODS, "auth"}:
                await _granted(path, origin)(scope, receive, send)
                return
            if path.startswith(_REST) and origin and "access-control-request-method" in headers:
                await self._preflight(origin)(scope, receive, send)
                return

        async def marking(message: Message) -> None:
            if message["type"] == "http.response.start" and origin is not None:
                answered = MutableHeaders(scope=message)
                answered.add_vary_header("Origin")
                said = scope.get("state", {}).get("cors") if of_log_in else self._said(headers)
                if said is not None:
                    answered.update({"Access-Control-Allow-Origin": origin, **said})
            await send(message)

        pages = of_log_in or path.startswith(_REST)
        await self._app(scope, receive, marking if pages else send)

    def _preflight(self, origin: str) -> Response:
        clients = (client for account in self._accounts.all for client in account.clients())
        if any(allows(client, origin) for client in clients):
            said = {**_FOR_REST, "Access-Control-Allow-Origin": origin, "Vary": "Origin"}
            return Response(None, 204, said)
        return Response(None, 403, {"Vary": "Origin"})

    def _said(self, headers: Headers) -> dict[str, str] | None:
        """Returns the CORS headers of a response of the REST API; None if the page cannot read it."""
        scheme, _, token = headers.get("authorization", "").partition(" ")
        if scheme.lower() != "bearer":
            return None
        # An expired token counts here, so that the page can read the error response.
        claims = self._tokens.signer.read(token.strip()) or {}
        client = self._accounts.client(claims.get("azp", ""))
        return {} if client and allows(client, headers["origin"]) else None


def _granted(path: str, origin: str | None) -> Response:
    methods = _METHODS.get(path.rpartition("/")[2])
    if origin is None or methods is None:
        return Response(None, 200)
    said = {"Access-Control-Allow-Origin": origin, "Access-Control-Allow-Methods": methods}
    return Response(None, 200, {**_FOR_LOG_IN, **said, "Vary": "Origin"})
