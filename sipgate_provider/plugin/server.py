"""The gRPC server, which prints its port on stdout, serves one engine, and ends with it.

The engine interrupts a plugin to end it. An engine that was killed cannot do that. So the server watches its connection
to the engine, and ends when the engine is gone. A plugin left behind would keep the user's credential in memory for
ever.
"""

from __future__ import annotations

import asyncio
import gc
import logging
import signal
import sys

import grpc
from pulumi.runtime.proto import provider_pb2_grpc

from sipgate_provider.plugin.log import EngineLog
from sipgate_provider.plugin.servicer import Servicer

__all__ = ["serve"]

# The engine's own limit, since a message may contain the properties of a whole program.
_MESSAGES = [("grpc.max_receive_message_length", 400 * 1024 * 1024)]
# The engine is on this machine, so no proxy is needed.
_NO_PROXY = [("grpc.enable_http_proxy", 0)]
_GONE_SECONDS = 5.0
_FINISH_SECONDS = 2.0


async def serve(engine: str | None) -> None:
    """Serves until the engine is gone, or a signal ends the process.

    Args:
        engine: The engine's address; None if the engine attaches to a plugin that a user has started.
    """
    channel = grpc.aio.insecure_channel(engine, options=_NO_PROXY) if engine else None
    log = EngineLog(channel)
    logging.basicConfig(level=logging.WARNING, handlers=[log])
    # urllib3 warns of every failed try; the provider's own messages report the result.
    logging.getLogger("urllib3").setLevel(logging.ERROR)
    server = grpc.aio.server(options=_MESSAGES)
    servicer = Servicer(log.warn)
    provider_pb2_grpc.add_ResourceProviderServicer_to_server(servicer, server)
    # As in the dynamic host, the imports that follow are faster.
    gc.freeze()
    port = server.add_insecure_port("127.0.0.1:0")
    await server.start()
    ended = asyncio.Event()
    loop = asyncio.get_running_loop()
    # The engine interrupts a plugin to end it. A user's Ctrl-C reaches only the engine, which then calls Cancel.
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
    """Sets `ended` when the engine has been unreachable for a while."""
    while True:
        try:
            await asyncio.wait_for(channel.channel_ready(), _GONE_SECONDS)
        except asyncio.TimeoutError:
            ended.set()
            return
        await channel.wait_for_state_change(grpc.ChannelConnectivity.READY)
