"""The HTML pages: log-in, log-out, error messages, the overview, and the form that submits itself to the application.

As with Keycloak's, no other site can embed them in a frame.
"""

from __future__ import annotations

from functools import cache

from jinja2 import Environment, PackageLoader, StrictUndefined
from starlette.responses import HTMLResponse

_HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "frame-ancestors 'self'",
    "Referrer-Policy": "no-referrer",
}


def page(template: str, status: int = 200, /, **values: object) -> HTMLResponse:
    """Returns the rendered template."""
    return HTMLResponse(_environment().get_template(template).render(**values), status, _HEADERS)


@cache
def _environment() -> Environment:
    loader = PackageLoader("sipgate_provider.simulator")
    return Environment(loader=loader, autoescape=True, undefined=StrictUndefined)
