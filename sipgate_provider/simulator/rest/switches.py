"""Switches that change every response. They can be set at any time, from any thread."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Annotated, Any, ClassVar

from pydantic import ConfigDict, Field

from sipgate_provider.simulator.rest.errors import Shape

Seconds = Annotated[float, Field(ge=0, le=86_400, allow_inf_nan=False)]


@dataclass(slots=True)
class Switches:
    """Switches that change how the simulator responds.

    Attributes:
        latency: Seconds between performing a request and sending the response.
        require_all_fields: Whether the response to a POST or PUT without `privacyUrl` or `termsUrl` is 500, as in
            sipgate's REST description. Its documentation leaves both out.
        post_without_secret: Whether the response to a POST omits `clientSecret`, as sipgate's may.
        put_without_secret: Whether the response to a PUT omits `clientSecret`.
        list_without_secret: Whether the entries of the list omit `clientSecret`.
        get_without_secret: Whether the responses to all GET requests omit `clientSecret`, including the list.
        extra_fields: Additional fields of every client in a response.
        deletion_seconds: Seconds for which the API still shows a client after the response to its DELETE.
        userinfo_missing: Whether the response to `GET /authorization/userinfo` is 404, as for an unknown path.
        error_shape: Format of all error bodies. "mixed" varies with the status, as at sipgate.
        errors_echo_credentials: Whether error bodies repeat the request's Authorization header.
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
