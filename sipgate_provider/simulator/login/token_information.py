"""The endpoints for userinfo, token introspection and token revocation.

See OpenID Connect Core 5.3, RFC 7662 and RFC 7009. Keycloak's introspection reports a token as active only to a client
in its audience. The audience of an access token is Keycloak's `account`, so only ID tokens are reported as active.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from sipgate_provider.simulator.login import realms
from sipgate_provider.simulator.login.claims import profile, roles
from sipgate_provider.simulator.login.client_authentication import identify, is_public
from sipgate_provider.simulator.login.cors import allow_any_origin, require_allowed_origin
from sipgate_provider.simulator.login.oauth_request import (
    NOT_TO_BE_STORED,
    Fields,
    OAuthError,
    form_of,
)
from sipgate_provider.simulator.scopes import OPENID

if TYPE_CHECKING:
    from starlette.requests import Request

    from sipgate_provider.simulator.accounts.accounts import Accounts
    from sipgate_provider.simulator.login.sessions import Sessions
    from sipgate_provider.simulator.login.tokens import Tokens


class TokenInformation:
    """The three endpoints, for the clients of all accounts."""

    def __init__(self, accounts: Accounts, sessions: Sessions, tokens: Tokens) -> None:
        self._accounts = accounts
        self._sessions = sessions
        self._tokens = tokens

    def routes(self) -> list[Route]:
        """Returns the routes of the endpoints."""
        return [
            *(Route(p, self.userinfo, methods=["GET", "POST"]) for p in realms.paths("userinfo")),
            *(Route(p, self.revoke, methods=["POST"]) for p in realms.paths("revoke")),
            *(
                Route(p, self.introspect, methods=["POST"])
                for p in realms.paths("token/introspect")
            ),
        ]

    async def userinfo(self, request: Request) -> Response:
        """200 with the user's profile, 401 without a valid token, 403 if the token lacks the scope `openid`."""
        allow_any_origin(request)
        form = await form_of(request)
        scheme, _, value = request.headers.get("authorization", "").partition(" ")
        if scheme.lower() != "bearer":
            value = form.get("access_token", "")
        token = self._tokens.access(value)
        challenge = f'Bearer realm="{realms.realm_of(request)}"'
        if token is None or token.log_in.session.over or token.log_in.detached:
            said = f'{challenge}, error="invalid_token"' if value else challenge
            return Response(None, 401, {"WWW-Authenticate": said})
        if OPENID not in token.scopes:
            said = f'{challenge}, error="insufficient_scope"'
            return Response(None, 403, {"WWW-Authenticate": said})
        return JSONResponse(profile(token.log_in.session.user), headers=NOT_TO_BE_STORED)

    async def revoke(self, request: Request) -> Response:
        """Revokes the token; 200."""
        allow_any_origin(request)
        try:
            form = await form_of(request)
            client_id = identify(request, form, self._accounts)
            require_allowed_origin(request, self._accounts.client(client_id))
            self._tokens.revoke(_token_of(form, "Token not provided"), client_id)
        except OAuthError as error:
            return error.response()
        return Response(None, 200)

    async def introspect(self, request: Request) -> Response:
        """200 with whether the token is active for the calling client, and if so with its claims."""
        try:
            form = await form_of(request)
            client_id = self._identify_machine(request, form)
            token = _token_of(form, "Token not provided.")
        except OAuthError as error:
            return error.response()
        claims = self._tokens.signer.read(token) or {}
        session = self._sessions.by_id(claims.get("sid", ""))
        if claims.get("typ") != "ID" or claims["azp"] != client_id or not session or session.over:
            return JSONResponse({"active": False})
        del claims["at_hash"]
        asked_by = {"client_id": client_id, "aud": [client_id, "account"]}
        about = {"username": session.user.username, "token_type": "ID", "active": True}
        return JSONResponse(claims | roles(claims["iss"]) | asked_by | about)

    def _identify_machine(self, request: Request, form: Fields) -> str:
        known = self._accounts.client(form.get("client_id", ""))
        if known and is_public(known):
            raise OAuthError(403, "invalid_request", "Client not allowed.")
        try:
            return identify(request, form, self._accounts)
        except OAuthError:
            description = "Client authentication failed."
            if "client_id" not in form:
                description = "Invalid client or Invalid client credentials"
            raise OAuthError(401, "invalid_client", description) from None


def _token_of(form: Fields, missing: str) -> str:
    if "token" not in form:
        raise OAuthError(400, "invalid_request", missing)
    return form["token"]
