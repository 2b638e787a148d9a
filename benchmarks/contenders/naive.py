"""The usual dynamic provider: one `requests` call without a session for each step, one GET for each read."""

from __future__ import annotations

import os
from typing import Any

import requests
from pulumi.dynamic import (
    CreateResult,
    DiffResult,
    ReadResult,
    Resource,
    ResourceProvider,
    UpdateResult,
)

FIELDS = ("name", "description", "redirectUris", "webOrigins", "privacyUrl", "termsUrl")


def url(client_id: str = "") -> str:
    return f"{os.environ['SIPGATE_BASE_URL']}/authorization/oauth2/clients/{client_id}".rstrip("/")


def auth() -> tuple[str, str]:
    return os.environ["SIPGATE_TOKEN_ID"], os.environ["SIPGATE_TOKEN"]


class Provider(ResourceProvider):
    serialize_as_secret_always = False

    def diff(self, _id: str, olds: dict[str, Any], news: dict[str, Any]) -> DiffResult:
        return DiffResult(changes=any(olds[name] != news[name] for name in FIELDS))

    def create(self, props: dict[str, Any]) -> CreateResult:
        body = {name: props[name] for name in FIELDS}
        answer = requests.post(url(), json=body, auth=auth(), timeout=30)
        answer.raise_for_status()
        return CreateResult(answer.json()["clientId"], answer.json())

    def read(self, id_: str, _props: dict[str, Any]) -> ReadResult:
        answer = requests.get(url(id_), auth=auth(), timeout=30)
        answer.raise_for_status()
        return ReadResult(id_, answer.json())

    def update(self, _id: str, _olds: dict[str, Any], news: dict[str, Any]) -> UpdateResult:
        body = {name: news[name] for name in FIELDS}
        answer = requests.put(url(_id), json=body, auth=auth(), timeout=30)
        answer.raise_for_status()
        return UpdateResult(answer.json())

    def delete(self, _id: str, _props: dict[str, Any]) -> None:
        requests.delete(url(_id), auth=auth(), timeout=30).raise_for_status()


class Client(Resource, module="naive", name="Client"):
    pass


def declare() -> None:
    for number in range(int(os.environ["BENCHMARK_CLIENTS"])):
        label = f"client-{number}"
        Client(
            Provider(),
            label,
            {
                "name": label,
                "description": os.environ["BENCHMARK_DESCRIPTION"],
                "redirectUris": [f"https://{label}.example.com/*"],
                "webOrigins": [],
                "privacyUrl": "",
                "termsUrl": "",
            },
        )
