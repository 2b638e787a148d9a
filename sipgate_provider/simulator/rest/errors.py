"""How the API refuses: a status, and a body in one of the shapes that sipgate's errors have.

Which status comes in which shape is not documented. The mix here is fixed, so that whoever reads
bodies meets every shape: plain text for 401, HTML for 405, nothing for 500, JSON for all others.
"""

from __future__ import annotations

import html
import http
from typing import Literal

from starlette.exceptions import HTTPException
from starlette.responses import HTMLResponse, JSONResponse, PlainTextResponse, Response

Shape = Literal["mixed", "json", "text", "html", "empty"]

_MIX: dict[int, Shape] = {401: "text", 405: "html", 500: "empty"}


class Refusal(HTTPException):
    """A request that is not performed.

    Args:
        status: The HTTP status.
        detail: The reason, in a sentence.
        pointer: The field of the body that is to blame, as a JSON pointer.
    """

    def __init__(self, status: int, detail: str, pointer: str = "") -> None:
        super().__init__(status, detail)
        self.pointer = pointer


def error_response(error: HTTPException, shape: Shape, echo: str = "") -> Response:
    """The answer to a refused request.

    Args:
        error: The refusal.
        shape: The shape of the body.
        echo: What the body repeats of the request, for callers that must not pass it on.
    """
    status = error.status_code
    title = http.HTTPStatus(status).phrase
    detail = f"{error.detail} (Authorization: {echo})" if echo else error.detail
    if shape == "mixed":
        shape = _MIX.get(status, "json")
    if shape == "json":
        entry = {"status": str(status), "title": title, "detail": detail}
        source = {"pointer": error.pointer if isinstance(error, Refusal) else ""}
        return JSONResponse({"errors": [entry | {"source": source}]}, status, error.headers)
    if shape == "text":
        return PlainTextResponse(f"{title}: {detail}", status, error.headers)
    if shape == "html":
        page = f"<html><head><title>{status} {title}</title></head>"
        page += f"<body><h1>{title}</h1><p>{html.escape(detail)}</p></body></html>"
        return HTMLResponse(page, status, error.headers)
    return Response(None, status, error.headers)
