"""The tables' service, on the simulator, and in what that differs."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

from sipgate_provider.simulator import Simulator
from tests.verdicts.service import SECRET
from tests.verdicts.tables import TABLES, differences


class OnSimulator:
    """A simulator, whose account has the demo user from the start."""

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
        public: bool = False,  # noqa: ARG002 - a client of sipgate's is what it says it is
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
    """The cases of a table that a new simulator answers otherwise than Keycloak did, with both answers."""
    with Simulator() as simulator:
        return differences(table, keycloak, TABLES[table](OnSimulator(simulator)))
