"""sipgate as the facts use it: plain requests, a limit on their number, and a client to test with.

It uses `requests` directly, and the field names of sipgate's documentation, so that a name that is misspelt in the
package is noticed. From the package, it uses only the settings and the authentication of requests.
"""

from __future__ import annotations

import contextlib
import secrets
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from http.cookiejar import DefaultCookiePolicy
from typing import Any
from urllib.parse import parse_qs, urlsplit

import requests

from sipgate_provider.auth.authenticator import authenticator_for
from sipgate_provider.auth.credentials import Password
from sipgate_provider.errors import ConfigurationError
from sipgate_provider.http.transport import Transport
from sipgate_provider.settings.settings import Settings, login_settings
from tests.contract.own_clients import CLIENTS, OwnClients

__all__ = ["MOST_REQUESTS", "Deletion", "Sipgate", "Target"]

MOST_REQUESTS = 150
"""Maximum number of requests, without those that delete clients."""
_SECONDS = 30
_READER, _OTHER, _PERSON = "reader", "other", "person"


def _nobody(request: requests.PreparedRequest) -> requests.PreparedRequest:
    """Keeps `requests` from taking a credential out of `.netrc`."""
    return request


@dataclass(frozen=True)
class Target:
    """The sipgate to test, and its credentials, from environment variables.

    Attributes:
        owner: The account, from the provider's variables: SIPGATE_TOKEN_ID and so on.
        token_url: The token endpoint that `login` uses.
        reader: A credential for the same account with only the read scope: SIPGATE_READER_TOKEN_ID and so on.
        other: A credential for another account: SIPGATE_OTHER_TOKEN_ID and so on.
        person: User name and password: the owner's, or SIPGATE_PERSON_USERNAME and so on.
    """

    owner: Settings
    token_url: str
    reader: Settings | None
    other: Settings | None
    person: Password | None

    @classmethod
    def resolve(cls, environment: Mapping[str, str]) -> Target:
        """Returns the target that the variables name.

        Raises:
            ConfigurationError: A variable is missing or invalid.
        """
        owner = Settings.resolve(_nothing, environment)
        _, _, token_url = login_settings(_nothing, environment)
        reader, other, person = (
            _settings(environment, account) for account in (_READER, _OTHER, _PERSON)
        )
        credential = person.credential if person else owner.credential
        if person and not isinstance(credential, Password):
            raise ConfigurationError("SIPGATE_PERSON_... has to be a user name and a password.")
        return cls(
            owner,
            token_url,
            reader,
            other,
            credential if isinstance(credential, Password) else None,
        )


def _nothing(_key: str) -> None:
    """Returns None, since there is no stack configuration."""


def _settings(environment: Mapping[str, str], account: str) -> Settings | None:
    prefix = f"SIPGATE_{account.upper()}_"
    if not any(name.startswith(prefix) for name in environment):
        return None
    addresses = {
        prefix + key: environment[f"SIPGATE_{key}"]
        for key in ("BASE_URL", "TOKEN_URL")
        if f"SIPGATE_{key}" in environment
    }
    return Settings.resolve(_nothing, {**addresses, **environment}, account)


@dataclass(frozen=True)
class Deletion:
    """Observations about the deletion of a client."""

    status: int
    body: bytes
    then_read: int
    then_listed: bool
    then_updated: int
    then_at_the_log_in: str
    then_deleted_again: int


class Sipgate:
    """Sends requests to the API and to the log-in.

    Attributes:
        target: The target, with its credentials.
        sent: Number of requests sent, without those that delete clients.
    """

    def __init__(self, target: Target, *, pause: float) -> None:
        """Sends no request yet.

        Args:
            target: The target, with its credentials.
            pause: Seconds between two requests.
        """
        self.target = target
        self.sent = 0
        self._pause = pause
        self._http = requests.Session()
        self._http.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
        self._owner = authenticator_for(target.owner.credential, Transport()).current
        self.own = OwnClients(self.ask, pause=10 * pause)

    def ask(
        self,
        method: str,
        path: str,
        *,
        bounded: bool = True,
        who: Settings | Callable[..., Any] | None = None,
        **how: Any,
    ) -> requests.Response:
        """Sends a request to the API, and returns the response.

        Args:
            method: The HTTP method.
            path: Path below the base URL.
            bounded: Whether the request counts towards the limit. Those that delete clients do not, so that they are
                always possible.
            who: The credential, if not the owner's; or a callable for the argument `auth` of `requests`.
            how: Other arguments of `requests`.
        """
        auth = self._owner() if who is None else who
        if isinstance(auth, Settings):
            auth = authenticator_for(auth.credential, Transport()).current()
        url = self.target.owner.base_url + path
        return self._send(method, url, bounded=bounded, auth=auth, **how)

    def ask_as_nobody(self, method: str, path: str, **how: Any) -> requests.Response:
        """Sends a request without a credential to the API, and returns the response."""
        return self.ask(method, path, who=_nobody, **how)

    def token(self, *, url: str = "", headers: Any = None, **form: str) -> requests.Response:
        """Sends a form to the token endpoint, and returns the response."""
        url = url or self.target.token_url
        return self._send("POST", url, auth=_nobody, data=form, headers=headers)

    def end_session(self, url: str, **form: str) -> None:
        """Ends the session of a refresh token."""
        self._send("POST", url.removesuffix("/token") + "/logout", auth=_nobody, data=form)

    def preflight(self, origin: str) -> requests.Response:
        """Sends a preflight request to the token endpoint, and returns the response."""
        headers = {"Origin": origin, "Access-Control-Request-Method": "POST"}
        return self._send("OPTIONS", self.target.token_url, auth=_nobody, headers=headers)

    def authorize(self, redirect_uri: str, client_id: str = "") -> str:
        """Returns how the authorization endpoint responds to a log-in with this redirect URI and `prompt=none`."""
        state = secrets.token_hex(8)
        query = {
            "response_type": "code",
            "client_id": client_id or self.client["clientId"],
            "redirect_uri": redirect_uri,
            "state": state,
            "prompt": "none",
        }
        url = self.target.token_url.removesuffix("/token") + "/auth"
        answer = self._send("GET", url, auth=_nobody, params=query)
        said = parse_qs(urlsplit(answer.headers.get("Location", "")).query)
        if said.get("state") == [state]:
            return f"accepted, {said.get('error', ['no error'])[0]}"
        return f"refused, {answer.status_code}"

    def _send(
        self, method: str, url: str, *, bounded: bool = True, **how: Any
    ) -> requests.Response:
        if bounded:
            assert self.sent < MOST_REQUESTS, f"more than {MOST_REQUESTS} requests"
            self.sent += 1
        time.sleep(self._pause)
        return self._http.request(method, url, timeout=_SECONDS, allow_redirects=False, **how)

    @property
    def body(self) -> dict[str, Any]:
        """A body in which every field has a value."""
        return {
            "name": self.own.name,
            "description": "Made by `make contract`, which deletes it.",
            "redirectUris": ["https://app.example.com/callback", "http://127.0.0.1/callback"],
            "webOrigins": ["https://app.example.com"],
            "privacyUrl": "https://example.com/privacy",
            "termsUrl": "https://example.com/terms",
        }

    @cached_property
    def created(self) -> requests.Response:
        """Response to the POST of a client that is kept during the run."""
        return self.own.post(self.body)

    @cached_property
    def client(self) -> dict[str, Any]:
        """That client, as read from the API."""
        client: dict[str, Any] = self.read(self.created.json()["clientId"]).json()
        return client

    @property
    def path(self) -> str:
        """Path of that client."""
        return f"{CLIENTS}/{self.client['clientId']}"

    def read(self, client_id: str) -> requests.Response:
        """Reads a client, and returns the response."""
        return self.ask("GET", f"{CLIENTS}/{client_id}")

    def put(self, *without: str, **changes: Any) -> requests.Response:
        """Updates that client with these changes to the body and without these fields, and returns the response."""
        body = {name: value for name, value in self.body.items() if name not in without}
        return self.ask("PUT", self.path, json=body | changes)

    def try_put(self, *without: str, **changes: Any) -> requests.Response:
        """Does the same as `put`, and then restores the client."""
        answer = self.put(*without, **changes)
        if answer.ok:
            self.put()
        return answer

    def put_and_read(self, field: str, value: Any) -> Any:
        """Writes a field, and returns its value as read, or the status of a refusal. Restores the client."""
        answer = self.put(**{field: value})
        if not answer.ok:
            return f"refused, {answer.status_code}"
        read = self.read(self.client["clientId"]).json()[field]
        self.put()
        return read

    @cached_property
    def deletion(self) -> Deletion:
        """Observations about the deletion of another client."""
        client_id = self.own.post(self.body).json()["clientId"]
        path = f"{CLIENTS}/{client_id}"
        answer = self.ask("DELETE", path)
        return Deletion(
            answer.status_code,
            answer.content,
            self.read(client_id).status_code,
            client_id in {client["clientId"] for client in self.listed()},
            self.ask("PUT", path, json=self.body).status_code,
            self.authorize("https://app.example.com/callback", client_id),
            self.ask("DELETE", path).status_code,
        )

    def listed(self) -> list[dict[str, Any]]:
        """Returns the clients in the list."""
        data: list[dict[str, Any]] = self.ask("GET", CLIENTS).json()["data"]
        return data

    def close(self) -> None:
        """Closes the connections."""
        with contextlib.suppress(requests.RequestException):
            self._http.close()
