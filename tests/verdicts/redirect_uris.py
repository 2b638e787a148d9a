"""To which addresses a browser may be sent: what is registered, and what is asked for.

A case is one registered address and one request. The answer is the address that the browser is sent to; False where the
service refuses. It is asked with `prompt=none`, so that the answer comes at once.
"""

from __future__ import annotations

import re
from urllib.parse import urlencode

from tests.verdicts.addresses import cases
from tests.verdicts.service import Service, location_of


def ask(service: Service, client_id: str, uri: str) -> str | bool:
    """Where a browser is sent that comes with this redirect URI; False if nowhere."""
    asked = {"client_id": client_id, "response_type": "code", "prompt": "none", "redirect_uri": uri}
    location = location_of(f"{service.url}/auth?{urlencode(asked)}")
    if location is None:
        return False
    # Without what the answer adds.
    sent = re.sub(r"[?&]error=login_required(&iss=[^&#]*)?", "", location)
    own = "/".join(service.url.split("/")[:3])
    sent = re.sub(f"^{re.escape(own)}(?=/)", "(the service)", sent)
    # A header is no place for other characters, and Keycloak's own answer is not always what it was asked for.
    return sent if sent.isascii() and uri.isascii() else True


def play(service: Service) -> dict[str, dict[str, str | bool] | None]:
    """The answers by what is registered, then by what is asked for; None where it cannot be registered."""
    answers: dict[str, dict[str, str | bool] | None] = {}
    for registered, asked in cases().items():
        client_id = service.client((registered,))
        answers[registered] = (
            {uri: ask(service, client_id, uri) for uri in asked} if client_id else None
        )
    return answers
