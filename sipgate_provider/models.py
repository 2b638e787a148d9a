"""What a client is: the names of its properties, their defaults, and what a program may declare.

Names are the API's in the state and on the wire (`redirectUris`), Python's in code (`redirect_uris`); the alias
generator is the only place that knows both. All six inputs are always sent, since sipgate's REST description
requires them; what a user leaves out has a default here.

Here is the shape alone: text, lists of text, nothing else. What a value may be is in `rules`. `redirectUris` and
`webOrigins` are sets at sipgate: duplicates are dropped, the user's order is kept.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated

from pydantic import (
    AfterValidator,
    AliasGenerator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
)
from pydantic.alias_generators import to_camel

__all__ = [
    "SETS",
    "WRITABLE",
    "OAuthClientInputs",
    "OAuthClientState",
    "content",
    "differs",
    "same",
]


def _without_duplicates(values: list[str]) -> list[str]:
    return list(dict.fromkeys(values))


def _empty_if_absent(value: object) -> object:
    return "" if value is None else value


def _none_if_absent(value: object) -> object:
    return [] if value is None else value


_Set = Annotated[list[str], AfterValidator(_without_duplicates)]
_AnsweredText = Annotated[str, BeforeValidator(_empty_if_absent)]
_AnsweredSet = Annotated[_Set, BeforeValidator(_none_if_absent)]


class _Bag(BaseModel):
    model_config = ConfigDict(
        alias_generator=AliasGenerator(to_camel),
        validate_by_name=True,
        frozen=True,
        strict=True,
    )


class OAuthClientInputs(_Bag):
    """The six properties that a program declares and that a POST or PUT sends."""

    model_config = ConfigDict(extra="forbid")

    name: str = Field(description="What people see when they log in.")
    description: str = Field(default="Managed by Pulumi", description="A note for colleagues.")
    redirect_uris: _Set = Field(
        description="Where a browser may be sent after log-in or log-out; simple wildcards are allowed.",
    )
    web_origins: _Set = Field(
        default_factory=list,
        description="Origins whose pages may call the API (CORS); simple wildcards are allowed.",
    )
    privacy_url: str = Field(default="", description="The privacy policy shown at log-in.")
    terms_url: str = Field(default="", description="The terms of service shown at log-in.")


class OAuthClientState(_Bag):
    """A client as sipgate answers it: lenient where an answer may differ, strict about what identifies it.

    Unknown fields are ignored, absent ones are empty. `client_secret` is None where the answer lacks it.
    """

    client_id: str = Field(min_length=1)
    client_secret: str | None = Field(default=None, repr=False)
    name: _AnsweredText = ""
    description: _AnsweredText = ""
    redirect_uris: _AnsweredSet = Field(default_factory=list)
    web_origins: _AnsweredSet = Field(default_factory=list)
    privacy_url: _AnsweredText = ""
    terms_url: _AnsweredText = ""


WRITABLE: tuple[str, ...] = tuple(
    field.alias or name for name, field in OAuthClientInputs.model_fields.items()
)
"""The properties that a program declares, in the API's spelling."""

SETS: frozenset[str] = frozenset({"redirectUris", "webOrigins"})
"""Those of them whose order means nothing at sipgate."""


def same(name: str, one: object, other: object) -> bool:
    """Whether two values of property `name` (the API's spelling) mean the same to sipgate."""
    return _comparable(name, one) == _comparable(name, other)


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
