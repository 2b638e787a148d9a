"""The page at `/`: the clients of all accounts, the faults and the last requests.

Its script fetches the state regularly and inserts it as text, so that no client's name can become
markup. The state contains no secrets; the script fetches each one on demand.

    GET /_simulator/state                        what the page shows; supports `If-None-Match`
    GET /_simulator/clients/{clientId}/secret    {"clientSecret": ...}
"""

from __future__ import annotations

import hashlib
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from sipgate_provider.simulator.accounts.account import DEMO_TOKEN, DEMO_TOKEN_ID
from sipgate_provider.simulator.control.bypass import NOT_TO_BE_STORED, PREFIX
from sipgate_provider.simulator.control.endpoints import as_json
from sipgate_provider.simulator.control.schemas import describe
from sipgate_provider.simulator.pages import page

if TYPE_CHECKING:
    from starlette.requests import Request

    from sipgate_provider.simulator.accounts.accounts import Accounts
    from sipgate_provider.simulator.control.misbehaviour import Misbehaviours
    from sipgate_provider.simulator.control.request_log import RequestLog

SHOWN_REQUESTS = 100

_FILES = {"overview.js": "text/javascript", "overview.css": "text/css"}


class Overview:
    """The page, its script and style sheet, and the data that it shows."""

    def __init__(self, accounts: Accounts, misbehaviours: Misbehaviours, log: RequestLog) -> None:
        self._accounts = accounts
        self._misbehaviours = misbehaviours
        self._log = log

    def page_routes(self) -> list[Route]:
        """Returns the route of the page itself."""
        return [Route("/", self.page)]

    def routes(self) -> list[Route]:
        """Returns the routes of what the page loads."""
        return [
            *(Route(f"{PREFIX}/{name}", _file(name, kind)) for name, kind in _FILES.items()),
            Route(f"{PREFIX}/state", self.state),
            Route(f"{PREFIX}/clients/{{client_id}}/secret", self.secret),
        ]

    async def page(self, request: Request) -> Response:
        """200 with the page."""
        lines = [f"export SIPGATE_BASE_URL={request.url.scheme}://{request.url.netloc}/v2"]
        if self._accounts.personal_access_token(DEMO_TOKEN_ID):
            lines.append(f"export SIPGATE_TOKEN_ID={DEMO_TOKEN_ID}")
            lines.append(f"export SIPGATE_TOKEN={DEMO_TOKEN}")
        tls = request.url.scheme == "https"
        return page("overview.html", prefix=PREFIX, exports="\n".join(lines), tls=tls)

    async def state(self, request: Request) -> Response:
        """200 with the state, or 304 if it has not changed."""
        body = as_json(self._state())
        tag = f'"{hashlib.sha256(body).hexdigest()[:32]}"'
        headers = {"ETag": tag, **NOT_TO_BE_STORED}
        if request.headers.get("if-none-match") == tag:
            return Response(None, 304, headers)
        return Response(body, 200, headers, "application/json")

    async def secret(self, request: Request) -> Response:
        """200 with the client's secret, or 404."""
        client = self._accounts.client(request.path_params["client_id"])
        if client is None:
            return JSONResponse({"error": "There is no such client."}, 404, NOT_TO_BE_STORED)
        return JSONResponse({"clientSecret": client["clientSecret"]}, 200, NOT_TO_BE_STORED)

    def _state(self) -> dict[str, Any]:
        return {
            "accounts": [
                {
                    "number": account.number,
                    "clients": [_without_secret(client) for client in account.clients()],
                }
                for account in self._accounts.all
            ],
            "faults": [describe(one) for one in self._misbehaviours.all()],
            "request_count": len(self._log),
            "requests": [
                record.as_json() | {"number": number}
                for number, record in self._log.latest(SHOWN_REQUESTS)
            ],
        }


def _without_secret(client: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in client.items() if name != "clientSecret"}


def _file(name: str, media_type: str) -> Any:
    async def endpoint(request: Request) -> Response:  # noqa: ARG001
        return Response(_content(name), 200, {"Cache-Control": "no-cache"}, media_type)

    return endpoint


@cache
def _content(name: str) -> bytes:
    return (files("sipgate_provider.simulator.page") / "static" / name).read_bytes()
