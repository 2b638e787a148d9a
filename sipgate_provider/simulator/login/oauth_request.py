"""What comes to an endpoint of the log-in, as a form or in the query, and how it is refused."""

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

# Control characters, also encoded, and the sequences that move or colour a terminal's text.
_CONTROL = re.compile(
    r"(?:\x1b|%1b)?\[[0-9;]*m|(?:\x1b|%1b)\[[0-9;]*[a-z]|%[01][0-9a-f]|%7f|[\x00-\x1f\x7f]",
    re.IGNORECASE,
)


class OAuthError(Exception):
    """A refused request: an error code of RFC 6749, and the status Keycloak gives it."""

    def __init__(self, status: int, code: str, description: str = "") -> None:
        super().__init__(code)
        self.status = status
        self.code = code
        self.description = description

    def response(self) -> Response:
        """The refusal as an answer to an application (RFC 6749, 5.2)."""
        return JSONResponse(self.told, self.status, NOT_TO_BE_STORED)

    @property
    def reason(self) -> str:
        """What the simulator's log says of it."""
        return f"{self.code}: {self.description}" if self.description else self.code

    @property
    def told(self) -> dict[str, str]:
        """What an application is told of it."""
        described = {"error_description": self.description} if self.description else {}
        return {"error": self.code} | described


class Fields(dict[str, str]):
    """The fields of a form or a query; of one that comes twice, the first.

    Attributes:
        twice: Which ones did.
    """

    twice: frozenset[str] = frozenset()

    def require_each_once(self) -> None:
        """No field came twice.

        Raises:
            OAuthError: One did (RFC 6749, 3.1 and 3.2).
        """
        if self.twice:
            raise OAuthError(400, "invalid_request", "duplicated parameter")

    def require_known_scopes(self) -> None:
        """The scopes that are asked for are some that there can be.

        Raises:
            OAuthError: One is not.
        """
        if "scope" in self and not are_known(self["scope"]):
            raise OAuthError(400, "invalid_scope", f"Invalid scopes: {self['scope']}")

    def without_long_ones(self) -> Fields:
        """The same fields without those that Keycloak passes over for their length."""
        short = Fields({name: value for name, value in self.items() if len(value) <= _MOST})
        short.twice = self.twice
        return short

    def without_control_characters(self) -> Fields:
        """The same fields, as Keycloak reads those of a browser."""
        plain = Fields({name: _CONTROL.sub("", value) for name, value in self.items()})
        plain.twice = self.twice
        return plain


async def form_of(request: Request) -> Fields:
    """The fields of the body; none if it is not a form.

    Raises:
        OAuthError: It is a form and cannot be read.
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
    """The fields of a form or a query.

    Raises:
        OAuthError: It cannot be read.
    """
    try:
        found = parse_qs(encoded, keep_blank_values=True)
    except ValueError:
        raise OAuthError(400, "invalid_request", "The form cannot be read") from None
    read = Fields({name: values[0] for name, values in found.items()})
    read.twice = frozenset(name for name, values in found.items() if len(values) > 1)
    return read
