"""The faults that can affect a request, one class for each kind.

Two things determine what a failure means to a caller: what it sees, and whether sipgate has performed
the request nevertheless. The attribute `taken` of a fault decides the second.

A fault replaces the normal handling of a request. It controls the request through an `Exchange`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Annotated, ClassVar, Protocol

from pydantic import ConfigDict, Field
from starlette.responses import Response

from sipgate_provider.simulator.server.connection import connection_of

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send


class Exchange:
    """A request that has not been answered yet."""

    def __init__(self, app: ASGIApp, scope: Scope, receive: Receive, send: Send) -> None:
        self._app = app
        self._scope = scope
        self._receive = receive
        self._send = send
        self.connection = connection_of(scope)

    async def perform(self) -> Response:
        """Performs the request, and returns the response without sending it."""
        messages: list[Message] = []

        async def keep(message: Message) -> None:
            messages.append(message)

        await self._app(self._scope, self._receive, keep)
        start, *rest = messages
        answer = Response(b"".join(message.get("body", b"") for message in rest), start["status"])
        answer.raw_headers = list(start["headers"])
        return answer

    async def drop(self) -> None:
        """Reads the whole request without performing it, so that the caller is no longer sending."""
        message = await self._receive()
        while message.get("more_body", False):
            message = await self._receive()

    async def answer(self, response: Response) -> None:
        """Sends the response."""
        await response(self._scope, self._receive, self._send)

    async def answer_in_part(self, response: Response, body: bytes) -> None:
        """Sends the headers of the response and this part of its body, but does not end it."""
        start = {"type": "http.response.start", "status": response.status_code}
        await self._send(start | {"headers": response.raw_headers})
        await self._send({"type": "http.response.body", "body": body, "more_body": True})


class Fault(Protocol):
    """A failure that can affect a request."""

    async def apply(self, exchange: Exchange) -> None:
        """Handles the request in place of the application."""


# For faults in JSON: pydantic converts no types and refuses unknown fields.
_STRICT = ConfigDict(strict=True, extra="forbid")

Name = Annotated[str, Field(pattern=r"^[!#$%&'*+.^`|~0-9A-Za-z_-]+$")]
Value = Annotated[str, Field(pattern=r"^[\t -~\x{80}-\x{ff}]*$")]
Status = Annotated[int, Field(ge=200, le=599)]
Seconds = Annotated[float, Field(ge=0, le=86_400, allow_inf_nan=False)]


@dataclass(frozen=True)
class Answer:
    """Sends this response instead of the real one.

    Attributes:
        status: The HTTP status.
        body: The body.
        headers: Headers of the response.
        taken: Whether sipgate performs the request nevertheless.
    """

    __pydantic_config__: ClassVar[ConfigDict] = _STRICT

    status: Status
    body: str | bytes = b""
    headers: dict[Name, Value] = field(default_factory=dict)
    taken: bool = False

    async def apply(self, exchange: Exchange) -> None:
        """Sends the response."""
        await (exchange.perform() if self.taken else exchange.drop())
        await exchange.answer(Response(self.body, self.status, self.headers))


@dataclass(frozen=True)
class Reset:
    """Resets the connection instead of sending a response.

    Attributes:
        taken: Whether sipgate performs the request nevertheless.
    """

    __pydantic_config__: ClassVar[ConfigDict] = _STRICT

    taken: bool = False

    async def apply(self, exchange: Exchange) -> None:
        """Resets the connection."""
        await (exchange.perform() if self.taken else exchange.drop())
        await exchange.connection.reset()


@dataclass(frozen=True)
class Truncate:
    """Performs the request, but sends only the first half of the response's body.

    Attributes:
        declared: Whether Content-Length is that of the whole body, so that the caller can tell that
            the rest is missing. Otherwise the half looks like a complete body.
    """

    __pydantic_config__: ClassVar[ConfigDict] = _STRICT

    declared: bool = True

    async def apply(self, exchange: Exchange) -> None:
        """Sends half of the body."""
        response = await exchange.perform()
        half = bytes(response.body)[: len(response.body) // 2]
        if self.declared:
            await exchange.answer_in_part(response, half)
            await exchange.connection.close()
        else:
            media_type = response.headers.get("content-type")
            await exchange.answer(Response(half, response.status_code, media_type=media_type))


@dataclass(frozen=True)
class Delay:
    """Delays the real response.

    Attributes:
        seconds: The delay in seconds.
        taken: Whether sipgate performs the request before the delay. Otherwise it performs the request
            after the delay, and not at all if the caller has disconnected by then.
    """

    __pydantic_config__: ClassVar[ConfigDict] = _STRICT

    seconds: Seconds
    taken: bool = True

    async def apply(self, exchange: Exchange) -> None:
        """Sends the response after the delay, unless the caller has disconnected."""
        response = await exchange.perform() if self.taken else None
        if not await exchange.connection.lost_within(self.seconds):
            await exchange.answer(response or await exchange.perform())


@dataclass(frozen=True)
class Stall:
    """Sends no response, and keeps the connection open until the caller disconnects or the simulator stops.

    Attributes:
        taken: Whether sipgate performs the request nevertheless.
    """

    __pydantic_config__: ClassVar[ConfigDict] = _STRICT

    taken: bool = False

    async def apply(self, exchange: Exchange) -> None:
        """Waits until the connection has ended."""
        if self.taken:
            await exchange.perform()
        await exchange.connection.lost_within(None)
