"""The pages a person sees: log-in, log-out, what went wrong, and the overview.

They load nothing from anywhere else, and run no script but the overview's own.
"""

from __future__ import annotations

import secrets
from functools import cache

from jinja2 import Environment, PackageLoader, StrictUndefined
from starlette.responses import HTMLResponse


def page(template: str, status: int = 200, /, **values: object) -> HTMLResponse:
    """The page made of that template."""
    nonce = secrets.token_urlsafe(16)
    body = _environment().get_template(template).render(nonce=nonce, **values)
    return HTMLResponse(body, status, headers_of_a_page(f"style-src 'nonce-{nonce}'"))


def form_page(template: str, **values: object) -> HTMLResponse:
    """The page made of that template, whose one script sends its form."""
    nonce = secrets.token_urlsafe(16)
    body = _environment().get_template(template).render(nonce=nonce, **values)
    return HTMLResponse(body, headers=headers_of_a_page(f"script-src 'nonce-{nonce}'"))


def fixed_page(template: str, **values: object) -> HTMLResponse:
    """The page made of that template, which loads style, script and data from the simulator."""
    body = _environment().get_template(template).render(**values)
    own = [f"{kind}-src 'self'" for kind in ("style", "script", "connect")]
    # Whatever script there is, it cannot turn a string into markup.
    strict = ["form-action 'none'", "require-trusted-types-for 'script'", "trusted-types 'none'"]
    return HTMLResponse(body, headers=headers_of_a_page(*own, *strict))


def headers_of_a_page(*allowed: str) -> dict[str, str]:
    """What goes with a page that may do this and nothing else (Content Security Policy)."""
    # No form-action: browsers apply it to the redirect that answers the form too, and that leads
    # to wherever the client lives.
    policy = "; ".join(
        [
            "default-src 'none'",
            "img-src data:",
            *allowed,
            "base-uri 'none'",
            "frame-ancestors 'none'",
        ]
    )
    return {
        "Content-Security-Policy": policy,
        "Cache-Control": "no-store",
        "Referrer-Policy": "no-referrer",
        "X-Content-Type-Options": "nosniff",
    }


@cache
def _environment() -> Environment:
    loader = PackageLoader("sipgate_provider.simulator")
    return Environment(loader=loader, autoescape=True, undefined=StrictUndefined)
