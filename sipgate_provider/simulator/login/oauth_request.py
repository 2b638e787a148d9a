"""What comes to an endpoint of the log-in, as a form or in the query, and how it is refused."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import parse_qs

from starlette.responses import JSONResponse

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

NOT_TO_BE_STORED = {"Cache-Control": "no-store", "Pragma": "no-cache"}


class OAuthError(Exception):
    """A refused request: an error code of RFC 6749, and the status Keycloak gives it."""

    def __init__(self, status: int, code: str, description: str) -> None:
        super().__init__(code)
        self.status = status
        self.code = code
        self.description = description

    def response(self) -> Response:
        """The refusal as an answer to an application (RFC 6749, 5.2)."""
        body = {"error": self.code, "error_description": self.description}
        return JSONResponse(body, self.status, NOT_TO_BE_STORED)


async def form_of(request: Request) -> dict[str, str]:
    """The fields of the body; none if it is not a form.

    Raises:
        OAuthError: It is a form and cannot be read, or has a field twice.
    """
    media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    body = await request.body()
    if media_type != "application/x-www-form-urlencoded":
        return {}
    try:
        return fields(body.decode())
    except UnicodeDecodeError:
        raise OAuthError(400, "invalid_request", "The form cannot be read") from None


def fields(encoded: str) -> dict[str, str]:
    """The fields of a form or a query.

    Raises:
        OAuthError: It cannot be read, or has a field twice.
    """
    try:
        found = parse_qs(encoded, keep_blank_values=True)
    except ValueError:
        raise OAuthError(400, "invalid_request", "The form cannot be read") from None
    if any(len(values) > 1 for values in found.values()):
        raise OAuthError(400, "invalid_request", "duplicated parameter")
    return {name: values[0] for name, values in found.items()}
