"""The log-out endpoint: for browsers, and for applications with a refresh token.

For browsers, see OpenID Connect RP-Initiated Logout 1.0. Like Keycloak, it asks the user to confirm
unless an ID token proves that the request comes from the user's application. An application can also
POST its refresh token, which is Keycloak's own extension; the response is 204.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from sipgate_provider.simulator.login import realms
from sipgate_provider.simulator.login.authorization_endpoint import COOKIE
from sipgate_provider.simulator.login.client_authentication import identify
from sipgate_provider.simulator.login.cors import allow_any_origin, require_allowed_origin
from sipgate_provider.simulator.login.oauth_request import Fields, OAuthError, fields, form_of
from sipgate_provider.simulator.login.redirect_uris import is_registered, with_parameters
from sipgate_provider.simulator.pages import page

if TYPE_CHECKING:
    from collections.abc import Mapping

    from starlette.requests import Request

    from sipgate_provider.simulator.accounts.accounts import Accounts
    from sipgate_provider.simulator.login.sessions import Session, Sessions
    from sipgate_provider.simulator.login.tokens import Tokens


class LogoutEndpoint:
    """Ends sessions, so that their refresh tokens and the browser's cookie are no longer accepted."""

    def __init__(self, accounts: Accounts, tokens: Tokens, sessions: Sessions) -> None:
        self._accounts = accounts
        self._tokens = tokens
        self._sessions = sessions

    def routes(self) -> list[Route]:
        """Returns the routes of the endpoint."""
        methods = ["GET", "POST"]
        return [Route(path, self.log_out, methods=methods) for path in realms.paths("logout")]

    async def log_out(self, request: Request) -> Response:
        """Logs out; a page or a redirect for a browser, 204 for an application with a refresh token."""
        form = Fields()
        try:
            form = await form_of(request)
            if request.method == "POST" and "refresh_token" in form:
                self._end_by_refresh_token(request, form)
                return Response(status_code=204)
            # Keycloak ignores empty parameters of the query.
            query = {name: value for name, value in fields(request.url.query).items() if value}
            return self._for_browser(request, query | form)
        except OAuthError as error:
            if "refresh_token" in form:
                return error.response()
            return _message(400, "We are sorry", error.description)

    def _end_by_refresh_token(self, request: Request, form: Mapping[str, str]) -> None:
        allow_any_origin(request, exposed="Access-Control-Allow-Methods")
        client_id = identify(request, form, self._accounts)
        require_allowed_origin(request, self._accounts.client(client_id))
        self._tokens.refresh(form["refresh_token"], client_id).log_in.session.end()

    def _for_browser(self, request: Request, asked: dict[str, str]) -> Response:
        confirmed = asked.pop("confirmed", "") == "yes" and request.method == "POST"
        hint = self._hint(asked)
        target = asked.get("post_logout_redirect_uri")
        if target is not None:
            client_id = asked.get("client_id") or hint.get("azp")
            if client_id is None:
                return _message(400, "We are sorry", "Missing parameters: id_token_hint")
            client = self._accounts.client(client_id)
            if client is None or not is_registered(target, client["redirectUris"]):
                return _message(400, "We are sorry", "Invalid redirect uri", target)
        session = self._session(request, hint)
        # A user who is not logged in and is only redirected has nothing to confirm.
        known = hint.get("sid") == session.id if session else bool(hint or target)
        if not confirmed and not known:
            return page("logout.html", parameters=asked)
        if session:
            session.over = True
        if target is None:
            answer: Response = _message(200, "You are logged out", "This window can be closed.")
        else:
            state = {"state": asked["state"]} if "state" in asked else {}
            answer = RedirectResponse(with_parameters(target, state), 302)
        answer.delete_cookie(COOKIE, httponly=True, samesite="lax")
        return answer

    def _hint(self, asked: Mapping[str, str]) -> Mapping[str, Any]:
        """Returns the claims of the ID token in the request; an empty mapping if there is no token.

        Raises:
            OAuthError: The token is invalid, or of another client than the request names.
        """
        if "id_token_hint" not in asked:
            return {}
        hint = self._tokens.signer.read(asked["id_token_hint"]) or {}
        if hint.get("typ") != "ID" or asked.get("client_id", hint["azp"]) != hint["azp"]:
            raise OAuthError(400, "invalid_request", "Invalid parameter: id_token_hint")
        return hint

    def _session(self, request: Request, hint: Mapping[str, Any]) -> Session | None:
        """Returns the browser's session, or else that of the ID token."""
        session = self._sessions.by_cookie(request.cookies.get(COOKIE, ""))
        return session or self._sessions.by_id(hint.get("sid", ""))


def _message(status: int, heading: str, text: str, detail: str = "") -> Response:
    return page("message.html", status, heading=heading, text=text, detail=detail)
