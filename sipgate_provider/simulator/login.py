"""The token endpoint: password grant and refresh token grant, answered as Keycloak does.

See RFC 6749, sections 4.3, 5 and 6.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import parse_qs

from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from sipgate_provider.simulator.authentication import basic_pair, same

if TYPE_CHECKING:
    from starlette.requests import Request

    from sipgate_provider.simulator.account import Account
    from sipgate_provider.simulator.tokens import RefreshToken, Tokens

TOKEN_PATH = "/login/sipgate-apps/protocol/openid-connect/token"  # noqa: S105

#: The client that the password grant is for. It is public: it has no secret.
APP_WEB = "sipgate-app-web"

_NOT_TO_BE_STORED = {"Cache-Control": "no-store", "Pragma": "no-cache"}


class OAuthError(Exception):
    """A refused token request: an error code of RFC 6749, 5.2, and the status Keycloak gives it."""

    def __init__(self, status: int, code: str, description: str) -> None:
        super().__init__(code)
        self.status = status
        self.code = code
        self.description = description


class Login:
    """The token endpoint, over one account's users and clients."""

    def __init__(self, account: Account, tokens: Tokens) -> None:
        self._account = account
        self._tokens = tokens

    def routes(self) -> list[Route]:
        """Where the endpoint is found, under each name that sipgate has for it."""
        paths = [
            TOKEN_PATH,
            "/auth/realms/sipgate-apps/protocol/openid-connect/token",
            "/auth/realms/third-party/protocol/openid-connect/token",
        ]
        return [Route(path, self.token, methods=["POST"]) for path in paths]

    async def token(self, request: Request) -> Response:
        """200 with a new access token and a new refresh token, or an OAuth error."""
        try:
            form = _form(request, await request.body())
            answer = self._grant(form, request.headers.get("authorization", ""))
        except OAuthError as error:
            body = {"error": error.code, "error_description": error.description}
            return JSONResponse(body, error.status, _NOT_TO_BE_STORED)
        return JSONResponse(answer, headers=_NOT_TO_BE_STORED)

    def _grant(self, form: dict[str, str], authorization: str) -> dict[str, str | int]:
        grant_type = form.get("grant_type")
        if not grant_type:
            raise OAuthError(400, "invalid_request", "Missing form parameter: grant_type")
        if grant_type not in {"password", "refresh_token"}:
            raise OAuthError(400, "unsupported_grant_type", "Unsupported grant_type")
        client_id = self._authenticated_client(form, authorization)
        scopes = (
            self._log_in(form, client_id)
            if grant_type == "password"
            else self._refresh(form, client_id).scopes
        )
        return {
            "access_token": self._tokens.issue_access(scopes).value,
            "expires_in": int(self._tokens.access_token_life),
            "refresh_token": self._tokens.issue_refresh(scopes, client_id).value,
            "refresh_expires_in": int(self._tokens.refresh_token_life),
            "token_type": "Bearer",
            "scope": " ".join(sorted(scopes)),
        }

    def _authenticated_client(self, form: dict[str, str], authorization: str) -> str:
        client_id, secret = form.get("client_id", ""), form.get("client_secret", "")
        scheme, _, credential = authorization.partition(" ")
        if scheme.lower() == "basic":
            client_id, secret = basic_pair(credential) or ("", "")
        if client_id == APP_WEB:
            return client_id
        try:
            known = self._account.client(client_id)
        except KeyError:
            known = None
        if known is None or not same(secret, known["clientSecret"]):
            raise OAuthError(401, "invalid_client", "Invalid client or Invalid client credentials")
        return client_id

    def _log_in(self, form: dict[str, str], client_id: str) -> frozenset[str]:
        if client_id != APP_WEB:
            description = "Client not allowed for direct access grants"
            raise OAuthError(400, "unauthorized_client", description)
        user = self._account.user(form.get("username", ""))
        if user is None or not same(form.get("password", ""), user.password):
            raise OAuthError(401, "invalid_grant", "Invalid user credentials")
        return user.scopes

    def _refresh(self, form: dict[str, str], client_id: str) -> RefreshToken:
        token = self._tokens.use_refresh(form.get("refresh_token", ""), client_id)
        if token is None:
            raise OAuthError(400, "invalid_grant", "Invalid refresh token")
        return token


def _form(request: Request, body: bytes) -> dict[str, str]:
    media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if media_type != "application/x-www-form-urlencoded":
        return {}
    try:
        fields = parse_qs(body.decode(), keep_blank_values=True)
    except ValueError:
        raise OAuthError(400, "invalid_request", "The form cannot be read") from None
    if any(len(values) > 1 for values in fields.values()):
        raise OAuthError(400, "invalid_request", "duplicated parameter")
    return {name: values[0] for name, values in fields.items()}
