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
    "OAuthClientInputs",
    "OAuthClientState",
    "misshapen",
    "place",
]


_SETS = ("redirect_uris", "web_origins")

CLIENT_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:~-]{0,254}")
"""What an id is made of: two numbers and a UUID at sipgate, and never a path, a blank or an escape."""


class _Client(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    def __post_init__(self) -> None:
        for name in _SETS:
            once = list(dict.fromkeys(getattr(self, name)))
            msgspec.structs.force_setattr(self, name, once)

    def properties(self) -> dict[str, Any]:
        """The properties in the API's spelling."""
        properties: dict[str, Any] = msgspec.to_builtins(self)
        return properties


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
    def from_properties(cls, properties: Mapping[str, object]) -> OAuthClientInputs:
        """The inputs in a properties that `declaration.check` has completed.

        Raises:
            ValidationError: It was not checked.
        """
        return msgspec.convert(dict(properties), cls)


class OAuthClientState(_Client, frozen=True, kw_only=True):
    """A client as sipgate answers it: lenient where an answer may differ, strict about what identifies it.

    Unknown fields are ignored, absent ones are empty. `client_secret` is None where the response lacks it.
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
    def from_response(cls, document: object) -> OAuthClientState:
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


def misshapen(properties: Mapping[str, object]) -> Iterator[tuple[str, str]]:
    """Where `properties` have the wrong shape: paths such as `redirectUris[0]`, and the words for each."""
    fields = {field.encode_name: field for field in msgspec.structs.fields(OAuthClientInputs)}
    for name, field in fields.items():
        if name not in properties:
            if field.required:
                yield name, "is required"
            continue
        try:
            msgspec.convert(properties[name], field.type)
        except ValidationError as error:
            yield (
                f"{name}{place(error)}",
                "must be a list of text" if "`array`" in str(error) else "must be text",
            )
    for name in properties:
        if name not in fields:
            yield name, "is not a property of a client"


def place(error: ValidationError) -> str:
    """The path that a ValidationError is about, as in `redirectUris[0]`; empty for the whole."""
    found = re.search(r"`\$\.?([^`]*)`$|field `([^`]*)`", str(error))
    return (found[1] or found[2] or "") if found else ""
