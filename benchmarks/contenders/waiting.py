"""What ten threads of a native plugin allow at best: one whose calls wait `BENCHMARK_PACE` seconds and do nothing.

As a module it declares the clients, as a program it is the plugin.
"""

from __future__ import annotations

import os
import sys
import time
import uuid
from concurrent.futures import ThreadPoolExecutor
from threading import Event
from typing import Any

import grpc
import pulumi
from google.protobuf.empty_pb2 import Empty
from google.protobuf.struct_pb2 import Struct
from pulumi.runtime import proto
from pulumi.runtime.proto import provider_pb2_grpc

_THREADS = 10


def keep_pace() -> None:
    time.sleep(float(os.environ["BENCHMARK_PACE"]))


class Plugin(provider_pb2_grpc.ResourceProviderServicer):
    def GetPluginInfo(self, _request: Any, _context: Any) -> proto.PluginInfo:  # noqa: N802  the protocol's names
        return proto.PluginInfo(version="1.0.0")

    def CheckConfig(self, request: Any, _context: Any) -> proto.CheckResponse:  # noqa: N802
        return proto.CheckResponse(inputs=request.news)

    def DiffConfig(self, _request: Any, _context: Any) -> proto.DiffResponse:  # noqa: N802
        return proto.DiffResponse(changes=proto.DiffResponse.DIFF_NONE)

    def Configure(self, _request: Any, _context: Any) -> proto.ConfigureResponse:  # noqa: N802
        return proto.ConfigureResponse(acceptSecrets=True, supportsPreview=True)

    def Check(self, request: Any, _context: Any) -> proto.CheckResponse:  # noqa: N802
        return proto.CheckResponse(inputs=request.news)

    def Diff(self, request: Any, _context: Any) -> proto.DiffResponse:  # noqa: N802
        changed = request.olds["description"] != request.news["description"]
        some, none = proto.DiffResponse.DIFF_SOME, proto.DiffResponse.DIFF_NONE
        return proto.DiffResponse(changes=some if changed else none)

    def Create(self, request: Any, _context: Any) -> proto.CreateResponse:  # noqa: N802
        keep_pace()
        return proto.CreateResponse(
            id=str(uuid.uuid4()), properties=_with_secret(request.properties)
        )

    def Read(self, request: Any, _context: Any) -> proto.ReadResponse:  # noqa: N802
        return proto.ReadResponse(
            id=request.id, properties=request.properties, inputs=request.inputs
        )

    def Update(self, request: Any, _context: Any) -> proto.UpdateResponse:  # noqa: N802
        keep_pace()
        return proto.UpdateResponse(properties=_with_secret(request.news))

    def Delete(self, _request: Any, _context: Any) -> Empty:  # noqa: N802
        keep_pace()
        return Empty()


def _with_secret(properties: Struct) -> Struct:
    """The properties with a secret, which the engine encrypts as it does that of a client."""
    outs = Struct()
    outs.CopyFrom(properties)
    outs["clientId"] = outs["privacyUrl"] = outs["termsUrl"] = ""
    outs["clientSecret"] = {
        # How the protocol marks secrets.
        "4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270",
        "value": str(uuid.uuid4()),
    }
    return outs


class Client(pulumi.CustomResource):
    def __init__(self, name: str, properties: dict[str, Any]) -> None:
        super().__init__("waiting:index:Client", name, properties)


def declare(name: str, description: str, redirect_uris: list[str]) -> None:
    Client(name, {"name": name, "description": description, "redirectUris": redirect_uris})


def main() -> None:
    server = grpc.server(ThreadPoolExecutor(_THREADS))
    provider_pb2_grpc.add_ResourceProviderServicer_to_server(Plugin(), server)
    sys.stdout.write(f"{server.add_insecure_port('127.0.0.1:0')}\n")
    sys.stdout.flush()
    server.start()
    try:
        Event().wait()
    except KeyboardInterrupt:
        server.stop(0)


if __name__ == "__main__":
    main()
