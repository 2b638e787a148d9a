"""What the engine itself costs: a dynamic provider whose calls do nothing.

With `BENCHMARK_PACE`, what four threads allow at best: each call that changes anything waits for so many seconds.
"""

from __future__ import annotations

import os
import time
import uuid
from typing import Any

from pulumi.dynamic import (
    CreateResult,
    DiffResult,
    ReadResult,
    Resource,
    ResourceProvider,
    UpdateResult,
)


def keep_pace() -> None:
    time.sleep(float(os.environ["BENCHMARK_PACE"]))


class Provider(ResourceProvider):
    serialize_as_secret_always = False

    def diff(self, _id: str, olds: dict[str, Any], news: dict[str, Any]) -> DiffResult:
        return DiffResult(changes=olds["description"] != news["description"])

    def create(self, props: dict[str, Any]) -> CreateResult:
        keep_pace()
        return CreateResult(str(uuid.uuid4()), props)

    def read(self, id_: str, props: dict[str, Any]) -> ReadResult:
        return ReadResult(id_, props)

    def update(self, _id: str, _olds: dict[str, Any], news: dict[str, Any]) -> UpdateResult:
        keep_pace()
        return UpdateResult(news)

    def delete(self, _id: str, _props: dict[str, Any]) -> None:
        keep_pace()


class Client(Resource, module="floor", name="Client"):
    pass


def declare(name: str, description: str, redirect_uris: list[str]) -> None:
    properties = {"name": name, "description": description, "redirectUris": redirect_uris}
    Client(Provider(), name, properties)
