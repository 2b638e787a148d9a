"""The models of a client: what POST and PUT send, and what a response contains.

Property names are the API's in the state and in requests (`redirectUris`), and Python's in code (`redirect_uris`). All
six inputs are always sent, since sipgate's REST description requires them. Optional ones have their defaults here.

The models check only types: text and lists of text. `clients.findings` checks the values. `redirectUris` and
`webOrigins` are sets at sipgate: duplicates are dropped, and the user's order is kept.

Importing pydantic takes some 50 ms. A run that changes nothing has nothing to validate, so its modules import
`properties` and not this one.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, ConfigDict, FailFast, Field, ValidationError
from pydantic.alias_generators import to_camel
from typing_extensions import Self

__all__ = ["CLIENT_ID", "OAuthClientInputs", "OAuthClientState", "problems"]

CLIENT_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:~-]{0,254}")
"""A valid id: at sipgate two numbers and a UUID, and never a path, a blank or an escape."""

_MESSAGES = {
    "missing": "is required",
    "extra_forbidden": "is not a property of a client",
    "list_type": "must be a list of text",
}


def _utf8(value: str) -> str:
    try:
        value.encode()
    except UnicodeEncodeError:
        raise ValueError("is not UTF-8 text") from None
    return value


def _without_duplicates(values: list[str]) -> list[str]:
    return list(dict.fromkeys(values))


def _unless_masked(secret: str | None) -> str | None:
    # One character over and over stands for a secret that is not shown, also in the form of a UUID.
    return None if secret is None or len(set(secret) - {"-"}) <= 1 else secret


_Text = Annotated[str, AfterValidator(_utf8)]
_Set = Annotated[list[_Text], AfterValidator(_without_duplicates)]
# Only the first problem of a response is named.
_StoredSet = Annotated[list[_Text], FailFast(), AfterValidator(_without_duplicates)]


class _Client(BaseModel):
    model_config = ConfigDict(
        alias_generator=to_camel,
        validate_by_name=True,
        validate_by_alias=True,
        frozen=True,
        hide_input_in_errors=True,
        strict=True,
    )

    def properties(self) -> dict[str, Any]:
        """The properties under the API's names."""
        return self.model_dump(by_alias=True)


class OAuthClientInputs(_Client, extra="forbid"):
    """The six properties that a program declares and that a POST or PUT sends."""

    name: Annotated[_Text, Field(description="The name that people see when they log in.")]
    description: Annotated[_Text, Field(description="A note for colleagues.")] = ""
    redirect_uris: Annotated[
        _Set,
        Field(
            description="Where a browser may be sent after log-in or log-out; simple wildcards are allowed."
        ),
    ]
    web_origins: Annotated[
        _Set,
        Field(
            description="Origins whose pages may call the API (CORS); simple wildcards are allowed."
        ),
    ] = []
    privacy_url: Annotated[_Text, Field(description="The privacy policy shown at log-in.")] = ""
    terms_url: Annotated[_Text, Field(description="The terms of service shown at log-in.")] = ""

    @classmethod
    def from_properties(cls, properties: Mapping[str, object]) -> Self:
        """Creates the inputs from `properties`, which have the API's names.

        Raises:
            ValidationError: They are invalid; `problems` says where.
        """
        return cls.model_validate(dict(properties), by_name=False)


class OAuthClientState(_Client):
    """A client in sipgate's response, which has to contain the id.

    Unknown fields are ignored, and missing ones are empty. `client_secret` is None where the response lacks it, or
    masks it (`********`).
    """

    client_id: Annotated[
        str,
        Field(
            pattern=f"^(?:{CLIENT_ID.pattern})$",
            description="The id that applications present when they ask for a log-in.",
        ),
    ]
    client_secret: Annotated[
        _Text | None,
        AfterValidator(_unless_masked),
        Field(repr=False, description="The client's secret."),
    ] = None
    name: _Text = ""
    description: Annotated[_Text, Field(repr=False)] = ""
    redirect_uris: Annotated[_StoredSet, Field(repr=False)] = []
    web_origins: Annotated[_StoredSet, Field(repr=False)] = []
    privacy_url: Annotated[_Text, Field(repr=False)] = ""
    terms_url: Annotated[_Text, Field(repr=False)] = ""

    @classmethod
    def from_response(cls, document: object) -> Self:
        """Creates the client from a response, in which null counts as missing.

        Raises:
            ValidationError: The response is invalid; `problems` says where.
        """
        if isinstance(document, dict):
            document = {name: value for name, value in document.items() if value is not None}
        return cls.model_validate(document, by_name=False)

    def stored(self, sent: Mapping[str, object]) -> dict[str, object]:
        """The properties that sipgate stores, as far as the response tells; else those that were sent."""
        return {**sent, **self.model_dump(by_alias=True, exclude_unset=True)}


def problems(error: ValidationError) -> Iterator[tuple[str, str]]:
    """Each invalid path, such as `redirectUris[0]`, and what is wrong there; "" is the whole document."""
    for found in error.errors(include_url=False, include_input=False):
        path = "".join(f"[{part}]" if isinstance(part, int) else part for part in found["loc"])
        if found["type"] == "value_error":
            yield path, str(found["ctx"]["error"])
        else:
            yield path, _MESSAGES.get(found["type"], "must be text")
