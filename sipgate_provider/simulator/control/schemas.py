"""The JSON format of misbehaviours and switches. Pydantic validates it against the types of the dataclasses."""

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


class _Misbehaviour(BaseModel):
    """The kind of a fault and the requests that it affects. The fault's own fields are extra fields."""

    model_config = ConfigDict(strict=True, extra="allow")

    kind: Literal["answer", "reset", "truncate", "delay", "stall"]
    method: str | None = None
    path: re.Pattern[str] = re.compile("")
    times: PositiveInt | None = 1


def parse_misbehaviour(body: bytes) -> Misbehaviour:
    """Returns the misbehaviour that a JSON body describes.

    Raises:
        pydantic.ValidationError: The body is invalid.
    """
    parsed = _Misbehaviour.model_validate_json(body)
    kind: TypeAdapter[Any] = TypeAdapter(_KINDS[parsed.kind])
    fault = kind.validate_json(json.dumps(parsed.model_extra))
    return Misbehaviour(fault, parsed.method, parsed.path, parsed.times)


def describe(misbehaviour: Misbehaviour) -> dict[str, Any]:
    """Returns the fields that `parse_misbehaviour` reads, and `hits`."""
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


def set_switches(switches: Switches, changes: dict[str, Any]) -> None:
    """Sets the given switches, or none of them if one is invalid.

    Raises:
        pydantic.ValidationError: A name is unknown, or a value is invalid.
    """
    current = dataclasses.asdict(switches)
    changed = _SWITCHES.validate_json(json.dumps({**current, **changes}))
    for name in changes:
        setattr(switches, name, getattr(changed, name))
