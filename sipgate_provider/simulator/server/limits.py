"""How much one request may send, and how much is remembered of those that came.

Whatever runs on this machine can call the simulator, and any web page can send it simple requests.
So nothing that comes from outside is kept without end: a request's body is cut off here, its headers
and its time in `server.connection`, the log in `control.request_log`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from starlette.datastructures import Headers
from starlette.requests import ClientDisconnect
from starlette.responses import PlainTextResponse

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

MOST_BODY = 1024 * 1024
MOST_REMEMBERED = 10_000

Key = TypeVar("Key")
Value = TypeVar("Value")


class Newest(dict[Key, Value]):
    """A dictionary of the newest entries: one too many, and the oldest is gone."""

    def __setitem__(self, key: Key, value: Value) -> None:
        """The entry is there."""
        super().__setitem__(key, value)
        if len(self) > MOST_REMEMBERED:
            del self[next(iter(self))]


class BodyLimit:
    """Answers 413 to a request whose body is too large; what is sent of it is passed over."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """The request is answered."""
        declared = Headers(scope=scope).get("content-length", "0")
        received, started = 0, False

        async def limited() -> Message:
            nonlocal received
            message = await receive()
            received += len(message.get("body", b""))
            # The application takes it for a caller that has hung up, and does nothing more.
            return message if received <= MOST_BODY else {"type": "http.disconnect"}

        async def noting(message: Message) -> None:
            nonlocal started
            started = True
            await send(message)

        # Compared by their lengths first: thousands of digits are slow to read.
        if len(declared) <= len(str(MOST_BODY)) and int(declared) <= MOST_BODY:
            try:
                await self._app(scope, limited, noting)
            except ClientDisconnect:
                if received <= MOST_BODY:
                    raise
        else:
            received = MOST_BODY + 1
        if received > MOST_BODY and not started:
            said = f"The body is larger than {MOST_BODY} bytes."
            await PlainTextResponse(said, 413)(scope, receive, send)
