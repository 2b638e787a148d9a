"""The authorization endpoint: where a browser comes to log in (RFC 6749, 4.1; RFC 7636; OpenID).

A request from an unknown client, or for an address that the client has not registered, ends on a
page: to redirect it would be to send the user wherever an attacker says. Every other refusal goes
to the redirect URI. A browser that has logged in before gets its code at once, as Keycloak's
single sign-on does.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from starlette.responses import RedirectResponse
from starlette.routing import Route

from sipgate_provider.simulator.login import realms
from sipgate_provider.simulator.login.client_authentication import same
from sipgate_provider.simulator.login.codes import METHODS, Authorization, Challenge, well_formed
from sipgate_provider.simulator.login.oauth_request import OAuthError, fields, form_of
from sipgate_provider.simulator.login.redirect_uris import is_registered, with_parameters
from sipgate_provider.simulator.pages import page
from sipgate_provider.simulator.scopes import granted

if TYPE_CHECKING:
    from collections.abc import Mapping

    from starlette.requests import Request
    from starlette.responses import Response

    from sipgate_provider.simulator.accounts.accounts import Accounts
    from sipgate_provider.simulator.login.codes import Codes
    from sipgate_provider.simulator.login.sessions import Session, Sessions

COOKIE = "SIPGATE_SIMULATOR_SESSION"

RESPONSE_MODES = ("query", "fragment")


class AuthorizationEndpoint:
    """The log-in page, over every account's users and clients."""

    def __init__(self, accounts: Accounts, codes: Codes, sessions: Sessions) -> None:
        self._accounts = accounts
        self._codes = codes
        self._sessions = sessions

    def routes(self) -> list[Route]:
        """Where the endpoint is found."""
        methods = ["GET", "POST"]
        return [Route(path, self.authorize, methods=methods) for path in realms.paths("auth")]

    async def authorize(self, request: Request) -> Response:
        """A page to log in, a redirect with a code or an error, or 400 with a page."""
        try:
            form = await form_of(request)
            # Name and password count in the body alone: a query ends up in histories and logs.
            username, password = form.pop("username", None), form.pop("password", "")
            asked = fields(request.url.query) | form
        except OAuthError as error:
            return _refused(error.description)
        client = self._accounts.client(asked.get("client_id", ""))
        if client is None:
            return _refused("Client not found.", asked.get("client_id", ""))
        if not is_registered(asked.get("redirect_uri", ""), client["redirectUris"]):
            return _refused("Invalid parameter: redirect_uri", asked.get("redirect_uri", ""))
        try:
            _check(asked)
            session = self._session(request, asked, username, password)
        except OAuthError as error:
            said = {"error": error.code, "error_description": error.description}
            return _redirect(request, asked, said)
        if session is None:
            return _login_page(client, asked, username)
        answer = _redirect(request, asked, {"code": self._code(asked, session)})
        if username is not None:
            cookie = self._sessions.cookie_for(session)
            secure = request.url.scheme == "https"
            answer.set_cookie(COOKIE, cookie, httponly=True, samesite="lax", secure=secure)
        return answer

    def _session(
        self, request: Request, asked: Mapping[str, str], username: str | None, password: str
    ) -> Session | None:
        """The log-in, new or old; None if there is yet to be one."""
        prompt = asked.get("prompt", "").split()
        if username is not None:
            found = self._accounts.user(username)
            if found is None or not same(password, found[1].password):
                return None
            return self._sessions.begin(*found)
        session = self._sessions.of_browser(request.cookies.get(COOKIE, ""))
        if session is None and "none" in prompt:
            raise OAuthError(400, "login_required", "Nobody is logged in")
        return None if "login" in prompt else session

    def _code(self, asked: Mapping[str, str], session: Session) -> str:
        challenge = None
        if "code_challenge" in asked:
            method = asked.get("code_challenge_method", "plain")
            challenge = Challenge(asked["code_challenge"], method)
        authorization = Authorization(
            session=session,
            client_id=asked["client_id"],
            redirect_uri=asked["redirect_uri"],
            scopes=granted(asked.get("scope", ""), session.user.scopes),
            challenge=challenge,
            nonce=asked.get("nonce", ""),
        )
        return self._codes.issue(authorization)


def _check(asked: Mapping[str, str]) -> None:
    """The request is one that a log-in can follow.

    Raises:
        OAuthError: It is not.
    """
    if not asked.get("response_type"):
        raise OAuthError(400, "invalid_request", "Missing parameter: response_type")
    if asked["response_type"] != "code":
        raise OAuthError(400, "unsupported_response_type", "Only the response type code is known")
    if asked.get("response_mode", "query") not in RESPONSE_MODES:
        raise OAuthError(400, "invalid_request", "Invalid parameter: response_mode")
    challenge, method = asked.get("code_challenge"), asked.get("code_challenge_method")
    if method is not None and method not in METHODS:
        raise OAuthError(400, "invalid_request", "Invalid parameter: code_challenge_method")
    if challenge is None and method is not None:
        raise OAuthError(400, "invalid_request", "Missing parameter: code_challenge")
    if challenge is not None and not well_formed(challenge):
        raise OAuthError(400, "invalid_request", "Invalid parameter: code_challenge")


def _redirect(request: Request, asked: Mapping[str, str], said: dict[str, str]) -> Response:
    """The browser goes back to the client with this, its own state, and our name (RFC 9207)."""
    parameters = said | {"iss": realms.issuer(request)}
    if "state" in asked:
        parameters["state"] = asked["state"]
    in_fragment = asked.get("response_mode") == "fragment"
    address = with_parameters(asked["redirect_uri"], parameters, in_fragment=in_fragment)
    return RedirectResponse(address, 302, {"Cache-Control": "no-store"})


def _login_page(
    client: Mapping[str, Any], asked: Mapping[str, str], username: str | None
) -> Response:
    return page(
        "login.html",
        client_name=client["name"] or client["clientId"],
        parameters=asked,
        username=username or asked.get("login_hint", ""),
        failed=username is not None,
    )


def _refused(text: str, detail: str = "") -> Response:
    return page("message.html", 400, heading="We are sorry", text=text, detail=detail)
