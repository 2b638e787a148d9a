from __future__ import annotations

import base64
import hashlib
from typing import TYPE_CHECKING, Any, ClassVar
from urllib.parse import parse_qsl, urlsplit

import pytest
import requests

from sipgate_provider.simulator import (
    DEMO_PASSWORD,
    DEMO_TOKEN,
    DEMO_TOKEN_ID,
    DEMO_USERNAME,
    Simulator,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping


class ApiSession(requests.Session):
    """A session that takes paths below the base URL, with a short timeout."""

    def __init__(self, base_url: str) -> None:
        super().__init__()
        self.base_url = base_url
        self.auth = (DEMO_TOKEN_ID, DEMO_TOKEN)
        self.trust_env = False

    def request(self, method: Any, url: Any, *args: Any, **kwargs: Any) -> requests.Response:
        kwargs.setdefault("timeout", 5)
        return super().request(method, self.base_url + url, *args, **kwargs)


class LoginFlow:
    """A user's browser and an application, going through a log-in."""

    redirect_uri = "https://crm.example.com/callback"
    verifier = "v" * 43
    # RFC 7636, 4.2
    challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).decode()[:-1]
    pkce: ClassVar = {"code_challenge": challenge, "code_challenge_method": "S256"}

    def __init__(self, sipgate: Simulator, realm: str = "/auth/realms/sipgate-apps") -> None:
        self.client = sipgate.account.add_client(name="CRM", redirectUris=[self.redirect_uri])
        self.origin = sipgate.base_url.removesuffix("/v2")
        self.url = f"{self.origin}{realm}/protocol/openid-connect"
        self.browser = requests.Session()
        self.proof = {
            "client_id": self.client["clientId"],
            "client_secret": self.client["clientSecret"],
        }

    def request(self, **changes: str | None) -> dict[str, str]:
        asked: dict[str, str | None] = {
            "response_type": "code",
            "client_id": self.client["clientId"],
            "redirect_uri": self.redirect_uri,
            "state": "s t",
        }
        return {name: value for name, value in (asked | changes).items() if value is not None}

    def open(self, **changes: str | None) -> requests.Response:
        return self.browser.get(
            f"{self.url}/auth", params=self.request(**changes), timeout=5, allow_redirects=False
        )

    def log_in(self, **changes: str | None) -> requests.Response:
        return self.log_in_as(DEMO_USERNAME, DEMO_PASSWORD, **changes)

    def log_in_as(self, name: str, password: str, /, **changes: str | None) -> requests.Response:
        return self.browser.post(
            f"{self.url}/auth",
            params=self.request(**changes),
            data={"username": name, "password": password},
            timeout=5,
            allow_redirects=False,
        )

    def code(self, **changes: str | None) -> str:
        return self.said(self.log_in(**changes))["code"]

    def token(self, form: Mapping[str, Any], **kwargs: Any) -> requests.Response:
        return requests.post(f"{self.url}/token", data=form, timeout=5, **kwargs)

    def exchange(self, code: str, **changes: str) -> requests.Response:
        form = {"grant_type": "authorization_code", "code": code, "redirect_uri": self.redirect_uri}
        return self.token(form | {"client_id": self.client["clientId"]} | changes)

    def refresh(self, token: str, **changes: str) -> requests.Response:
        form = {"grant_type": "refresh_token", "refresh_token": token}
        return self.token(form | {"client_id": self.client["clientId"]} | changes)

    def tokens(self, **changes: str | None) -> dict[str, Any]:
        answer: dict[str, Any] = self.exchange(self.code(**changes), **self.proof).json()
        return answer

    @staticmethod
    def said(answer: requests.Response) -> dict[str, str]:
        """Returns the parameters of a redirect to the application."""
        assert answer.status_code == 302, answer.text
        return dict(parse_qsl(urlsplit(answer.headers["Location"]).query))


@pytest.fixture
def sipgate() -> Iterator[Simulator]:
    with Simulator() as simulator:
        yield simulator


@pytest.fixture
def api(sipgate: Simulator) -> Iterator[requests.Session]:
    with ApiSession(sipgate.base_url) as session:
        yield session


@pytest.fixture
def flow(sipgate: Simulator) -> LoginFlow:
    return LoginFlow(sipgate)


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
