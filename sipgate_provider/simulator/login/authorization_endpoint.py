"""The authorization endpoint, where the user logs in with a browser (RFC 6749, 4.1; RFC 7636; OpenID).

A browser that is already logged in gets its code without a log-in page: single sign-on, as at Keycloak.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.responses import RedirectResponse
from starlette.routing import Route

from sipgate_provider.simulator.accounts.account import DEMO_PASSWORD, DEMO_USERNAME
from sipgate_provider.simulator.login import authorization_request, realms
from sipgate_provider.simulator.login.authorization_request import UserFacingError
from sipgate_provider.simulator.login.codes import Authorization
from sipgate_provider.simulator.login.oauth_request import Fields, OAuthError, fields, form_of
from sipgate_provider.simulator.login.redirect_uris import with_parameters
from sipgate_provider.simulator.pages import page
from sipgate_provider.simulator.scopes import granted

if TYPE_CHECKING:
    from collections.abc import Mapping

    from starlette.requests import Request
    from starlette.responses import Response

    from sipgate_provider.simulator.accounts.accounts import Accounts
    from sipgate_provider.simulator.clock import Clock
    from sipgate_provider.simulator.login.authorization_request import AuthorizationRequest
    from sipgate_provider.simulator.login.codes import Codes
    from sipgate_provider.simulator.login.sessions import Session, Sessions

COOKIE = "SIPGATE_SIMULATOR_SESSION"


class AuthorizationEndpoint:
    """The log-in page, for the users and clients of all accounts."""

    def __init__(self, accounts: Accounts, codes: Codes, sessions: Sessions, clock: Clock) -> None:
        self._accounts = accounts
        self._codes = codes
        self._sessions = sessions
        self._clock = clock

    def routes(self) -> list[Route]:
        """Returns the routes of the endpoint."""
        methods = ["GET", "POST"]
        return [Route(path, self.authorize, methods=methods) for path in realms.paths("auth")]

    async def authorize(self, request: Request) -> Response:
        """The log-in page, a redirect with a code or an error, or an error page with 400."""
        try:
            form = await form_of(request)
            # User name and password are read only from the body: a query ends up in histories and logs.
            username, password = form.pop("username", None), form.pop("password", "")
            sent = fields(request.url.query)
            repeated = sent.repeated | form.repeated
            sent = Fields(sent | form)
            sent.repeated = repeated
            asked = authorization_request.read(sent, self._accounts)
        except OAuthError as error:
            return _refused(error.description)
        except UserFacingError as error:
            return _refused(error.text, error.detail)
        try:
            asked.check()
            session = self._session(request, asked, username, password)
        except OAuthError as error:
            return _back(request, asked, error.parameters)
        except UserFacingError as error:
            return _refused(error.text, error.detail)
        if session is None:
            return self._login_page(asked, username)
        fresh = username is not None
        answer = _back(request, asked, self._answer(asked, session, fresh=fresh))
        if fresh:
            cookie = self._sessions.cookie_for(session)
            secure = request.url.scheme == "https"
            answer.set_cookie(COOKIE, cookie, httponly=True, samesite="lax", secure=secure)
        return answer

    def _session(
        self,
        request: Request,
        asked: AuthorizationRequest,
        username: str | None,
        password: str,
    ) -> Session | None:
        """Returns a new or an existing session; None if the user still has to log in."""
        if username is not None:
            found = self._accounts.user(username)
            if found is None or password != found[1].password:
                return None
            return self._sessions.begin(*found)
        session = self._sessions.by_cookie(request.cookies.get(COOKIE, ""))
        if session and asked.max_age is not None:
            session = session if session.began + asked.max_age >= int(self._clock.time()) else None
        # A request for a level of authentication also requires a log-in.
        if "login" in asked.prompt or "acr_values" in asked.fields:
            session = None
        if session is None and "none" in asked.prompt:
            raise OAuthError(400, "login_required")
        return session

    def _answer(
        self, asked: AuthorizationRequest, session: Session, *, fresh: bool
    ) -> dict[str, str]:
        answer = {"session_state": session.id}
        if "code" in asked.response_types:
            scopes = granted(asked.fields.get("scope", ""), session.user.scopes)
            authorization = Authorization(
                log_in=session.client_session(asked.client["clientId"], scopes, fresh=fresh),
                redirect_uri=asked.fields.get("redirect_uri"),
                scopes=scopes,
                challenge=asked.challenge,
                nonce=asked.fields.get("nonce", ""),
            )
            answer["code"] = self._codes.issue(authorization)
        return answer

    def _login_page(self, asked: AuthorizationRequest, username: str | None) -> Response:
        found = self._accounts.user(DEMO_USERNAME)
        return page(
            "login.html",
            client_name=asked.client["name"] or asked.client["clientId"],
            parameters=asked.fields,
            username=username or asked.fields.get("login_hint", ""),
            failed=username is not None,
            demo=found[1] if found and found[1].password == DEMO_PASSWORD else None,
        )


def _back(request: Request, asked: AuthorizationRequest, said: Mapping[str, str]) -> Response:
    """Returns a response that sends the browser to the client with these parameters, `state` and `iss` (RFC 9207)."""
    state = {"state": asked.fields["state"]} if "state" in asked.fields else {}
    parameters = {**said, **state, "iss": realms.issuer(request)}
    if asked.by_form:
        return page("form_post.html", action=asked.redirect_uri, parameters=parameters)
    address = with_parameters(asked.redirect_uri, parameters, in_fragment=asked.in_fragment)
    return RedirectResponse(address, 302, {"Cache-Control": "no-store"})


def _refused(text: str, detail: str = "") -> Response:
    return page("message.html", 400, heading="We are sorry", text=text, detail=detail)
