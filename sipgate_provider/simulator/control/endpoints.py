r"""Misbehaviour on demand, over HTTP: what `Simulator` offers in Python, for all other programs.

    POST   /_simulator/faults     orders a fault, as `Simulator.misbehave` does; 201
    GET    /_simulator/faults     {"faults": [...]}: what was ordered, each with its `hits`
    DELETE /_simulator/faults     `Simulator.behave`; 204
    PATCH  /_simulator/switches   sets those switches that are named; 200 with all
    GET    /_simulator/switches   200 with all
    GET    /_simulator/requests   {"count": ..., "requests": [...]}, oldest first, the last 20,000
                                  at most; `?method=` and `?path=` count only some
    DELETE /_simulator/requests   forgets the requests so far; 204

A fault is its `kind` with that class's fields, and which requests meet it. Only `kind` is needed,
and what the class cannot do without:

    {"kind": "answer", "status": 503, "body": "", "headers": {"Retry-After": "1"}, "taken": false,
     "method": "POST", "path": "/clients$", "times": 2}
    {"kind": "reset", "taken": true}                 {"kind": "truncate", "declared": false}
    {"kind": "delay", "seconds": 5, "taken": true}   {"kind": "stall", "times": null}

`path` is a regular expression that is found in the path, `times` is 1 unless given, and null is
until the next DELETE. The switches are those of `Switches`, such as
`{"latency": 0.5, "post_without_secret": true}`. For example:

    curl http://127.0.0.1:15060/_simulator/faults --json '{"kind": "answer", "status": 503}'

A body that cannot be used is answered 400 with `{"error": "what is wrong"}`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from pydantic import JsonValue, TypeAdapter, ValidationError
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from sipgate_provider.simulator.accounts.models import problem
from sipgate_provider.simulator.control.backstage import NOT_TO_BE_STORED, PREFIX
from sipgate_provider.simulator.control.orders import misbehaviour_from, order_of, switch

if TYPE_CHECKING:
    from sipgate_provider.simulator.control.misbehaviour import Misbehaviours
    from sipgate_provider.simulator.control.request_log import RequestLog
    from sipgate_provider.simulator.rest.switches import Switches

_OBJECT: TypeAdapter[dict[str, JsonValue]] = TypeAdapter(dict[str, JsonValue])

Endpoint = Callable[[Request], Awaitable[Response]]


class Control:
    """The calls."""

    def __init__(self, misbehaviours: Misbehaviours, switches: Switches, log: RequestLog) -> None:
        self._misbehaviours = misbehaviours
        self._switches = switches
        self._log = log

    def routes(self) -> list[Route]:
        """Where the calls are found."""
        return [
            _route("faults", POST=self.misbehave, GET=self.faults, DELETE=self.behave),
            _route("switches", PATCH=self.switch, GET=self.switches),
            _route("requests", GET=self.requests, DELETE=self.clear_requests),
        ]

    async def misbehave(self, request: Request) -> Response:
        """201 with what was ordered."""
        misbehaviour = misbehaviour_from(await request.body())
        self._misbehaviours.add(misbehaviour)
        return _answer(order_of(misbehaviour), 201)

    async def faults(self, request: Request) -> Response:  # noqa: ARG002
        """200 with what was ordered, in order."""
        return _answer({"faults": [order_of(ordered) for ordered in self._misbehaviours.all()]})

    async def behave(self, request: Request) -> Response:  # noqa: ARG002
        """204; no request meets a fault any longer."""
        self._misbehaviours.clear()
        return Response(status_code=204)

    async def switch(self, request: Request) -> Response:
        """200 with the switches as they are now."""
        switch(self._switches, _OBJECT.validate_json(await request.body()))
        return await self.switches(request)

    async def switches(self, request: Request) -> Response:  # noqa: ARG002
        """200 with the switches."""
        return _answer(asdict(self._switches))

    async def requests(self, request: Request) -> Response:
        """200 with the requests that match the query."""
        path = re.compile(request.query_params.get("path", ""))
        matching = self._log.matching(request.query_params.get("method"), path)
        return _answer({"count": len(matching), "requests": [one.as_json() for one in matching]})

    async def clear_requests(self, request: Request) -> Response:  # noqa: ARG002
        """204; the requests so far are forgotten."""
        self._log.clear()
        return Response(status_code=204)


def _route(name: str, **endpoints: Endpoint) -> Route:
    async def endpoint(request: Request) -> Response:
        method = "GET" if request.method == "HEAD" else request.method
        try:
            return await endpoints[method](request)
        except ValidationError as error:
            where, what = problem(error)
            return _answer({"error": f"{where}: {what}" if where else what}, 400)
        except re.error as error:
            return _answer({"error": f"path: {error}"}, 400)

    return Route(f"{PREFIX}/{name}", endpoint, methods=list(endpoints))


def _answer(content: Any, status: int = 200) -> Response:
    return Response(as_json(content), status, NOT_TO_BE_STORED, "application/json")


def as_json(content: Any) -> bytes:
    """The content in JSON; what only Python can order, and JSON has no word for, as text."""
    return json.dumps(content, default=_plain).encode()


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return dict(value)
    return value.decode(errors="replace") if isinstance(value, bytes) else repr(value)
