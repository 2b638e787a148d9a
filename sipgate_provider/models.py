"""What a client is: the names of its properties, their defaults, and what a program may declare.

Names are the API's in the state and on the wire (`redirectUris`), Python's in code (`redirect_uris`); the alias
generator is the only place that knows both. All six inputs are always sent, since sipgate's REST description
requires them; what a user leaves out has a default here.

Validation refuses only what can never work. sipgate's own scripts register origins with ports and paths, so those
pass. `redirectUris` and `webOrigins` are sets at sipgate: duplicates are dropped, the user's order is kept.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Annotated

from pydantic import (
    AfterValidator,
    AliasGenerator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
)
from pydantic.alias_generators import to_camel

__all__ = ["SETS", "WRITABLE", "OAuthClientInputs", "OAuthClientState", "differs", "same"]


def _without_duplicates(values: list[str]) -> list[str]:
    return list(dict.fromkeys(values))


def _usable_address(value: str) -> str:
    """A pattern of an address as sipgate takes it: a scheme and something behind it, without blanks."""
    if any(character.isspace() for character in value):
        raise ValueError("holds white space; an address has none")
    scheme, separator, rest = value.partition(":")
    if not (separator and re.fullmatch(r"[A-Za-z][A-Za-z0-9+.-]*", scheme)) or (
        rest[:1].isdigit() and "//" not in rest
    ):
        raise ValueError("has no scheme; write it out, as in https://app.example.com/*")
    if not rest.strip("/") or (scheme in {"http", "https"} and not rest.startswith("//")):
        raise ValueError("names no host; write it out, as in https://app.example.com/*")
    return value


def _usable_redirect_uri(value: str) -> str:
    if "#" in value:
        raise ValueError("has a fragment; a redirect URI may not have one (RFC 6749, 3.1.2)")
    return _usable_address(value)


def _usable_origin(value: str) -> str:
    # Keycloak's "any origin", unwise, and "the origins of the redirect URIs": both work.
    return value if value in {"*", "+"} else _usable_address(value)


def _usable_page(value: str) -> str:
    return value and _usable_address(value)


def _empty_if_absent(value: object) -> object:
    return "" if value is None else value


def _none_if_absent(value: object) -> object:
    return [] if value is None else value


_RedirectUri = Annotated[str, AfterValidator(_usable_redirect_uri)]
_Origin = Annotated[str, AfterValidator(_usable_origin)]
_Page = Annotated[str, AfterValidator(_usable_page)]
_Name = Annotated[str, StringConstraints(pattern=r"\S")]
_AnsweredText = Annotated[str, BeforeValidator(_empty_if_absent)]
_AnsweredList = Annotated[
    list[str], BeforeValidator(_none_if_absent), AfterValidator(_without_duplicates)
]


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

    name: _Name = Field(description="What people see when they log in.")
    description: str = Field(default="Managed by Pulumi", description="A note for colleagues.")
    redirect_uris: Annotated[list[_RedirectUri], AfterValidator(_without_duplicates)] = Field(
        min_length=1,
        description="Where a browser may be sent after log-in or log-out; simple wildcards are allowed.",
    )
    web_origins: Annotated[list[_Origin], AfterValidator(_without_duplicates)] = Field(
        default_factory=list,
        description="Origins whose pages may call the API (CORS); simple wildcards are allowed.",
    )
    privacy_url: _Page = Field(default="", description="The privacy policy shown at log-in.")
    terms_url: _Page = Field(default="", description="The terms of service shown at log-in.")


class OAuthClientState(_Bag):
    """A client as sipgate answers it: lenient where an answer may differ, strict about what identifies it.

    Unknown fields are ignored, absent ones are empty. `client_secret` is None where the answer lacks it.
    """

    client_id: str = Field(min_length=1)
    client_secret: str | None = Field(default=None, repr=False)
    name: _AnsweredText = ""
    description: _AnsweredText = ""
    redirect_uris: _AnsweredList = Field(default_factory=list)
    web_origins: _AnsweredList = Field(default_factory=list)
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
    if name in SETS and isinstance(one, Sequence) and isinstance(other, Sequence):
        return set(one) == set(other)
    return one == other


def differs(one: Mapping[str, object], other: Mapping[str, object]) -> bool:
    """Whether two bags of properties declare different clients."""
    return not all(same(name, one.get(name), other.get(name)) for name in WRITABLE)
