"""A web server in a thread. It is listening when `start` returns, and has released everything when `stop` returns."""

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
    """Serves an application on one address.

    Args:
        app: The application.
        host: A name or address of this machine.
        port: Port to listen on; 0 for any free one.
        allow_remote: Whether to accept a `host` that other machines can reach.
        tls: The TLS context; None for plain HTTP.

    Attributes:
        handshakes: Number of successful TLS handshakes.
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
                f"Other machines can reach {host}, and everyone knows the credentials. "
                "Allow it explicitly, or use 127.0.0.1."
            )
        self.handshakes = 0
        self._app = app
        self._tls = tls
        self._uvicorn: _Uvicorn | None = None
        self._thread: threading.Thread | None = None

    @property
    def origin(self) -> str:
        """Scheme, host and port, such as `http://127.0.0.1:40123`. With port 0, it is known only after `start`."""
        host = ipaddress.ip_address(self._address[0])
        if host.is_unspecified:
            host = ipaddress.ip_address("::1" if self._family == socket.AF_INET6 else "127.0.0.1")
        shown = f"[{host}]" if self._family == socket.AF_INET6 else str(host)
        return f"{'https' if self._tls else 'http'}://{shown}:{self._address[1]}"

    @property
    def running(self) -> bool:
        """Whether the server is running."""
        return self._thread is not None

    def start(self) -> None:
        """Starts accepting connections. After a `stop`, it uses the same port again.

        Raises:
            OSError: The port is in use, or using it is not permitted.
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
        """Closes all connections, including those with requests in progress. Does nothing if it is stopped."""
        if self._uvicorn and self._thread:
            self._uvicorn.request_stop()
            self._thread.join()
        self._uvicorn = self._thread = None

    def _count_handshake(self) -> None:
        self.handshakes += 1

    def _listen(self) -> socket.socket:
        # asyncio disables Nagle's algorithm only for sockets with an explicit protocol. Otherwise every response with
        # a body on a persistent connection is 40 ms late.
        listener = socket.socket(self._family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
        try:
            if os.name == "posix":  # on Windows, the option lets two servers share a port
                listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            listener.bind(self._address)
            listener.listen(_BACKLOG)
        except BaseException:
            listener.close()
            raise
        return listener


class _Uvicorn(uvicorn.Server):
    """A uvicorn server that an event stops at once, where uvicorn polls a flag every 0.1 s."""

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
        # uvicorn's own options accept certificates only as files.
        self.config.ssl = tls
        self.started_future: Future[None] = Future()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._stop = asyncio.Event()
        self._on_secured = on_secured

    def run_on(self, listener: socket.socket) -> None:
        """Runs the server until it is stopped."""
        try:
            asyncio.run(self.serve(sockets=[listener]))
        except BaseException as error:
            if self.started_future.done():
                raise
            self.started_future.set_exception(error)
        finally:
            listener.close()

    def request_stop(self) -> None:
        """Tells the server to stop. Can be called from any thread."""
        if self._loop:
            with contextlib.suppress(RuntimeError):  # the loop has already ended
                self._loop.call_soon_threadsafe(self._stop.set)

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Starts accepting connections."""
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
        """Waits for the event that stops the server."""
        self._loop = asyncio.get_running_loop()
        self.started_future.set_result(None)
        while not self._stop.is_set():
            await self.on_tick(0)  # renews the Date header
            with contextlib.suppress(asyncio.TimeoutError):
                await asyncio.wait_for(self._stop.wait(), 1.0)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Closes the listeners and connections, and waits for the requests to end."""
        # If a server is closed while asyncio is setting up an accepted connection, the socket of that
        # connection leaks. So accepting ends first, and a few iterations of the loop finish the setup.
        for listener in sockets or []:
            asyncio.get_running_loop().remove_reader(listener)
        for _ in range(3):
            await asyncio.sleep(0)
        for server in self.servers:
            server.close()
        connections = [c for c in self.server_state.connections if isinstance(c, Connection)]
        for connection in connections:
            connection.transport.abort()
        # Every request that waits for something also stops waiting when its connection ends.
        await asyncio.gather(*(c.lost.wait() for c in connections), *self.server_state.tasks)
        for server in self.servers:
            # `connections` lacks those still in a TLS handshake; they can delay this until the timeout.
            with contextlib.suppress(asyncio.TimeoutError):
                await asyncio.wait_for(server.wait_closed(), 1.0)


def _resolve(host: str, port: int) -> tuple[socket.AddressFamily, tuple[str, int]]:
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    family, _, _, _, address = found[0]
    return family, (str(address[0]), int(address[1]))
