"""The gRPC server's life: it tells its port on stdout, serves one engine, and ends with it.

The engine ends a plugin by an interrupt. An engine that was killed itself cannot do that, so the server watches the
engine's own address and ends when nobody answers there any more: a plugin that stays behind would keep a user's
credential in memory for ever.
"""

from __future__ import annotations

import asyncio
import logging
import signal
import sys

import grpc
from pulumi.runtime.proto import provider_pb2_grpc

from sipgate_provider.plugin.log import EngineLog
from sipgate_provider.plugin.servicer import Servicer

__all__ = ["serve"]

# As the engine's own: its messages hold whole programs' properties.
_MESSAGES = [("grpc.max_receive_message_length", 400 * 1024 * 1024)]
# A proxy is for the rest of the world; the engine is on this machine.
_NO_PROXY = [("grpc.enable_http_proxy", 0)]
_GONE_SECONDS = 5.0
_FINISH_SECONDS = 2.0


async def serve(engine: str | None) -> None:
    """Serves until the engine is gone, or the process is asked to end.

    Args:
        engine: The engine's address; None where it attaches to a plugin that somebody started.
    """
    channel = grpc.aio.insecure_channel(engine, options=_NO_PROXY) if engine else None
    log = EngineLog(channel)
    logging.basicConfig(level=logging.WARNING, handlers=[log])
    # It warns of every try that fails; ours say what came of them.
    logging.getLogger("urllib3").setLevel(logging.ERROR)
    server = grpc.aio.server(options=_MESSAGES)
    servicer = Servicer(log.warn)
    provider_pb2_grpc.add_ResourceProviderServicer_to_server(servicer, server)
    port = server.add_insecure_port("127.0.0.1:0")
    await server.start()
    ended = asyncio.Event()
    loop = asyncio.get_running_loop()
    # The engine's own way to end a plugin is an interrupt; a user's Ctrl-C reaches the engine alone, which then says
    # Cancel.
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, ended.set)
    sys.stdout.write(f"{port}\n")
    sys.stdout.flush()
    watching = asyncio.create_task(_until_gone(channel, ended)) if channel else None
    await ended.wait()
    if watching:
        watching.cancel()
    servicer.stop()
    await server.stop(_FINISH_SECONDS)


async def _until_gone(channel: grpc.aio.Channel, ended: asyncio.Event) -> None:
    """Sets `ended` when the engine has been out of reach for a while."""
    while True:
        try:
            await asyncio.wait_for(channel.channel_ready(), _GONE_SECONDS)
        except asyncio.TimeoutError:
            ended.set()
            return
        await channel.wait_for_state_change(grpc.ChannelConnectivity.READY)
