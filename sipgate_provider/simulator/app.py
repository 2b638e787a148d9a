"""The web application: the REST API and the log-in, wrapped in middleware for the request log and misbehaviour.

It also has what sipgate does not: a page that shows its state, and endpoints that control it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware

from sipgate_provider.simulator.control.bypass import PREFIX, BypassMiddleware
from sipgate_provider.simulator.control.endpoints import Control
from sipgate_provider.simulator.control.misbehaviour import MisbehaviourMiddleware, Misbehaviours
from sipgate_provider.simulator.control.request_log import (
    RequestLog,
    RequestLogMiddleware,
    RequestRecord,
)
from sipgate_provider.simulator.login.authorization_endpoint import AuthorizationEndpoint
from sipgate_provider.simulator.login.codes import Codes
from sipgate_provider.simulator.login.cors import CORSMiddleware
from sipgate_provider.simulator.login.discovery import Discovery
from sipgate_provider.simulator.login.logout_endpoint import LogoutEndpoint
from sipgate_provider.simulator.login.token_endpoint import Login
from sipgate_provider.simulator.login.token_information import TokenInformation
from sipgate_provider.simulator.page.overview import Overview
from sipgate_provider.simulator.rest.calls import ClientsAPI
from sipgate_provider.simulator.rest.deletions import Deletions
from sipgate_provider.simulator.rest.errors import Refusal, error_response
from sipgate_provider.simulator.server.reasons import note_reason

if TYPE_CHECKING:
    from collections.abc import Callable

    from starlette.requests import Request
    from starlette.responses import Response

    from sipgate_provider.simulator.accounts.accounts import Accounts
    from sipgate_provider.simulator.clock import Clock
    from sipgate_provider.simulator.login.sessions import Sessions
    from sipgate_provider.simulator.login.tokens import Tokens
    from sipgate_provider.simulator.rest.switches import Switches


def build_app(
    accounts: Accounts,
    clock: Clock,
    sessions: Sessions,
    tokens: Tokens,
    switches: Switches,
    misbehaviours: Misbehaviours,
    log: RequestLog,
    on_request: Callable[[RequestRecord], None] | None = None,
) -> Starlette:
    """Returns an application that responds as sipgate does. Its server must use the protocol class `Connection`."""

    async def refuse(request: Request, error: Exception) -> Response:
        if not isinstance(error, HTTPException):
            raise error
        if isinstance(error, Refusal):
            note_reason(request, str(error.detail))
        echo = request.headers.get("authorization", "")
        return error_response(
            error, switches.error_shape, echo if switches.errors_echo_credentials else ""
        )

    codes = Codes(clock)
    overview = Overview(accounts, misbehaviours, log)
    own_routes = [*overview.routes(), *Control(misbehaviours, switches, log).routes()]
    app = Starlette(
        routes=[
            *ClientsAPI(accounts, tokens, switches, Deletions(clock)).routes(),
            *Login(accounts, sessions, tokens, codes).routes(),
            *AuthorizationEndpoint(accounts, codes, sessions, clock).routes(),
            *LogoutEndpoint(accounts, tokens, sessions).routes(),
            *TokenInformation(accounts, sessions, tokens).routes(),
            *Discovery(tokens.signer).routes(),
        ],
        middleware=[
            Middleware(BypassMiddleware, path=f"{PREFIX}/", routes=own_routes),
            Middleware(RequestLogMiddleware, log=log, on_request=on_request),
            Middleware(BypassMiddleware, path="/", routes=overview.page_routes()),
            Middleware(MisbehaviourMiddleware, misbehaviours=misbehaviours, switches=switches),
            Middleware(CORSMiddleware, accounts=accounts, tokens=tokens),
        ],
        exception_handlers={HTTPException: refuse},
    )
    # A path with an extra slash at the end is unknown, rather than redirected to the one without.
    app.router.redirect_slashes = False
    return app
