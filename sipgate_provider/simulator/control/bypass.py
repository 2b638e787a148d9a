"""Routes that sipgate does not have: the page at `/`, and everything below `/_simulator/`.

They need no credential: the simulator's are public anyway, and only this machine can reach it.

Requests below `/_simulator/` are not logged and faults do not affect them, so inspecting a simulator
does not disturb it. Requests for the page are logged, like any other path, but faults do not affect
them either.
"""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

from starlette.applications import Starlette
from starlette.requests import ClientDisconnect

if TYPE_CHECKING:
    from collections.abc import Sequence

    from starlette.routing import BaseRoute
    from starlette.types import ASGIApp, Receive, Scope, Send

PREFIX = "/_simulator"

NOT_TO_BE_STORED = {"Cache-Control": "no-store"}


class BypassMiddleware:
    """Answers requests to a path without passing them to the application.

    Args:
        app: The application, which gets all other requests.
        path: The path. If it ends in a slash, all paths below it; `/` is only itself.
        routes: The routes that answer instead.
    """

    def __init__(self, app: ASGIApp, path: str, routes: Sequence[BaseRoute]) -> None:
        self._app = app
        self._path = path
        self._bypass = Starlette(routes=routes)
        self._bypass.router.redirect_slashes = False

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answers the request, or passes it on."""
        if not self._matches(scope["path"]):
            await self._app(scope, receive, send)
            return
        # A caller that disconnects while sending the body needs no answer.
        with contextlib.suppress(ClientDisconnect):
            await self._bypass(scope, receive, send)

    def _matches(self, path: str) -> bool:
        if len(self._path) > 1 and self._path.endswith("/"):
            return path.startswith(self._path)
        return path == self._path
