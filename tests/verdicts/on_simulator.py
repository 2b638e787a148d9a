"""The `Service` of the simulator, and its differences from Keycloak."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

from sipgate_provider.simulator import Simulator
from tests.verdicts.service import SECRET
from tests.verdicts.tables import TABLES, differences


class OnSimulator:
    """A simulator, whose account already has the demo user."""

    def __init__(self, simulator: Simulator) -> None:
        self._clock = simulator.clock
        self._account = simulator.account
        origin = simulator.base_url.removesuffix("/v2")
        self.url = f"{origin}/auth/realms/sipgate-apps/protocol/openid-connect"
        self.client = cache(self._client)

    def wait(self) -> None:
        self._clock.advance(1.1)

    def _client(
        self,
        redirect_uris: tuple[str, ...],
        web_origins: tuple[str, ...] = (),
        public: bool = False,  # noqa: ARG002 - the web origins decide in the simulator
    ) -> str | None:
        made = self._account.add_client(
            name="A client",
            clientSecret=SECRET,
            redirectUris=list(redirect_uris),
            webOrigins=list(web_origins),
        )
        client_id: str = made["clientId"]
        return client_id


def differing(table: str, keycloak: Mapping[str, Any]) -> Mapping[str, Any]:
    """Returns the cases of a table in which a new simulator responds differently from Keycloak, with both responses."""
    with Simulator() as simulator:
        return differences(table, keycloak, TABLES[table](OnSimulator(simulator)))
