"""The addresses to which a browser is redirected, by registered and requested redirect URI.

A case is one registered address and one request. Its result is the address to which the browser is redirected, or False
if the service refuses. The requests have `prompt=none`, so that the redirect needs no log-in.
"""

from __future__ import annotations

import re
from urllib.parse import urlencode

from tests.verdicts.addresses import cases
from tests.verdicts.service import Service, location_of


def ask(service: Service, client_id: str, uri: str) -> str | bool:
    """Returns the address to which a request with this redirect URI is redirected; False if it is refused."""
    asked = {"client_id": client_id, "response_type": "code", "prompt": "none", "redirect_uri": uri}
    location = location_of(f"{service.url}/auth?{urlencode(asked)}")
    if location is None:
        return False
    # Without the parameters that the service adds.
    sent = re.sub(r"[?&]error=login_required(&iss=[^&#]*)?", "", location)
    own = "/".join(service.url.split("/")[:3])
    sent = re.sub(f"^{re.escape(own)}(?=/)", "(the service)", sent)
    # A header cannot contain other characters, and Keycloak does not always return them unchanged.
    return sent if sent.isascii() and uri.isascii() else True


def play(service: Service) -> dict[str, dict[str, str | bool] | None]:
    """Returns the results by registered, then by requested address; None for an address that cannot be registered."""
    answers: dict[str, dict[str, str | bool] | None] = {}
    for registered, asked in cases().items():
        client_id = service.client((registered,))
        answers[registered] = (
            {uri: ask(service, client_id, uri) for uri in asked} if client_id else None
        )
    return answers
