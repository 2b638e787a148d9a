"""Parameters of a request to the log-in, from its form or query, and error responses to it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import parse_qs

from starlette.responses import JSONResponse

from sipgate_provider.simulator.scopes import are_known

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

_MOST = 4000

NOT_TO_BE_STORED = {"Cache-Control": "no-store", "Pragma": "no-cache"}

# Control characters, also percent-encoded, and ANSI escape sequences.
_CONTROL = re.compile(
    r"(?:\x1b|%1b)?\[[0-9;]*m|(?:\x1b|%1b)\[[0-9;]*[a-z]|%[01][0-9a-f]|%7f|[\x00-\x1f\x7f]",
    re.IGNORECASE,
)


class OAuthError(Exception):
    """A refused request, with an error code of RFC 6749 and Keycloak's HTTP status."""

    def __init__(self, status: int, code: str, description: str = "") -> None:
        super().__init__(code)
        self.status = status
        self.code = code
        self.description = description

    def response(self) -> Response:
        """Returns the error response for an application (RFC 6749, 5.2)."""
        return JSONResponse(self.parameters, self.status, NOT_TO_BE_STORED)

    @property
    def reason(self) -> str:
        """The reason, for the simulator's log."""
        return f"{self.code}: {self.description}" if self.description else self.code

    @property
    def parameters(self) -> dict[str, str]:
        """The parameters of the error response."""
        described = {"error_description": self.description} if self.description else {}
        return {"error": self.code} | described


class Fields(dict[str, str]):
    """The parameters of a form or a query. If one is repeated, the first value counts.

    Attributes:
        repeated: Names of the repeated parameters.
    """

    repeated: frozenset[str] = frozenset()

    def require_unique(self) -> None:
        """Checks that no parameter is repeated.

        Raises:
            OAuthError: One is repeated (RFC 6749, 3.1 and 3.2).
        """
        if self.repeated:
            raise OAuthError(400, "invalid_request", "duplicated parameter")

    def require_known_scopes(self) -> None:
        """Checks that the requested scopes can exist.

        Raises:
            OAuthError: One of them cannot.
        """
        if "scope" in self and not are_known(self["scope"]):
            raise OAuthError(400, "invalid_scope", f"Invalid scopes: {self['scope']}")

    def without_long_ones(self) -> Fields:
        """Returns the fields without those that Keycloak ignores because they are too long."""
        short = Fields({name: value for name, value in self.items() if len(value) <= _MOST})
        short.repeated = self.repeated
        return short

    def without_control_characters(self) -> Fields:
        """Returns the fields without control characters, which Keycloak removes from a browser's requests."""
        plain = Fields({name: _CONTROL.sub("", value) for name, value in self.items()})
        plain.repeated = self.repeated
        return plain


async def form_of(request: Request) -> Fields:
    """Returns the fields of the body; none if the body is not a form.

    Raises:
        OAuthError: The form is malformed.
    """
    media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    body = await request.body()
    if media_type != "application/x-www-form-urlencoded":
        return Fields()
    try:
        return fields(body.decode())
    except UnicodeDecodeError:
        raise OAuthError(400, "invalid_request", "The form cannot be read") from None


def fields(encoded: str) -> Fields:
    """Returns the fields of a form or a query.

    Raises:
        OAuthError: It is malformed.
    """
    try:
        found = parse_qs(encoded, keep_blank_values=True)
    except ValueError:
        raise OAuthError(400, "invalid_request", "The form cannot be read") from None
    read = Fields({name: values[0] for name, values in found.items()})
    read.repeated = frozenset(name for name, values in found.items() if len(values) > 1)
    return read
