"""What the simulator has and sipgate has not: the page at `/`, and all below `/_simulator/`.

None of it takes a credential: everybody knows the simulator's, and only this machine can reach it.

Requests below `/_simulator/` are in no log and meet no fault, so that looking at a simulator does
not disturb it. The page itself is in the log, as any path is, and meets no fault either.
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


class Backstage:
    """Takes the requests to a path, or below one that ends in a slash, out of the usual course.

    Args:
        app: The usual course.
        path: The path.
        routes: What answers the requests to it.
    """

    def __init__(self, app: ASGIApp, path: str, routes: Sequence[BaseRoute]) -> None:
        self._app = app
        self._path = path
        self._inside = Starlette(routes=routes)
        self._inside.router.redirect_slashes = False

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """The request is answered."""
        if not self._is_meant(scope["path"]):
            await self._app(scope, receive, send)
            return
        # Whoever hangs up in the middle of the body needs no answer.
        with contextlib.suppress(ClientDisconnect):
            await self._inside(scope, receive, send)

    def _is_meant(self, path: str) -> bool:
        if len(self._path) > 1 and self._path.endswith("/"):
            return path.startswith(self._path)
        return path == self._path
