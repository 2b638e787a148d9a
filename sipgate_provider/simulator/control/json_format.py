"""What may be said in JSON about faults and switches; each field has one meaning wherever it is."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Callable, Collection, Mapping
from typing import Any, get_args

from sipgate_provider.simulator.control.faults import Answer, Delay, Reset, Stall, Truncate
from sipgate_provider.simulator.control.misbehaviour import Misbehaviour
from sipgate_provider.simulator.control.paths import PathPart
from sipgate_provider.simulator.rest.errors import Shape
from sipgate_provider.simulator.rest.switches import Switches

KINDS = {"answer": Answer, "reset": Reset, "truncate": Truncate, "delay": Delay, "stall": Stall}

_A_DAY = 86_400
_FRAMING = {"content-length", "transfer-encoding"}
_BODILESS = {204, 304}


class InvalidOrder(ValueError):  # noqa: N818 - it says what was sent, not what failed
    """What was sent cannot be done; the message says what is wrong with it, and what is right."""


def misbehaviour_from(order: Mapping[str, Any]) -> Misbehaviour:
    """What was ordered.

    Raises:
        InvalidOrder: It is not an order.
    """
    kind = order.get("kind")
    if not isinstance(kind, str) or kind not in KINDS:
        raise InvalidOrder(f"kind must be one of {', '.join(KINDS)}.")
    fields = dataclasses.fields(KINDS[kind])
    known = {field.name for field in fields}
    _check(order, {"kind", "method", "path", "times"} | known)
    for field in fields:
        optional = {field.default, field.default_factory} != {dataclasses.MISSING}
        if field.name not in order and not optional:
            raise InvalidOrder(f"{field.name} is missing: {_RULES[field.name][1]}.")
    if order.get("status") in _BODILESS and order.get("body"):
        raise InvalidOrder(f"body must be empty: an answer {order['status']} has none.")
    fault = KINDS[kind](**{name: order[name] for name in known & order.keys()})
    path = path_part(order.get("path", ""))
    return Misbehaviour(fault, order.get("method"), path, order.get("times", 1))


def order_of(misbehaviour: Misbehaviour) -> dict[str, Any]:
    """What orders the same, and how many requests have met it: for JSON."""
    fault = misbehaviour.fault
    kinds = {kind: name for name, kind in KINDS.items()}
    fields = vars(fault) if type(fault) in kinds else {}
    return {
        "kind": kinds.get(type(fault), type(fault).__name__),
        **{name: _plain(value) for name, value in fields.items()},
        "method": misbehaviour.method,
        "path": misbehaviour.path.pattern,
        "times": misbehaviour.times,
        "hits": misbehaviour.hits,
    }


def switch(switches: Switches, changes: Mapping[str, Any]) -> None:
    """The switches are set as the changes say; if one cannot be, none is.

    Raises:
        InvalidOrder: One of them is not a switch, or cannot be set to that.
    """
    _check(changes, {field.name for field in dataclasses.fields(switches)})
    for name, value in changes.items():
        setattr(switches, name, value)


def path_part(text: str) -> PathPart:
    """Which paths are meant.

    Raises:
        InvalidOrder: None can be.
    """
    try:
        return PathPart.parse(text)
    except ValueError:
        raise InvalidOrder(f"path must be {_RULES['path'][1]}.") from None


def _check(given: Mapping[str, Any], known: Collection[str]) -> None:
    if unknown := sorted(given.keys() - set(known)):
        raise InvalidOrder(f"{unknown[0]} is unknown here; known: {', '.join(sorted(known))}.")
    for name, value in given.items():
        if name in _RULES:
            fits, wanted = _RULES[name]
            if not fits(value):
                raise InvalidOrder(f"{name} must be {wanted}.")


def _plain(value: Any) -> Any:
    """What Python code may have ordered, and JSON has no word for."""
    if isinstance(value, Mapping):
        return dict(value)
    return value.decode(errors="replace") if isinstance(value, bytes) else value


def _is(kind: type) -> Callable[[Any], bool]:
    return lambda value: isinstance(value, kind)


def _is_whole(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _is_duration(value: Any) -> bool:
    number = isinstance(value, (int, float)) and not isinstance(value, bool)
    return number and 0 <= value <= _A_DAY


def _are_headers(value: Any) -> bool:
    return isinstance(value, dict) and all(
        re.fullmatch(r"[\w!#$%&'*+.^`|~-]+", name, re.ASCII)
        and name.lower() not in _FRAMING
        and isinstance(text, str)
        and re.fullmatch(r"(?:[!-~\x80-\xff](?:[ \t!-~\x80-\xff]*[!-~\x80-\xff])?)?", text)
        for name, text in value.items()
    )


_TRUTH = (_is(bool), "true or false")
_DURATION = (_is_duration, "a number of seconds from 0 to 86400")

_RULES: dict[str, tuple[Callable[[Any], bool], str]] = {
    "status": (lambda value: _is_whole(value) and 200 <= value <= 599, "a status from 200 to 599"),  # noqa: PLR2004
    "body": (_is(str), "a string"),
    "headers": (
        _are_headers,
        "an object of header names and their values, without Content-Length and Transfer-Encoding",
    ),
    "taken": _TRUTH,
    "declared": _TRUTH,
    "seconds": _DURATION,
    "method": (
        lambda value: value is None or (isinstance(value, str) and value.isalpha()),
        "a method such as POST, or null for any",
    ),
    "path": (
        _is(str),
        "a part of the path such as /clients, or with $ behind it its end; it is no regular expression",
    ),
    "times": (
        lambda value: value is None or (_is_whole(value) and value > 0),
        "a whole number from 1, or null for all",
    ),
    "latency": _DURATION,
    "require_all_fields": _TRUTH,
    "deletion_seconds": _DURATION,
    "userinfo_missing": _TRUTH,
    "extra_fields": (_is(dict), "an object"),
    "error_shape": (
        lambda value: isinstance(value, str) and value in get_args(Shape),
        f"one of {', '.join(get_args(Shape))}",
    ),
    "errors_echo_credentials": _TRUTH,
    "post_without_secret": _TRUTH,
    "put_without_secret": _TRUTH,
    "list_without_secret": _TRUTH,
    "get_without_secret": _TRUTH,
}
