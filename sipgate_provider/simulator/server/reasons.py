"""Reasons for refusing requests, for the simulator's log. sipgate's response may not say; its 500 never does."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.types import Scope

_MOST = 300


def note_reason(request: Request, reason: str) -> None:
    """Stores the reason for the log, with `?` for characters that are unsafe to print to a terminal."""
    plain = "".join(char if char.isprintable() else "?" for char in reason[:_MOST])
    request.scope["state"]["reason"] = plain


def reason_of(scope: Scope) -> str:
    """Returns the stored reason, or ""."""
    reason: str = scope.get("state", {}).get("reason", "")
    return reason
