r"""HTTP endpoints that control the simulator, for programs that are not written in Python.

    POST   /_simulator/faults     adds a fault, like `Simulator.misbehave`; 201
    GET    /_simulator/faults     {"faults": [...]}: all faults, each with its `hits`; 200
    DELETE /_simulator/faults     removes all faults, like `Simulator.behave`; 204
    PATCH  /_simulator/switches   sets the given switches; 200 with all switches
    GET    /_simulator/switches   200 with all switches
    GET    /_simulator/requests   {"count": ..., "requests": [...]}: the last 20,000 requests, oldest
                                  first; `?method=` and `?path=` select some of them; 200
    DELETE /_simulator/requests   clears the log of requests; 204

A fault consists of its `kind`, the fields of that class, and the requests that it affects. Only `kind`
and the required fields of the class are mandatory:

    {"kind": "answer", "status": 503, "body": "", "headers": {"Retry-After": "1"}, "taken": false,
     "method": "POST", "path": "/clients$", "times": 2}
    {"kind": "reset", "taken": true}                 {"kind": "truncate", "declared": false}
    {"kind": "delay", "seconds": 5, "taken": true}   {"kind": "stall", "times": null}

`path` is a regular expression to search for in the path. `times` is 1 by default; with null, the
fault stays until the next DELETE. The switches are the attributes of `Switches`, such as
`{"latency": 0.5, "post_without_secret": true}`. For example:

    curl http://127.0.0.1:15060/_simulator/faults --json '{"kind": "answer", "status": 503}'

The response to an invalid body is 400 with `{"error": "what is wrong"}`.
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
from sipgate_provider.simulator.control.bypass import NOT_TO_BE_STORED, PREFIX
from sipgate_provider.simulator.control.schemas import (
    describe,
    parse_misbehaviour,
    set_switches,
)

if TYPE_CHECKING:
    from sipgate_provider.simulator.control.misbehaviour import Misbehaviours
    from sipgate_provider.simulator.control.request_log import RequestLog
    from sipgate_provider.simulator.rest.switches import Switches

_OBJECT: TypeAdapter[dict[str, JsonValue]] = TypeAdapter(dict[str, JsonValue])

Endpoint = Callable[[Request], Awaitable[Response]]


class Control:
    """The endpoints below `/_simulator/` that control the simulator."""

    def __init__(self, misbehaviours: Misbehaviours, switches: Switches, log: RequestLog) -> None:
        self._misbehaviours = misbehaviours
        self._switches = switches
        self._log = log

    def routes(self) -> list[Route]:
        """Returns the routes of the endpoints."""
        return [
            _route("faults", POST=self.misbehave, GET=self.faults, DELETE=self.behave),
            _route("switches", PATCH=self.switch, GET=self.switches),
            _route("requests", GET=self.requests, DELETE=self.clear_requests),
        ]

    async def misbehave(self, request: Request) -> Response:
        """Adds a fault; 201 with the fault."""
        misbehaviour = parse_misbehaviour(await request.body())
        self._misbehaviours.add(misbehaviour)
        return _answer(describe(misbehaviour), 201)

    async def faults(self, request: Request) -> Response:  # noqa: ARG002
        """200 with all faults, in the order in which they were added."""
        return _answer({"faults": [describe(one) for one in self._misbehaviours.all()]})

    async def behave(self, request: Request) -> Response:  # noqa: ARG002
        """Removes all faults; 204."""
        self._misbehaviours.clear()
        return Response(status_code=204)

    async def switch(self, request: Request) -> Response:
        """Sets the given switches; 200 with all switches."""
        set_switches(self._switches, _OBJECT.validate_json(await request.body()))
        return await self.switches(request)

    async def switches(self, request: Request) -> Response:  # noqa: ARG002
        """200 with all switches."""
        return _answer(asdict(self._switches))

    async def requests(self, request: Request) -> Response:
        """200 with the requests that match the query."""
        path = re.compile(request.query_params.get("path", ""))
        matching = self._log.matching(request.query_params.get("method"), path)
        return _answer({"count": len(matching), "requests": [one.as_json() for one in matching]})

    async def clear_requests(self, request: Request) -> Response:  # noqa: ARG002
        """Clears the request log; 204."""
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
    """Returns the content as JSON, with text for values of a Python fault that JSON cannot represent."""
    return json.dumps(content, default=_plain).encode()


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return dict(value)
    return value.decode(errors="replace") if isinstance(value, bytes) else repr(value)
