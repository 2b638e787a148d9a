"""A web server in a thread: it listens when `start` returns; after `stop` nothing is left of it."""

from __future__ import annotations

import asyncio
import contextlib
import ipaddress
import os
import socket
import threading
from concurrent.futures import Future
from functools import partial
from typing import TYPE_CHECKING

import uvicorn

from sipgate_provider.simulator.server.connection import Connection

if TYPE_CHECKING:
    import ssl
    from collections.abc import Callable

    from starlette.types import ASGIApp


_BACKLOG = 128


class Server:
    """One application on one address.

    Args:
        app: The application.
        host: A name or address of this machine.
        port: Where to listen; 0 takes a free one.
        allow_remote: Whether `host` may be one that other machines can reach.
        tls: What it shows callers that it is; None is plain HTTP.

    Attributes:
        handshakes: How many TLS handshakes have come to a good end.
    """

    def __init__(
        self,
        app: ASGIApp,
        host: str,
        port: int,
        *,
        allow_remote: bool,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        self._family, self._address = _resolve(host, port)
        if not allow_remote and not ipaddress.ip_address(self._address[0]).is_loopback:
            raise ValueError(
                f"{host} can be reached from other machines, and everyone knows the credentials. "
                "Permit it explicitly, or use 127.0.0.1."
            )
        self.handshakes = 0
        self._app = app
        self._tls = tls
        self._uvicorn: _Uvicorn | None = None
        self._thread: threading.Thread | None = None

    @property
    def origin(self) -> str:
        """Scheme, host and port, such as `http://127.0.0.1:40123`; the port counts once started."""
        host = ipaddress.ip_address(self._address[0])
        if host.is_unspecified:
            host = ipaddress.ip_address("::1" if self._family == socket.AF_INET6 else "127.0.0.1")
        shown = f"[{host}]" if self._family == socket.AF_INET6 else str(host)
        return f"{'https' if self._tls else 'http'}://{shown}:{self._address[1]}"

    @property
    def running(self) -> bool:
        """Whether it has been started and not been stopped since."""
        return self._thread is not None

    def start(self) -> None:
        """It accepts connections. A second start, after a stop, takes the same port.

        Raises:
            OSError: The port is in use, or may not be used.
        """
        listener = self._listen()
        self._address = listener.getsockname()[:2]
        server = _Uvicorn(self._app, self._tls, self._count_handshake)
        thread = threading.Thread(
            target=server.run_on, args=(listener,), name="sipgate-simulator", daemon=True
        )
        thread.start()
        server.started_future.result()
        self._uvicorn, self._thread = server, thread

    def stop(self) -> None:
        """Every connection is closed, requests in flight included. Stopping twice is harmless."""
        if self._uvicorn and self._thread:
            self._uvicorn.request_stop()
            self._thread.join()
        self._uvicorn = self._thread = None

    def _count_handshake(self) -> None:
        self.handshakes += 1

    def _listen(self) -> socket.socket:
        # asyncio turns Nagle's algorithm off only where the protocol is named; with it, a kept connection's every
        # answer with a body comes 40 ms late.
        listener = socket.socket(self._family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
        try:
            if os.name == "posix":  # elsewhere the option lets two servers share a port
                listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            listener.bind(self._address)
            listener.listen(_BACKLOG)
        except BaseException:
            listener.close()
            raise
        return listener


class _Uvicorn(uvicorn.Server):
    """uvicorn, stopped by an event where the original looks every 0.1 s whether it should."""

    def __init__(
        self, app: ASGIApp, tls: ssl.SSLContext | None, on_secured: Callable[[], None]
    ) -> None:
        super().__init__(
            uvicorn.Config(
                app,
                http="h11",
                ws="none",
                lifespan="off",
                interface="asgi3",
                log_config=None,
                access_log=False,
                proxy_headers=False,
                server_header=False,
            )
        )
        self.config.load()
        # uvicorn itself takes certificates from files only.
        self.config.ssl = tls
        self.started_future: Future[None] = Future()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._stop = asyncio.Event()
        self._on_secured = on_secured

    def run_on(self, listener: socket.socket) -> None:
        """The server has run and ended."""
        try:
            asyncio.run(self.serve(sockets=[listener]))
        except BaseException as error:
            if self.started_future.done():
                raise
            self.started_future.set_exception(error)
        finally:
            listener.close()

    def request_stop(self) -> None:
        """The server is about to end; from any thread."""
        if self._loop:
            with contextlib.suppress(RuntimeError):  # the loop has ended by itself
                self._loop.call_soon_threadsafe(self._stop.set)

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """It accepts connections."""
        loop = asyncio.get_running_loop()
        self.servers = [
            await loop.create_server(
                partial(
                    Connection,
                    on_secured=self._on_secured,
                    config=self.config,
                    server_state=self.server_state,
                    app_state={},
                ),
                sock=listener,
                ssl=self.config.ssl,
                backlog=_BACKLOG,
            )
            for listener in sockets or []
        ]
        self.started = True

    async def main_loop(self) -> None:
        """It is time to stop."""
        self._loop = asyncio.get_running_loop()
        self.started_future.set_result(None)
        while not self._stop.is_set():
            await self.on_tick(0)  # renews the Date header
            with contextlib.suppress(asyncio.TimeoutError):
                await asyncio.wait_for(self._stop.wait(), 1.0)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Neither listener nor connection nor request is left."""
        # A server that closes while asyncio introduces a new connection to it loses the socket of
        # that connection. So first no more are accepted, and the last get the rounds this takes.
        for listener in sockets or []:
            asyncio.get_running_loop().remove_reader(listener)
        for _ in range(3):
            await asyncio.sleep(0)
        for server in self.servers:
            server.close()
        connections = [c for c in self.server_state.connections if isinstance(c, Connection)]
        for connection in connections:
            connection.transport.abort()
        # A request that waits for anything waits for the end of its connection too.
        await asyncio.gather(*(c.lost.wait() for c in connections), *self.server_state.tasks)
        for server in self.servers:
            # A handshake that is not over belongs to no connection above, and counts here.
            with contextlib.suppress(asyncio.TimeoutError):
                await asyncio.wait_for(server.wait_closed(), 1.0)


def _resolve(host: str, port: int) -> tuple[socket.AddressFamily, tuple[str, int]]:
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    family, _, _, _, address = found[0]
    return family, (str(address[0]), int(address[1]))
