"""A complete HTTP response."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field

__all__ = ["Response"]


@dataclass(frozen=True)
class Response:
    """A complete HTTP response.

    Attributes:
        status: The HTTP status code.
        body: The complete body.
        headers: By name, in any case.
    """

    status: int
    # It may hold a client secret or a token.
    body: bytes = field(repr=False)
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)

    @property
    def retry_after(self) -> str | None:
        """Sipgate's Retry-After header as sent, or None."""
        return self.headers.get("Retry-After")

    @property
    def ok(self) -> bool:
        """Whether the status says success."""
        return 200 <= self.status < 300  # noqa: PLR2004  RFC 9110, 15.3

    @property
    def text(self) -> str:
        """The body as text, with bytes that are not UTF-8 replaced."""
        return self.body.decode(errors="replace")

    def json(self) -> object:
        """The body as JSON, or None where it is not JSON (HTML, cut off, empty)."""
        try:
            document: object = json.loads(self.body)
        except (ValueError, RecursionError):
            return None
        return document
