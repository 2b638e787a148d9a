"""The usual dynamic provider: one `requests` call without a session for each step, one GET for each read.

Like ours, it keeps a client's secret encrypted in the state, and its resource and class have the same names, which the
state repeats.
"""

from __future__ import annotations

import os
from typing import Any

import pulumi
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


class OAuthClientProvider(ResourceProvider):
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


class OAuthClient(Resource, module="sipgate", name="OAuthClient"):
    pass


def properties(name: str, description: str, redirect_uris: list[str]) -> dict[str, Any]:
    return {
        "name": name,
        "description": description,
        "redirectUris": redirect_uris,
        "webOrigins": [],
        "privacyUrl": "",
        "termsUrl": "",
    }


def declare(name: str, description: str, redirect_uris: list[str]) -> None:
    OAuthClient(
        OAuthClientProvider(),
        name,
        # Properties without a value are not sent; only those that are named can become secret.
        {**properties(name, description, redirect_uris), "clientSecret": None},
        pulumi.ResourceOptions(additional_secret_outputs=["clientSecret"]),
    )
