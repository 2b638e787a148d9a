"""A connection that the application can cut: uvicorn's own HTTP/1.1 protocol, made reachable.

ASGI has no word for "hang up". uvicorn hands each request a copy of its state, and so the
connection travels to the application as `scope["state"]["connection"]`.
"""

from __future__ import annotations

import asyncio
import socket
import struct
from typing import TYPE_CHECKING, Any

from uvicorn.protocols.http.h11_impl import H11Protocol

if TYPE_CHECKING:
    from collections.abc import Callable

    from starlette.types import Scope


class Connection(H11Protocol):
    """One TCP connection to a caller.

    Args:
        on_secured: Called when its TLS handshake is over, if it has one.
    """

    lost: asyncio.Event

    def __init__(self, *args: Any, on_secured: Callable[[], None], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._on_secured = on_secured

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """The connection is there, and each of its requests knows it."""
        super().connection_made(transport)
        self.lost = asyncio.Event()
        if transport.get_extra_info("ssl_object"):
            self._on_secured()
        self.app_state = {**self.app_state, "connection": self}

    def connection_lost(self, exc: Exception | None) -> None:
        """The connection is over, whoever ended it."""
        super().connection_lost(exc)
        self.lost.set()

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


def connection_of(scope: Scope) -> Connection:
    """The connection that a request came in on."""
    connection: Connection = scope["state"]["connection"]
    return connection
