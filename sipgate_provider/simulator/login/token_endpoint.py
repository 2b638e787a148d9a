"""The token endpoint, with Keycloak's responses (RFC 6749, section 5)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.responses import JSONResponse
from starlette.routing import Route

from sipgate_provider.simulator.login import realms
from sipgate_provider.simulator.login.client_authentication import identify
from sipgate_provider.simulator.login.cors import allow_any_origin, origins, require_allowed_origin
from sipgate_provider.simulator.login.grants import GRANT_TYPES, Grants
from sipgate_provider.simulator.login.oauth_request import (
    NOT_TO_BE_STORED,
    Fields,
    OAuthError,
    form_of,
)
from sipgate_provider.simulator.scopes import OFFLINE, OPENID
from sipgate_provider.simulator.server.reasons import note_reason

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

    from sipgate_provider.simulator.accounts.accounts import Accounts
    from sipgate_provider.simulator.login.codes import Codes
    from sipgate_provider.simulator.login.grants import Grant
    from sipgate_provider.simulator.login.sessions import Sessions
    from sipgate_provider.simulator.login.tokens import Tokens

TOKEN_PATH = realms.paths("token")[0]


class Login:
    """The token endpoint, for the users and clients of all accounts."""

    def __init__(
        self, accounts: Accounts, sessions: Sessions, tokens: Tokens, codes: Codes
    ) -> None:
        self._accounts = accounts
        self._tokens = tokens
        self._grants = Grants(accounts, sessions, tokens, codes)

    def routes(self) -> list[Route]:
        """Returns the routes of the endpoint, one for each of its URLs at sipgate."""
        return [Route(path, self.token, methods=["POST"]) for path in realms.paths("token")]

    async def token(self, request: Request) -> Response:
        """200 with an access token and a refresh token, or an OAuth error."""
        try:
            form = await form_of(request)
            grant = self._grant(request, form)
        except OAuthError as error:
            note_reason(request, error.reason)
            return error.response()
        return JSONResponse(self._answer(grant, realms.issuer(request)), headers=NOT_TO_BE_STORED)

    def _grant(self, request: Request, form: Fields) -> Grant:
        grant_type = form.get("grant_type")
        if grant_type is None:
            raise OAuthError(400, "invalid_request", "Missing form parameter: grant_type")
        if grant_type not in GRANT_TYPES:
            raise OAuthError(400, "unsupported_grant_type", "Unsupported grant_type")
        allow_any_origin(request, exposed="Access-Control-Allow-Methods")
        client_id = identify(request, form, self._accounts)
        require_allowed_origin(request, self._accounts.client(client_id))
        form.require_unique()
        return self._grants.grant(form, client_id)

    def _answer(self, grant: Grant, issuer: str) -> dict[str, str | int]:
        client = self._accounts.client(grant.log_in.client_id)
        access = self._tokens.issue_access(
            grant.log_in, grant.scopes, issuer, origins=origins(client) if client else ()
        )
        refresh = self._tokens.issue_refresh(grant.log_in, grant.renewable, used=grant.used)
        lasts = OFFLINE in grant.renewable
        answer: dict[str, str | int] = {
            "access_token": access.value,
            "expires_in": int(self._tokens.access_token_life),
            "refresh_token": refresh.value,
            "refresh_expires_in": 0 if lasts else int(self._tokens.refresh_token_life),
            "token_type": "Bearer",
            "not-before-policy": 0,
            "session_state": grant.log_in.session.id,
            "scope": " ".join(sorted(grant.scopes)),
        }
        if OPENID in grant.renewable:
            answer["id_token"] = self._tokens.issue_id(access, issuer, grant.nonce)
        return answer
