"""The provider of this project, which writes down what each of its calls takes in the plugin's own process.

One line of JSON a call, in the file that `BENCHMARK_SHARE` names. Times are of the processor and of the calling
thread, so that neither waiting for sipgate nor another thread's work counts: `total` is the whole call, `http` the
part of it within requests and urllib3, and `process` what the whole plugin has used so far.
"""

from __future__ import annotations

import json
import os
import resource
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pulumi
import requests
from pulumi.dynamic import CheckResult, CreateResult, DiffResult, ReadResult, Resource, UpdateResult

from sipgate_provider.provider import OAuthClientProvider

_within_http = threading.local()
_request = requests.Session.request


def _timed_request(*given: Any, **named: Any) -> requests.Response:
    began = time.thread_time()
    try:
        return _request(*given, **named)
    finally:
        _within_http.seconds = getattr(_within_http, "seconds", 0.0) + time.thread_time() - began


@contextmanager
def _measured(call: str) -> Iterator[None]:
    _within_http.seconds = 0.0
    began = time.thread_time()
    yield
    line = {
        "command": os.environ["BENCHMARK_COMMAND"],
        "call": call,
        "total": time.thread_time() - began,
        "http": _within_http.seconds,
        "process": time.process_time(),
        "rss": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024,
    }
    with open(os.environ["BENCHMARK_SHARE"], "a", encoding="utf-8") as file:  # noqa: PTH123  one write a line
        file.write(json.dumps(line) + "\n")


class Provider(OAuthClientProvider):
    def __init__(self, account: str | None = None) -> None:
        super().__init__(account)
        requests.Session.request = _timed_request  # type: ignore[method-assign]

    def __reduce__(self) -> Any:
        return Provider, ()

    def check(self, _olds: dict[str, Any], news: dict[str, Any]) -> CheckResult:
        with _measured("check"):
            return super().check(_olds, news)

    def diff(self, _id: str, _olds: dict[str, Any], _news: dict[str, Any]) -> DiffResult:
        with _measured("diff"):
            return super().diff(_id, _olds, _news)

    def create(self, props: dict[str, Any]) -> CreateResult:
        with _measured("create"):
            return super().create(props)

    def read(self, id_: str, props: dict[str, Any]) -> ReadResult:
        with _measured("read"):
            return super().read(id_, props)

    def update(self, _id: str, _olds: dict[str, Any], _news: dict[str, Any]) -> UpdateResult:
        with _measured("update"):
            return super().update(_id, _olds, _news)

    def delete(self, _id: str, _props: dict[str, Any]) -> None:
        with _measured("delete"):
            super().delete(_id, _props)


class Client(Resource, module="measured", name="Client"):
    pass


def declare() -> None:
    for number in range(int(os.environ["BENCHMARK_CLIENTS"])):
        name = f"client-{number}"
        Client(
            Provider(),
            name,
            {
                "name": name,
                "description": os.environ["BENCHMARK_DESCRIPTION"],
                "redirectUris": [f"https://{name}.example.com/*"],
                "clientSecret": None,
            },
            pulumi.ResourceOptions(additional_secret_outputs=["clientSecret"]),
        )
