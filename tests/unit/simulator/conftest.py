from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
import requests

from sipgate_provider.simulator import DEMO_TOKEN, DEMO_TOKEN_ID, Simulator

if TYPE_CHECKING:
    from collections.abc import Iterator


class ApiSession(requests.Session):
    """Takes paths below the base URL, and never waits for long."""

    def __init__(self, base_url: str) -> None:
        super().__init__()
        self.base_url = base_url
        self.auth = (DEMO_TOKEN_ID, DEMO_TOKEN)
        self.trust_env = False

    def request(self, method: Any, url: Any, *args: Any, **kwargs: Any) -> requests.Response:
        kwargs.setdefault("timeout", 5)
        return super().request(method, self.base_url + url, *args, **kwargs)


@pytest.fixture
def sipgate() -> Iterator[Simulator]:
    with Simulator() as simulator:
        yield simulator


@pytest.fixture
def api(sipgate: Simulator) -> Iterator[requests.Session]:
    with ApiSession(sipgate.base_url) as session:
        yield session


@pytest.fixture
def body() -> dict[str, Any]:
    return {
        "name": "crm",
        "description": "The CRM's log-in",
        "redirectUris": ["https://crm.example.com/*"],
        "webOrigins": ["https://crm.example.com"],
        "privacyUrl": "https://example.com/privacy",
        "termsUrl": "",
    }
