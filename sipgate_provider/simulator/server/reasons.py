"""Why a request was refused, for the simulator's own log: sipgate's answer may not say it, its 500 never does."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.types import Scope

_MOST = 300


def note_reason(request: Request, reason: str) -> None:
    """The log has this reason beside the request, as text that a terminal can show."""
    plain = "".join(sign if sign.isprintable() else "?" for sign in reason[:_MOST])
    request.scope["state"]["reason"] = plain


def reason_of(scope: Scope) -> str:
    """The reason that was noted for the request; "" if none was."""
    reason: str = scope.get("state", {}).get("reason", "")
    return reason
