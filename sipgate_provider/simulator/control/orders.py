"""A fault or a switch in JSON, by the types of the classes themselves: pydantic reads and checks it."""

from __future__ import annotations

import dataclasses
import json
import re
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, PositiveInt, TypeAdapter

from sipgate_provider.simulator.control.faults import Answer, Delay, Reset, Stall, Truncate
from sipgate_provider.simulator.control.misbehaviour import Misbehaviour
from sipgate_provider.simulator.rest.switches import Switches

_KINDS = {"answer": Answer, "reset": Reset, "truncate": Truncate, "delay": Delay, "stall": Stall}
_SWITCHES = TypeAdapter(Switches)


class _Order(BaseModel):
    """A kind of fault, and which requests meet it; the fault's own fields are beside them."""

    model_config = ConfigDict(strict=True, extra="allow")

    kind: Literal["answer", "reset", "truncate", "delay", "stall"]
    method: str | None = None
    path: re.Pattern[str] = re.compile("")
    times: PositiveInt | None = 1


def misbehaviour_from(body: bytes) -> Misbehaviour:
    """What was ordered.

    Raises:
        pydantic.ValidationError: It is not an order.
    """
    order = _Order.model_validate_json(body)
    kind: TypeAdapter[Any] = TypeAdapter(_KINDS[order.kind])
    fault = kind.validate_json(json.dumps(order.model_extra))
    return Misbehaviour(fault, order.method, order.path, order.times)


def order_of(misbehaviour: Misbehaviour) -> dict[str, Any]:
    """What orders the same, and how many requests have met it: for JSON."""
    fault = misbehaviour.fault
    kinds = {kind: name for name, kind in _KINDS.items()}
    return {
        "kind": kinds.get(type(fault), type(fault).__name__),
        **(vars(fault) if type(fault) in kinds else {}),
        "method": misbehaviour.method,
        "path": misbehaviour.path.pattern,
        "times": misbehaviour.times,
        "hits": misbehaviour.hits,
    }


def switch(switches: Switches, changes: dict[str, Any]) -> None:
    """The switches are set as the changes say; if one cannot be, none is.

    Raises:
        pydantic.ValidationError: One of them is not a switch, or cannot be set to that.
    """
    now = dataclasses.asdict(switches)
    changed = _SWITCHES.validate_json(json.dumps({**now, **changes}))
    for name in changes:
        setattr(switches, name, getattr(changed, name))
