"""What can be set about every answer, at any time, from any thread."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Annotated, Any, ClassVar

from pydantic import ConfigDict, Field

from sipgate_provider.simulator.rest.errors import Shape

Seconds = Annotated[float, Field(ge=0, le=86_400, allow_inf_nan=False)]


@dataclass(slots=True)
class Switches:
    """How this sipgate differs from one that answers promptly and in full.

    Attributes:
        latency: Seconds between taking a request and answering it.
        require_all_fields: A POST or PUT without `privacyUrl` or `termsUrl` is answered 500, as sipgate's REST
            description has it; its documentation leaves both out.
        post_without_secret: The answer to POST lacks `clientSecret`, as sipgate's may.
        put_without_secret: So does the answer to PUT.
        list_without_secret: So does every entry of the list.
        get_without_secret: So does the answer to any GET, the list included.
        extra_fields: What every client in an answer has in addition.
        deletion_seconds: How long the API still shows a client after its DELETE was answered 202.
        userinfo_missing: `GET /authorization/userinfo` is answered 404, as an unknown path is.
        error_shape: The one shape for every error body; "mixed" is what sipgate does.
        errors_echo_credentials: Every error body repeats the request's Authorization header.
    """

    __pydantic_config__: ClassVar[ConfigDict] = ConfigDict(strict=True, extra="forbid")

    latency: Seconds = 0.0
    require_all_fields: bool = False
    post_without_secret: bool = False
    put_without_secret: bool = False
    list_without_secret: bool = False
    get_without_secret: bool = False
    extra_fields: dict[str, Any] = field(default_factory=dict)
    deletion_seconds: Seconds = 0.0
    userinfo_missing: bool = False
    error_shape: Shape = "mixed"
    errors_echo_credentials: bool = False
