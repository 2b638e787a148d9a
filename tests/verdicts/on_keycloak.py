"""The `Service` of a genuine Keycloak."""

from __future__ import annotations

import time
from functools import cache

from tests.keycloak_server import Keycloak
from tests.verdicts.service import PASSWORD, SECRET, USERNAME
from tests.verdicts.token_client import PASSWORD_CLIENT

# sipgate documents the default scopes of a client only for the password grant, whose token has the scope `all`.
SCOPES = ("all", "authorization:oauth2:clients:read", "authorization:oauth2:clients:write")


class OnKeycloak:
    """A Keycloak whose realm has the demo user and the client for the password grant."""

    def __init__(self, keycloak: Keycloak) -> None:
        self.keycloak = keycloak
        self.url = keycloak.url
        self.client = cache(self._client)
        self._made = 0
        keycloak.make_realm(SCOPES)
        keycloak.add_user(USERNAME, PASSWORD)
        made = keycloak.add_client(
            PASSWORD_CLIENT,
            publicClient=True,
            directAccessGrantsEnabled=True,
            standardFlowEnabled=False,
        )
        keycloak.make_default(made, "all")

    def wait(self) -> None:
        time.sleep(1.1)

    def _client(
        self,
        redirect_uris: tuple[str, ...],
        web_origins: tuple[str, ...] = (),
        public: bool = False,
    ) -> str | None:
        self._made += 1
        client = {
            "clientId": f"client-{self._made}",
            "secret": SECRET,
            "publicClient": public,
            "redirectUris": redirect_uris,
            "webOrigins": web_origins,
            "standardFlowEnabled": True,
            "directAccessGrantsEnabled": False,
            "attributes": {"post.logout.redirect.uris": "+"},
        }
        answer = self.keycloak.ask("POST", "/clients", client)
        return str(client["clientId"]) if answer.ok else None
