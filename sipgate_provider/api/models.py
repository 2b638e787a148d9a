"""What a client is: the names of its properties, their defaults, and what a program may declare.

Names are the API's in the state and on the wire (`redirectUris`), Python's in code (`redirect_uris`); `rename` is the
only place that knows both. All six inputs are always sent, since sipgate's REST description requires them; what a user
leaves out has a default here.

Here is the shape alone: text, lists of text, nothing else. What a value may be is in `rules`. `redirectUris` and
`webOrigins` are sets at sipgate: duplicates are dropped, the user's order is kept.

The models are msgspec's and not pydantic's, because every plugin process imports them before its first answer: 5 ms
instead of 50 (measured; `python benchmarks startup`), which is half of what this provider adds to a `pulumi up` that
changes nothing. The price is that msgspec stops at the first problem, so `misshapen` asks property by property.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Annotated, Any

import msgspec
from msgspec import Meta, ValidationError

__all__ = [
    "CLIENT_ID",
    "SETS",
    "WRITABLE",
    "OAuthClientInputs",
    "OAuthClientState",
    "content",
    "differs",
    "in_order_of",
    "misshapen",
    "place",
    "same",
]


_SETS = ("redirect_uris", "web_origins")

CLIENT_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:~-]{0,254}")
"""What an id is made of: two numbers and a UUID at sipgate, and never a path, a blank or an escape."""


class _Client(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    def __post_init__(self) -> None:
        for name in _SETS:
            once = list(dict.fromkeys(getattr(self, name)))
            msgspec.structs.force_setattr(self, name, once)

    def bag(self) -> dict[str, Any]:
        """The properties in the API's spelling."""
        bag: dict[str, Any] = msgspec.to_builtins(self)
        return bag


class OAuthClientInputs(_Client, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The six properties that a program declares and that a POST or PUT sends."""

    name: Annotated[str, Meta(description="What people see when they log in.")]
    description: Annotated[str, Meta(description="A note for colleagues.")] = ""
    redirect_uris: Annotated[
        list[str],
        Meta(
            description="Where a browser may be sent after log-in or log-out; simple wildcards are allowed."
        ),
    ]
    web_origins: Annotated[
        list[str],
        Meta(
            description="Origins whose pages may call the API (CORS); simple wildcards are allowed."
        ),
    ] = []
    privacy_url: Annotated[str, Meta(description="The privacy policy shown at log-in.")] = ""
    terms_url: Annotated[str, Meta(description="The terms of service shown at log-in.")] = ""

    @classmethod
    def from_bag(cls, bag: Mapping[str, object]) -> OAuthClientInputs:
        """The inputs in a bag that `declaration.check` has completed.

        Raises:
            ValidationError: It was not checked.
        """
        return msgspec.convert(dict(bag), cls)


class OAuthClientState(_Client, frozen=True, kw_only=True):
    """A client as sipgate answers it: lenient where an answer may differ, strict about what identifies it.

    Unknown fields are ignored, absent ones are empty. `client_secret` is None where the answer lacks it.
    """

    client_id: Annotated[
        str,
        Meta(
            pattern=rf"\A(?:{CLIENT_ID.pattern})\Z",
            description="The id that applications present when they ask for a log-in.",
        ),
    ]
    client_secret: Annotated[str | None, Meta(description="The client's secret.")] = None
    name: str = ""
    description: str = ""
    redirect_uris: list[str] = []
    web_origins: list[str] = []
    privacy_url: str = ""
    terms_url: str = ""

    @classmethod
    def from_answer(cls, document: object) -> OAuthClientState:
        """The client in sipgate's answer, where null means absent.

        Raises:
            ValidationError: It is none; `place` says where.
        """
        if isinstance(document, dict):
            document = {name: value for name, value in document.items() if value is not None}
        return msgspec.convert(document, cls)

    def __repr__(self) -> str:
        """The id and the name: a secret has no place in any output."""
        return f"OAuthClientState(client_id={self.client_id!r}, name={self.name!r})"


def misshapen(bag: Mapping[str, object]) -> Iterator[tuple[str, str]]:
    """Where `bag`, which `from_bag` refuses, is misshapen: paths such as `redirectUris[0]`, and the words for each."""
    fields = {field.encode_name: field for field in msgspec.structs.fields(OAuthClientInputs)}
    for name, field in fields.items():
        if name not in bag:
            if field.required:
                yield name, "is required"
            continue
        try:
            msgspec.convert(bag[name], field.type)
        except ValidationError as error:
            yield (
                f"{name}{place(error)}",
                "must be a list of text" if "`array`" in str(error) else "must be text",
            )
    for name in bag:
        if name not in fields:
            yield name, "is not a property of a client"


def place(error: ValidationError) -> str:
    """The path that a ValidationError is about, as in `redirectUris[0]`; empty for the whole."""
    found = re.search(r"`\$\.?([^`]*)`$|field `([^`]*)`", str(error))
    return (found[1] or found[2] or "") if found else ""


WRITABLE: tuple[str, ...] = OAuthClientInputs.__struct_encode_fields__
"""The properties that a program declares, in the API's spelling."""

SETS: frozenset[str] = frozenset(
    field.encode_name for field in msgspec.structs.fields(OAuthClientInputs) if field.name in _SETS
)
"""Those of them whose order means nothing at sipgate."""


def same(name: str, one: object, other: object) -> bool:
    """Whether two values of property `name` (the API's spelling) mean the same to sipgate."""
    return _comparable(name, one) == _comparable(name, other)


def in_order_of(known: object, name: str, value: Any) -> object:
    """The value of property `name` with the entries that `known` has first, in its order; `known` if it is the same."""
    if same(name, known, value):
        return known
    if name in SETS and isinstance(known, list | tuple):
        first = [entry for entry in known if entry in value]
        return first + [entry for entry in value if entry not in first]
    return value


def differs(one: Mapping[str, object], other: Mapping[str, object]) -> bool:
    """Whether two bags of properties declare different clients."""
    return not all(same(name, one.get(name), other.get(name)) for name in WRITABLE)


def content(bag: Mapping[str, object]) -> str:
    """The same text for bags that declare the same client, and another for others."""
    return repr([(name, _comparable(name, bag.get(name))) for name in WRITABLE])


def _comparable(name: str, value: object) -> object:
    """Equal for values that mean the same; takes whatever a state or an answer may hold."""
    if name in SETS and isinstance(value, list | tuple):
        return sorted({repr(item) for item in value})
    return value
