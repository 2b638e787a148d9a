"""The grants of the token endpoint: password, authorization code and refresh token.

See RFC 6749, sections 4.1.3, 4.3 and 6.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sipgate_provider.simulator.login.client_authentication import APP_WEB
from sipgate_provider.simulator.login.oauth_request import OAuthError
from sipgate_provider.simulator.scopes import ALL, granted, narrowed

if TYPE_CHECKING:
    from sipgate_provider.simulator.accounts.accounts import Accounts
    from sipgate_provider.simulator.login.codes import Codes
    from sipgate_provider.simulator.login.oauth_request import Fields
    from sipgate_provider.simulator.login.sessions import ClientSession, Sessions
    from sipgate_provider.simulator.login.tokens import RefreshToken, Tokens

GRANT_TYPES = ("authorization_code", "password", "refresh_token")


@dataclass(frozen=True)
class Grant:
    """A valid grant, for which tokens are issued.

    Attributes:
        scopes: Scopes of the access token.
        renewable: Scopes of the refresh token, which later access tokens can have.
        used: The refresh token of the request, if it had one.
    """

    log_in: ClientSession
    scopes: frozenset[str]
    renewable: frozenset[str]
    nonce: str = ""
    used: RefreshToken | None = None


class Grants:
    """Checks the grants of token requests."""

    def __init__(
        self, accounts: Accounts, sessions: Sessions, tokens: Tokens, codes: Codes
    ) -> None:
        self._accounts = accounts
        self._sessions = sessions
        self._tokens = tokens
        self._codes = codes

    def grant(self, form: Fields, client_id: str) -> Grant:
        """Returns the grant of a token request.

        Raises:
            OAuthError: The grant is invalid.
        """
        if form["grant_type"] == "password":
            return self._password(form, client_id)
        if form["grant_type"] == "authorization_code":
            return self._code(form, client_id)
        return self._refresh(form, client_id)

    def _password(self, form: Fields, client_id: str) -> Grant:
        if client_id != APP_WEB:
            description = "Client not allowed for direct access grants"
            raise OAuthError(400, "unauthorized_client", description)
        form.require_known_scopes()
        if "username" not in form:
            raise OAuthError(401, "invalid_request", "Missing parameter: username")
        found = self._accounts.user(form["username"])
        if found is None or form.get("password") != found[1].password:
            raise OAuthError(400, "invalid_grant", "Invalid user credentials")
        scopes = granted(form.get("scope", ALL), found[1].scopes)
        log_in = self._sessions.begin(*found).client_session(APP_WEB, scopes, fresh=True)
        return Grant(log_in, scopes, scopes)

    def _code(self, form: Fields, client_id: str) -> Grant:
        if "code" not in form:
            raise OAuthError(400, "invalid_request", "Missing parameter: code")
        authorization = self._codes.use(form["code"])
        if authorization is None:
            raise OAuthError(400, "invalid_grant", "Code not valid")
        authorization.log_in.require_active()
        if authorization.log_in.client_id != client_id:
            description = "Auth error: Found different client_id in clientSession"
            raise OAuthError(400, "invalid_grant", description)
        asked_for = authorization.redirect_uri
        if asked_for is not None and form.get("redirect_uri") != asked_for:
            raise OAuthError(400, "invalid_grant", "Incorrect redirect_uri")
        if authorization.challenge is not None:
            authorization.challenge.require_met_by(form.get("code_verifier"))
        elif "code_verifier" in form:
            description = "PKCE code verifier specified but challenge not present in authorization"
            raise OAuthError(400, "invalid_grant", description)
        return Grant(
            authorization.log_in,
            authorization.scopes,
            authorization.scopes,
            nonce=authorization.nonce,
        )

    def _refresh(self, form: Fields, client_id: str) -> Grant:
        if "refresh_token" not in form:
            raise OAuthError(400, "invalid_request", "No refresh token")
        token = self._tokens.refresh(form["refresh_token"], client_id)
        token.log_in.require_active()
        form.require_known_scopes()
        self._tokens.use_refresh(token)
        scopes = narrowed(form.get("scope", ""), token.scopes)
        return Grant(token.log_in, scopes, token.scopes, used=token)
