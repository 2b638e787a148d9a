"""What the token endpoint gives tokens for: a password, a code, a refresh token.

See RFC 6749, sections 4.1.3, 4.3 and 6.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sipgate_provider.simulator.login.client_authentication import APP_WEB, Caller, same
from sipgate_provider.simulator.login.oauth_request import OAuthError
from sipgate_provider.simulator.scopes import granted

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sipgate_provider.simulator.accounts.accounts import Accounts
    from sipgate_provider.simulator.login.codes import Codes
    from sipgate_provider.simulator.login.sessions import Session, Sessions
    from sipgate_provider.simulator.login.tokens import Tokens

GRANT_TYPES = ("authorization_code", "password", "refresh_token")


@dataclass(frozen=True)
class Grant:
    """What tokens are to be issued for.

    Attributes:
        scopes: What the access token may do.
        renewable: What a later access token may do, out of the refresh token.
        public: Whether the client has shown no secret, and need not when it renews.
    """

    session: Session
    client_id: str
    scopes: frozenset[str]
    renewable: frozenset[str]
    public: bool
    nonce: str = ""


class Grants:
    """Checks what a caller has, and says what it gets for it."""

    def __init__(
        self, accounts: Accounts, sessions: Sessions, tokens: Tokens, codes: Codes
    ) -> None:
        self._accounts = accounts
        self._sessions = sessions
        self._tokens = tokens
        self._codes = codes

    def grant(self, form: Mapping[str, str], caller: Caller) -> Grant:
        """What the caller gets.

        Raises:
            OAuthError: It gets nothing.
        """
        if form["grant_type"] == "password":
            return self._password(form, caller)
        if form["grant_type"] == "authorization_code":
            return self._code(form, caller)
        return self._refresh(form, caller)

    def _password(self, form: Mapping[str, str], caller: Caller) -> Grant:
        caller.require_proof()
        if caller.client_id != APP_WEB:
            description = "Client not allowed for direct access grants"
            raise OAuthError(400, "unauthorized_client", description)
        found = self._accounts.user(form.get("username", ""))
        if found is None or not same(form.get("password", ""), found[1].password):
            raise OAuthError(401, "invalid_grant", "Invalid user credentials")
        scopes = granted(form.get("scope", ""), found[1].scopes)
        return Grant(self._sessions.begin(*found), APP_WEB, scopes, scopes, public=True)

    def _code(self, form: Mapping[str, str], caller: Caller) -> Grant:
        authorization = self._codes.use(form.get("code", ""))
        if authorization is None or authorization.session.over:
            raise OAuthError(400, "invalid_grant", "Code not valid")
        if authorization.client_id != caller.client_id:
            raise OAuthError(400, "invalid_grant", "Auth error")
        if form.get("redirect_uri", "") != authorization.redirect_uri:
            raise OAuthError(400, "invalid_grant", "Incorrect redirect_uri")
        verifier = form.get("code_verifier", "")
        if authorization.challenge is None:
            # Without a secret and without PKCE anybody who sees the code could use it.
            caller.require_proof()
            if verifier:
                raise OAuthError(400, "invalid_grant", "PKCE code verifier without challenge")
        elif not authorization.challenge.is_met_by(verifier):
            raise OAuthError(400, "invalid_grant", "PKCE verification failed")
        return Grant(
            authorization.session,
            caller.client_id,
            authorization.scopes,
            authorization.scopes,
            public=not caller.proved,
            nonce=authorization.nonce,
        )

    def _refresh(self, form: Mapping[str, str], caller: Caller) -> Grant:
        token = self._tokens.refresh(form.get("refresh_token", ""), caller.client_id)
        if token is None or not token.public:
            caller.require_proof()
        token = token and self._tokens.use_refresh(token.value, caller.client_id)
        if token is None:
            raise OAuthError(400, "invalid_grant", "Invalid refresh token")
        scopes = granted(form.get("scope", ""), token.scopes)
        return Grant(token.session, caller.client_id, scopes, token.scopes, public=token.public)
