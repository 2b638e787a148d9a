"""Sends warnings to the engine, which shows them to the user with the name of their resource.

The engine would show text from stderr without the resource's name, if at all.
"""

from __future__ import annotations

import asyncio
import concurrent.futures
import contextlib
import logging
import sys
import threading
from contextvars import ContextVar

import grpc
from pulumi.runtime.proto import engine_pb2, engine_pb2_grpc

__all__ = ["EngineLog", "about"]

_SECONDS = 5.0

about: ContextVar[str] = ContextVar("sipgate_urn", default="")
"""The URN of the resource of the current call."""


class EngineLog(logging.Handler):
    """Sends warnings to the engine, or writes them to stderr without one."""

    def __init__(self, channel: grpc.aio.Channel | None) -> None:
        """Creates the handler, which has to happen on the server's event loop.

        Args:
            channel: The connection to the engine; None without an engine.
        """
        super().__init__(logging.WARNING)
        self._engine = engine_pb2_grpc.EngineStub(channel) if channel else None
        self._loop = asyncio.get_running_loop()

    async def warn(self, text: str, urn: str) -> None:
        """Shows the user a warning about the resource with this URN."""
        if self._engine is None:
            sys.stderr.write(f"{text}\n")
            return
        request = engine_pb2.LogRequest(severity=engine_pb2.WARNING, message=text, urn=urn)
        with contextlib.suppress(grpc.aio.AioRpcError):
            await self._engine.Log(request, timeout=_SECONDS)  # type: ignore[misc]  # typed as the blocking API

    def handle(self, record: logging.LogRecord) -> bool:
        """Handles a record without the usual lock, so that a thread and the event loop never wait for each other."""
        wanted = bool(self.filter(record))
        if wanted:
            self.emit(record)
        return wanted

    def emit(self, record: logging.LogRecord) -> None:
        """Shows a warning that the core has logged, before the call that logged it goes on."""
        try:
            showing = asyncio.run_coroutine_threadsafe(
                self.warn(record.getMessage(), about.get()), self._loop
            )
            if threading.current_thread() is not threading.main_thread():
                showing.result(_SECONDS)
        except (Exception, concurrent.futures.CancelledError):  # noqa: BLE001  a lost warning must not lose a client
            self.handleError(record)
