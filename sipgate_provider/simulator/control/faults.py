"""What can go wrong with a request, one class each.

Two questions decide what a failure means to a caller: what did it see, and was the request *taken*,
that is, has sipgate done what it asked for. A fault with `taken` can be had both ways. It stands in
place of the normal course of one request, and drives it through its `Exchange`.
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
    """A request that has come in and is not answered yet."""

    def __init__(self, app: ASGIApp, scope: Scope, receive: Receive, send: Send) -> None:
        self._app = app
        self._scope = scope
        self._receive = receive
        self._send = send
        self.connection = connection_of(scope)

    async def perform(self) -> Response:
        """The request is taken; this is the answer to it, and it has not been sent."""
        messages: list[Message] = []

        async def keep(message: Message) -> None:
            messages.append(message)

        await self._app(self._scope, self._receive, keep)
        start, *rest = messages
        answer = Response(b"".join(message.get("body", b"") for message in rest), start["status"])
        answer.raw_headers = list(start["headers"])
        return answer

    async def drop(self) -> None:
        """The request has arrived whole and is not taken, so the caller is no longer sending."""
        message = await self._receive()
        while message.get("more_body", False):
            message = await self._receive()

    async def answer(self, response: Response) -> None:
        """The answer has been sent."""
        await response(self._scope, self._receive, self._send)

    async def answer_in_part(self, response: Response, body: bytes) -> None:
        """The headers and this much of the body have been sent; the answer is not over."""
        start = {"type": "http.response.start", "status": response.status_code}
        await self._send(start | {"headers": response.raw_headers})
        await self._send({"type": "http.response.body", "body": body, "more_body": True})


class Fault(Protocol):
    """Something that goes wrong."""

    async def happen(self, exchange: Exchange) -> None:
        """The request has met this fault, and is over."""


# For orders in JSON: nothing is converted, and nothing unknown is passed over.
_STRICT = ConfigDict(strict=True, extra="forbid")

Name = Annotated[str, Field(pattern=r"^[!#$%&'*+.^`|~0-9A-Za-z_-]+$")]
Value = Annotated[str, Field(pattern=r"^[\t -~\x{80}-\x{ff}]*$")]
Status = Annotated[int, Field(ge=200, le=599)]
Seconds = Annotated[float, Field(ge=0, le=86_400, allow_inf_nan=False)]


@dataclass(frozen=True)
class Answer:
    """This answer is given, whatever the true one would have been."""

    __pydantic_config__: ClassVar[ConfigDict] = _STRICT

    status: Status
    body: str | bytes = b""
    headers: dict[Name, Value] = field(default_factory=dict)
    taken: bool = False

    async def happen(self, exchange: Exchange) -> None:
        """The request is answered with this."""
        await (exchange.perform() if self.taken else exchange.drop())
        await exchange.answer(Response(self.body, self.status, self.headers))


@dataclass(frozen=True)
class Reset:
    """The connection is reset, and there is no answer."""

    __pydantic_config__: ClassVar[ConfigDict] = _STRICT

    taken: bool = False

    async def happen(self, exchange: Exchange) -> None:
        """The connection is gone."""
        await (exchange.perform() if self.taken else exchange.drop())
        await exchange.connection.reset()


@dataclass(frozen=True)
class Truncate:
    """The request is taken, and its answer ends in the middle of the body.

    Attributes:
        declared: Whether Content-Length names the whole body, so that the caller can see that
            something is missing when the connection closes. Without, the half body passes for a
            complete one.
    """

    __pydantic_config__: ClassVar[ConfigDict] = _STRICT

    declared: bool = True

    async def happen(self, exchange: Exchange) -> None:
        """Half of the body has been sent."""
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
    """The true answer comes late; if the caller hangs up before it, an untaken request stays so."""

    __pydantic_config__: ClassVar[ConfigDict] = _STRICT

    seconds: Seconds
    taken: bool = True

    async def happen(self, exchange: Exchange) -> None:
        """The request is answered, unless nobody waits for the answer any longer."""
        response = await exchange.perform() if self.taken else None
        if not await exchange.connection.lost_within(self.seconds):
            await exchange.answer(response or await exchange.perform())


@dataclass(frozen=True)
class Stall:
    """No answer ever comes. It ends when the caller hangs up or the simulator stops."""

    __pydantic_config__: ClassVar[ConfigDict] = _STRICT

    taken: bool = False

    async def happen(self, exchange: Exchange) -> None:
        """The connection is gone."""
        if self.taken:
            await exchange.perform()
        await exchange.connection.lost_within(None)
