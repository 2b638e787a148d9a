"""The pages a person sees: log-in, log-out, what went wrong, the overview, and the form that goes back by itself.

As Keycloak's, they are framed by no other site.
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
    """The page made of that template."""
    return HTMLResponse(_environment().get_template(template).render(**values), status, _HEADERS)


@cache
def _environment() -> Environment:
    loader = PackageLoader("sipgate_provider.simulator")
    return Environment(loader=loader, autoescape=True, undefined=StrictUndefined)
