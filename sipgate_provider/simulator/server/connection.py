"""A subclass of uvicorn's HTTP/1.1 protocol that lets the application close or reset a connection.

ASGI has no message for that. uvicorn passes each request a copy of the application's state, so the
connection reaches the application as `scope["state"]["connection"]`.
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
    """A TCP connection to a caller.

    Args:
        on_secured: Called after the TLS handshake, if there is one.
    """

    lost: asyncio.Event

    def __init__(self, *args: Any, on_secured: Callable[[], None], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._on_secured = on_secured

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Puts the connection into the state that its requests get."""
        super().connection_made(transport)
        self.lost = asyncio.Event()
        if transport.get_extra_info("ssl_object"):
            self._on_secured()
        self.app_state = {**self.app_state, "connection": self}

    def connection_lost(self, exc: Exception | None) -> None:
        """Sets `lost`, whichever side has ended the connection."""
        super().connection_lost(exc)
        self.lost.set()

    async def close(self) -> None:
        """Closes the connection after sending what is buffered."""
        self.transport.close()
        await self.lost.wait()

    async def reset(self) -> None:
        """Resets the connection with RST. What is still buffered is not sent."""
        # With a linger time of 0, close() sends RST instead of FIN (socket(7), SO_LINGER).
        linger = struct.pack("ii", 1, 0)
        self.transport.get_extra_info("socket").setsockopt(
            socket.SOL_SOCKET, socket.SO_LINGER, linger
        )
        self.transport.abort()
        await self.lost.wait()

    async def lost_within(self, seconds: float | None) -> bool:
        """Returns whether the connection ends within this many seconds; None waits without a limit."""
        try:
            await asyncio.wait_for(self.lost.wait(), seconds)
        except asyncio.TimeoutError:
            return False
        return True


def connection_of(scope: Scope) -> Connection:
    """Returns the connection of a request."""
    connection: Connection = scope["state"]["connection"]
    return connection
