"""Which pages may call from a browser, by the web origins of the client they log in with.

The log-in's endpoints decide as Keycloak does. A preflight is granted to every page, since it does not say whose it is.
Then the endpoint that knows its client refuses a page of another origin before it does anything, so that a code or a
refresh token is not spent; where no client is known every page may read the refusal. Origins are compared letter by
letter; `*` is every one and `+` those of the redirect URIs. `http://*.example.com` is sipgate's own.

At the REST API the access token says whose call it is. A preflight says nothing, so it is enough that any client has
registered the origin. A personal access token is for machines: no page may use one.
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
# By the last part of the path. Keycloak names these of its log-out, though it is called with POST.
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
    """Whether the client has registered the origin."""
    return any(one == "*" or covers(one, origin) for one in origins(client))


def origins(client: Mapping[str, Any]) -> list[str]:
    """The origins that the client has registered; `+` stands for those of its redirect URIs."""
    found: list[str] = []
    for registered in client["webOrigins"]:
        if registered == "+":
            matches = (_ORIGIN.match(uri) for uri in client["redirectUris"])
            found += [match[0] for match in matches if match]
        else:
            found.append(registered)
    return found


def readable_by_all(request: Request, *, exposed: str = "") -> None:
    """Every page may read the answer, with the header that is exposed."""
    request.state.cors = _READABLE | ({"Access-Control-Expose-Headers": exposed} if exposed else {})


def require_own_page(request: Request, client: Mapping[str, Any] | None) -> None:
    """If a page calls, it is one of the client's, which may read the answer, or of this service itself.

    Raises:
        OAuthError: It is not.
    """
    origin = request.headers.get("origin")
    if origin is None or (client and allows(client, origin)):
        return
    request.state.cors = None
    if origin != f"{request.url.scheme}://{request.url.netloc}":
        raise OAuthError(403, "Invalid origin")


class CORSMiddleware:
    """Answers preflights, and lets a page read what its own client got."""

    def __init__(self, app: ASGIApp, accounts: Accounts, tokens: Tokens) -> None:
        self._app = app
        self._accounts = accounts
        self._tokens = tokens

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """The request is answered; a browser shows the answer to pages of its client only."""
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
        """What a page may read of an answer of the REST API; None if nothing."""
        scheme, _, token = headers.get("authorization", "").partition(" ")
        if scheme.lower() != "bearer":
            return None
        # A token that is over counts here: its page may read that it is.
        claims = self._tokens.signer.read(token.strip()) or {}
        client = self._accounts.client(claims.get("azp", ""))
        return {} if client and allows(client, headers["origin"]) else None


def _granted(path: str, origin: str | None) -> Response:
    methods = _METHODS.get(path.rpartition("/")[2])
    if origin is None or methods is None:
        return Response(None, 200)
    said = {"Access-Control-Allow-Origin": origin, "Access-Control-Allow-Methods": methods}
    return Response(None, 200, {**_FOR_LOG_IN, **said, "Vary": "Origin"})
