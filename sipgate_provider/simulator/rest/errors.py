"""Error responses of the API: a status, and a body in one of the formats that sipgate uses.

sipgate does not document which status has which format. The choice here is fixed, so that a program
that reads bodies has to cope with all of them: plain text for 401, HTML for 405, an empty body for
500, JSON for all others.
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
    """A refused request.

    Args:
        status: The HTTP status.
        detail: The reason, in a sentence.
        pointer: JSON pointer to the invalid field of the body.
    """

    def __init__(self, status: int, detail: str, pointer: str = "") -> None:
        super().__init__(status, detail)
        self.pointer = pointer


def error_response(error: HTTPException, shape: Shape, echo: str = "") -> Response:
    """Returns the response to a refused request.

    Args:
        error: The error.
        shape: The format of the body.
        echo: Authorization header to repeat in the body, to test that a caller does not show it.
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
