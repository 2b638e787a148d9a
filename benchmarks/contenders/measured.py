"""A provider that writes down when each of its calls came, sent and ended, and what it cost.

`BENCHMARK_MEASURED` names the contender whose provider it is: `naive`, `ours`, or `native`, for which this file is the
plugin. One line of JSON a call goes to the file that `BENCHMARK_CALLS` names. Moments are seconds of the machine's
monotonic clock: `arrived` in the process, `began` in a thread, `ended`, and `requests` with method, begin and end.
Costs are the processor's time of the calling thread, so that neither waiting for sipgate nor another thread's work
counts: `cpu` the whole call, `http` the part of it within requests and urllib3; `process` is what the whole plugin has
used so far, and `rss` its size in bytes.
"""

from __future__ import annotations

import importlib
import json
import os
import resource
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any

import pulumi
import requests
from pulumi.dynamic import Resource, ResourceProvider

_MEASURED = os.environ["BENCHMARK_MEASURED"]


class _Record:
    """What a call has done so far, also in threads that it has started."""

    def __init__(self) -> None:
        self.thread = threading.get_ident()
        self.requests: list[tuple[str, float, float]] = []
        self.http = 0.0
        self.cpu_elsewhere = 0.0


_record: ContextVar[_Record] = ContextVar("record")
_arrival: ContextVar[tuple[str, float]] = ContextVar("arrival")
_request = requests.Session.request


def _watched_request(
    session: requests.Session, method: str, url: str, **options: Any
) -> requests.Response:
    began, cpu = time.monotonic(), time.thread_time()
    try:
        return _request(session, method, url, **options)
    finally:
        record, spent = _record.get(), time.thread_time() - cpu
        record.requests.append((method.upper(), began, time.monotonic()))
        record.http += spent
        if threading.get_ident() != record.thread:
            record.cpu_elsewhere += spent


@contextmanager
def _measured(call: str, arrived: float | None = None) -> Iterator[None]:
    requests.Session.request = _watched_request  # type: ignore[assignment, method-assign]
    record = _Record()
    _record.set(record)
    began, cpu = time.monotonic(), time.thread_time()
    yield
    line = {
        "command": os.environ["BENCHMARK_COMMAND"],
        "call": call,
        "thread": threading.get_ident(),
        "arrived": arrived or began,
        "began": began,
        "ended": time.monotonic(),
        "requests": record.requests,
        "cpu": time.thread_time() - cpu + record.cpu_elsewhere,
        "http": record.http,
        "process": time.process_time(),
        "rss": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024,
    }
    with open(os.environ["BENCHMARK_CALLS"], "a", encoding="utf-8") as file:  # noqa: PTH123  one write a line
        file.write(json.dumps(line) + "\n")


def _provider() -> type[ResourceProvider]:
    if _MEASURED == "ours":
        from sipgate_provider.provider import OAuthClientProvider  # noqa: PLC0415

        return OAuthClientProvider
    if _MEASURED == "naive":
        return importlib.import_module("naive").OAuthClientProvider  # type: ignore[no-any-return]
    return ResourceProvider


if TYPE_CHECKING:
    _Measured = ResourceProvider
else:
    _Measured = _provider()


class Provider(_Measured):
    serialize_as_secret_always = False

    def __reduce__(self) -> Any:
        return Provider, ()


def _watched_call(name: str) -> Callable[..., Any]:
    call = getattr(_Measured, name)

    def watched(self: Provider, *given: Any) -> Any:
        with _measured(name):
            return call(self, *given)

    return watched


for _name in ("check", "diff", "create", "read", "update", "delete"):
    setattr(Provider, _name, _watched_call(_name))


class Client(Resource, module="measured", name="Client"):
    pass


def declare(name: str, description: str, redirect_uris: list[str]) -> None:
    if _MEASURED == "native":
        importlib.import_module("native").declare(name, description, redirect_uris)
        return
    properties = importlib.import_module("naive").properties(name, description, redirect_uris)
    Client(
        Provider(),
        name,
        {**properties, "clientSecret": None},
        pulumi.ResourceOptions(additional_secret_outputs=["clientSecret"]),
    )


def _measure_plugin() -> None:
    """Watches the calls of the native plugin that send requests."""
    from sipgate_provider.plugin.servicer import Servicer  # noqa: PLC0415
    from sipgate_provider.plugin.workers import Workers  # noqa: PLC0415

    def watched_method(name: str) -> Callable[..., Any]:
        method = getattr(Servicer, name)

        async def arrives(self: Servicer, request: Any, context: Any) -> Any:
            _arrival.set((name.lower(), time.monotonic()))
            return await method(self, request, context)

        return arrives

    for name in ("Create", "Read", "Update", "Delete"):
        setattr(Servicer, name, watched_method(name))
    run = Workers.run

    async def watched_run(self: Workers, call: Callable[[], Any], seconds: float = 0) -> Any:
        def watched_call() -> Any:
            with _measured(*_arrival.get()):
                return call()

        return await run(self, watched_call, seconds)

    Workers.run = watched_run  # type: ignore[method-assign]


if __name__ == "__main__":
    from sipgate_provider.plugin.__main__ import main

    _measure_plugin()
    sys.exit(main())
