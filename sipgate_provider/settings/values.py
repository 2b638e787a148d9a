"""Validates the value of every key.

Messages name a key as in `sipgate:token (SIPGATE_TOKEN)`, and never show a value.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import partial
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, SecretStr, ValidationError
from pydantic.alias_generators import to_camel

from sipgate_provider.auth.credentials import TOKEN_CHARACTERS
from sipgate_provider.errors import ConfigurationError, StackConfigurationError
from sipgate_provider.http import MOST_CONNECTIONS, USUAL_CONNECTIONS
from sipgate_provider.settings.sources import RawSettings

__all__ = ["Values"]

_UUID = re.compile(r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
# Messages for pydantic's types of errors; all others are about `parallel`.
_MESSAGES = {
    "bool_parsing": "is neither true nor false; set it to one of them",
}


def _text(value: str) -> str:
    # Python reads other bytes of the environment as lone surrogates, which no request can carry.
    try:
        value.encode()
    except UnicodeEncodeError:
        raise ValueError("is not UTF-8 text; set it again") from None
    return value


def _token(value: str) -> str:
    # A token is sent in a header without encoding (RFC 6750, 2.1).
    if not TOKEN_CHARACTERS.fullmatch(value):
        raise ValueError(
            "holds white space or characters that no token has; copy it again, without a line break at its end"
        )
    return value


def _secret(check: Callable[[str], str], value: SecretStr) -> SecretStr:
    check(value.get_secret_value())
    return value


def _token_id(value: str) -> str:
    if _UUID.fullmatch(value):
        # The id is shown in messages, and stored unencrypted in the stack's file.
        raise ValueError(
            "holds what looks like the token itself; set it to the id, as in token-XXXXXX, and the token as a secret"
        )
    return _token(value)


_Text = Annotated[str, AfterValidator(_text)]
_SecretText = Annotated[SecretStr, AfterValidator(partial(_secret, _text))]
_SecretToken = Annotated[SecretStr, AfterValidator(partial(_secret, _token))]
_NO_SECRET = SecretStr("")


class Values(BaseModel):
    """The validated value of every key; keys that are not set have a default."""

    model_config = ConfigDict(alias_generator=to_camel, frozen=True, hide_input_in_errors=True)

    token_id: Annotated[
        str, AfterValidator(_token_id), Field(description="The id of a personal access token.")
    ] = ""
    token: Annotated[
        _SecretToken, Field(description="The personal access token that belongs to `tokenId`.")
    ] = _NO_SECRET
    access_token: Annotated[
        _SecretToken, Field(description="An OAuth access token, used as it is while it lives.")
    ] = _NO_SECRET
    username: Annotated[
        _Text, Field(description="The user name of a person's log-in (password grant).")
    ] = ""
    password: Annotated[
        _SecretText, Field(description="The password that belongs to `username`.")
    ] = _NO_SECRET
    refresh_token: Annotated[
        _SecretToken, Field(description="A refresh token of the client that `clientId` names.")
    ] = _NO_SECRET
    client_id: Annotated[
        _Text,
        Field(description="The client that `refreshToken` was issued to, or to log in through."),
    ] = ""
    client_secret: Annotated[
        _SecretText, Field(description="The secret of that client; left out for a public one.")
    ] = _NO_SECRET
    trust_empty_account: Annotated[
        bool,
        Field(
            description="Whether a client is gone if an account without clients does not know it, though "
            "nothing tells "
            "whose account it is; by default not."
        ),
    ] = False
    parallel: Annotated[
        int,
        Field(
            ge=1,
            le=MOST_CONNECTIONS,
            description=f"How many clients the native plugin works on at once, 1 to {MOST_CONNECTIONS}; "
            f"by default {USUAL_CONNECTIONS}.",
        ),
    ] = USUAL_CONNECTIONS

    @classmethod
    def of(cls, raw: RawSettings) -> Values:
        """Validates the values.

        Raises:
            ConfigurationError: One of them is invalid; the message names its key.
        """
        try:
            return cls.model_validate(raw.values)
        except ValidationError as error:
            found: dict[str, Any] = dict(error.errors(include_url=False, include_input=False)[0])
            problem = (
                str(found["ctx"]["error"])
                if found["type"] == "value_error"
                else _MESSAGES.get(
                    found["type"],
                    f"is not a whole number from 1 to {MOST_CONNECTIONS}; set it to one",
                )
            )
            key = str(found["loc"][0])
            kind = StackConfigurationError if key in raw.stack else ConfigurationError
            raise kind(f"{raw.names.both(key)} {problem}.") from None
