"""What the engine itself costs: a dynamic provider whose calls do nothing."""

from __future__ import annotations

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


class Provider(ResourceProvider):
    serialize_as_secret_always = False

    def diff(self, _id: str, olds: dict[str, Any], news: dict[str, Any]) -> DiffResult:
        return DiffResult(changes=olds["description"] != news["description"])

    def create(self, props: dict[str, Any]) -> CreateResult:
        return CreateResult(str(uuid.uuid4()), props)

    def read(self, id_: str, props: dict[str, Any]) -> ReadResult:
        return ReadResult(id_, props)

    def update(self, _id: str, _olds: dict[str, Any], news: dict[str, Any]) -> UpdateResult:
        return UpdateResult(news)

    def delete(self, _id: str, _props: dict[str, Any]) -> None:
        pass


class Client(Resource, module="floor", name="Client"):
    pass


def declare(name: str, description: str, redirect_uris: list[str]) -> None:
    properties = {"name": name, "description": description, "redirectUris": redirect_uris}
    Client(Provider(), name, properties)
