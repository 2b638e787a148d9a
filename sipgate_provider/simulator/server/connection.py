"""A connection that the application can cut: uvicorn's own HTTP/1.1 protocol, made reachable.

ASGI has no word for "hang up". uvicorn hands each request a copy of its state, and so the
connection travels to the application as `scope["state"]["connection"]`.

Its caller has half a minute for each request, and as long to take an answer. There are so many
connections at most; one more, and the one that has waited longest for its request is cut. So what holds
connections open for nothing keeps nobody out.
"""

from __future__ import annotations

import asyncio
import socket
import struct
from typing import TYPE_CHECKING, Any

from uvicorn.protocols.http.h11_impl import H11Protocol, RequestResponseCycle

if TYPE_CHECKING:
    from collections.abc import Callable

    from starlette.types import Scope

MOST_CONNECTIONS = 500
REQUEST_SECONDS = 30.0
WRITE_SECONDS = 30.0


class Connection(H11Protocol):
    """One TCP connection to a caller.

    Args:
        on_secured: Called when its TLS handshake is over, if it has one.
    """

    lost: asyncio.Event

    def __init__(self, *args: Any, on_secured: Callable[[], None], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._on_secured = on_secured
        self._waiting: asyncio.TimerHandle | None = None
        self._writing: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """The connection is there, and each of its requests knows it."""
        super().connection_made(transport)
        self.lost = asyncio.Event()
        if transport.get_extra_info("ssl_object"):
            self._on_secured()
        self.app_state = {**self.app_state, "connection": self}
        self._await_request()
        _make_room([one for one in self.connections if isinstance(one, Connection)])

    def connection_lost(self, exc: Exception | None) -> None:
        """The connection is over, whoever ended it."""
        super().connection_lost(exc)
        for timer in (self._waiting, self._writing):
            if timer:
                timer.cancel()
        self.lost.set()

    def handle_events(self) -> None:
        """What has come in is handled; a request that is there in full has no limit of time."""
        before = self.cycle
        super().handle_events()
        after: RequestResponseCycle | None = self.cycle
        if after is None or after.response_complete:
            return
        if not after.more_body:
            self._await_nothing()
        elif after is not before:
            self._await_request()

    def on_response_complete(self) -> None:
        """The answer has been handed over; the next request may come."""
        self._await_request()
        super().on_response_complete()

    def pause_writing(self) -> None:
        """The caller does not take the answer as fast as it comes."""
        super().pause_writing()
        self._writing = self.loop.call_later(WRITE_SECONDS, self.transport.abort)

    def resume_writing(self) -> None:
        """It does again."""
        super().resume_writing()
        if self._writing:
            self._writing.cancel()

    @property
    def waiting_since(self) -> float | None:
        """When it began to wait for the whole of a request; None if it does not."""
        return self._waiting.when() if self._waiting and not self.transport.is_closing() else None

    def _await_request(self) -> None:
        self._await_nothing()
        self._waiting = self.loop.call_later(REQUEST_SECONDS, self._give_up)

    def _await_nothing(self) -> None:
        if self._waiting:
            self._waiting.cancel()
        self._waiting = None

    def _give_up(self) -> None:
        if self.flow.read_paused and not self.transport.is_closing():
            self._await_request()  # it is the application that does not take what comes
        else:
            self.transport.abort()

    async def close(self) -> None:
        """The connection is closed once what was sent has left."""
        self.transport.close()
        await self.lost.wait()

    async def reset(self) -> None:
        """The connection is reset: the caller sees RST, and nothing that had not left arrives."""
        # Without lingering, close() sends RST in place of FIN (socket(7), SO_LINGER).
        linger = struct.pack("ii", 1, 0)
        self.transport.get_extra_info("socket").setsockopt(
            socket.SOL_SOCKET, socket.SO_LINGER, linger
        )
        self.transport.abort()
        await self.lost.wait()

    async def lost_within(self, seconds: float | None) -> bool:
        """Whether the connection ended in that time; None waits until it does."""
        try:
            await asyncio.wait_for(self.lost.wait(), seconds)
        except asyncio.TimeoutError:
            return False
        return True


def _make_room(connections: list[Connection]) -> None:
    open_ones = [one for one in connections if not one.transport.is_closing()]
    if len(open_ones) <= MOST_CONNECTIONS:
        return
    waiting = [one for one in open_ones if one.waiting_since is not None]
    oldest = min(waiting, key=lambda one: one.waiting_since or 0.0)
    oldest.transport.abort()


def connection_of(scope: Scope) -> Connection:
    """The connection that a request came in on."""
    connection: Connection = scope["state"]["connection"]
    return connection
