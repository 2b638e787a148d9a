"""What the simulator has and sipgate has not: the page at `/`, and all below `/_simulator/`.

What is below `/_simulator/` tells secrets and changes how the simulator answers, and takes no
credential. So it takes a header instead that no web page elsewhere can send without asking first
(CORS), and nobody here says yes. It need not be had for the page's own script and style, which a
browser asks for without and which say nothing.

Requests below `/_simulator/` are in no log and meet no fault, so that looking at a simulator does
not disturb it. The page itself is in the log, as any path is, and meets no fault either.
"""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

from starlette.applications import Starlette
from starlette.datastructures import Headers
from starlette.requests import ClientDisconnect
from starlette.responses import JSONResponse

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from starlette.middleware import Middleware
    from starlette.routing import BaseRoute
    from starlette.types import ASGIApp, Receive, Scope, Send

PREFIX = "/_simulator"

# The usual one for this purpose; its value is of no account.
HEADER = "X-Requested-With"

# What goes with every answer below it.
NOT_FOR_OTHERS = {
    "Cache-Control": "no-store",
    "Cross-Origin-Resource-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
}


class Backstage:
    """Takes the requests to a path, or below one that ends in a slash, out of the usual course.

    Args:
        app: The usual course.
        path: The path.
        routes: What answers the requests to it.
        middleware: What they go through before.
    """

    def __init__(
        self,
        app: ASGIApp,
        path: str,
        routes: Sequence[BaseRoute],
        middleware: Sequence[Middleware] = (),
    ) -> None:
        self._app = app
        self._path = path
        self._inside = Starlette(routes=routes, middleware=middleware)
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


class HeaderRequired:
    """Answers 403 to a request without `HEADER`.

    Args:
        app: What answers the others.
        public: The paths that need none.
    """

    def __init__(self, app: ASGIApp, public: Collection[str]) -> None:
        self._app = app
        self._public = public

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """The request is answered, or refused."""
        if scope["path"] in self._public or Headers(scope=scope).get(HEADER):
            await self._app(scope, receive, send)
            return
        said = f"The header {HEADER} is missing. Any value will do; it shows that no web page asks."
        await JSONResponse({"error": said}, 403, NOT_FOR_OTHERS)(scope, receive, send)
