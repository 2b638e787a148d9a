"""A client in JSON, as pydantic models: in a request's body, in the file, and in a list to begin with.

sipgate's REST description has all six fields required; its documentation leaves the two URLs out. So both may be
left out here, unless the switch `require_all_fields` says otherwise.
"""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, ValidationError
from pydantic.alias_generators import to_camel


class ClientFields(BaseModel):
    """The six fields that a caller writes; anything else in the JSON is passed over."""

    model_config = ConfigDict(strict=True, alias_generator=to_camel, validate_by_name=True)

    name: str
    description: str
    redirect_uris: list[str]
    web_origins: list[str]
    privacy_url: str = ""
    terms_url: str = ""


def problem(error: ValidationError) -> tuple[str, str]:
    """Where the first problem is, such as `redirectUris.0`, and what it is; never the value that was there."""
    first = error.errors(include_url=False, include_input=False, include_context=False)[0]
    return ".".join(str(part) for part in first["loc"]), first["msg"]
