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

`path` is a part of the path, or the end of it if `$` comes last; unlike in Python, it is no regular
expression. `times` is 1 unless given, and null is until the next DELETE. The switches are those of
`Switches`, such as `{"latency": 0.5, "post_without_secret": true}`.

Every request needs the header `X-Requested-With`, with any value: no web page can send it to another
server without asking first, and nobody here says yes. Without it the answer is 403. For example:

    curl http://127.0.0.1:15060/_simulator/faults -H 'X-Requested-With: curl' \
      --json '{"kind": "answer", "status": 503}'

A body that cannot be used is answered 400 with `{"error": "what is wrong"}`, one that is not
declared as application/json 415, and one of more than a mebibyte 413.
"""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from sipgate_provider.simulator.control.backstage import NOT_FOR_OTHERS, PREFIX
from sipgate_provider.simulator.control.json_format import (
    InvalidOrder,
    misbehaviour_from,
    order_of,
    path_part,
    switch,
)

if TYPE_CHECKING:
    from sipgate_provider.simulator.control.misbehaviour import Misbehaviours
    from sipgate_provider.simulator.control.request_log import RequestLog
    from sipgate_provider.simulator.rest.switches import Switches

# What is met and what is not counts alike, so this is far above what anyone orders on purpose.
MOST_FAULTS = 1000

# How deep lists and objects may lie in each other. They go into every answer, inside of others.
MOST_NESTING = 50

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
        misbehaviour = misbehaviour_from(await _object(request))
        if len(self._misbehaviours.all()) >= MOST_FAULTS:
            raise InvalidOrder(f"There are {MOST_FAULTS} faults already; DELETE ends them.")
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
        switch(self._switches, await _object(request))
        return await self.switches(request)

    async def switches(self, request: Request) -> Response:  # noqa: ARG002
        """200 with the switches."""
        return _answer(asdict(self._switches))

    async def requests(self, request: Request) -> Response:
        """200 with the requests that match the query."""
        path = path_part(request.query_params.get("path", ""))
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
        except InvalidOrder as error:
            return _answer({"error": str(error)}, 400)
        except HTTPException as error:
            return _answer({"error": error.detail}, error.status_code)

    return Route(f"{PREFIX}/{name}", endpoint, methods=list(endpoints))


async def _object(request: Request) -> dict[str, Any]:
    media_type = request.headers.get("content-type", "").partition(";")[0]
    if media_type.strip().lower() != "application/json":
        raise HTTPException(415, "The Content-Type must be application/json.")
    try:
        body = json.loads(await request.body())
        # 1e400 and half of a surrogate pair are legal, and cannot be sent in an answer.
        json.dumps(body, ensure_ascii=False, allow_nan=False).encode()
    except (ValueError, RecursionError):
        raise InvalidOrder("The body is not JSON.") from None
    if not isinstance(body, dict):
        raise InvalidOrder("The body is not an object.")
    if _nests_deeper(body, MOST_NESTING):
        raise InvalidOrder(f"The body is nested more than {MOST_NESTING} levels deep.")
    return body


def _nests_deeper(value: Any, levels: int) -> bool:
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return levels < 0 or any(_nests_deeper(one, levels - 1) for one in inner)


def _answer(content: Any, status: int = 200) -> Response:
    body = json.dumps(content, default=repr)
    return Response(body, status, NOT_FOR_OTHERS, "application/json")
