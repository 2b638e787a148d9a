"""The calls of sipgate's REST API for clients.

Paths, methods and scopes are those of sipgate's REST description. Every response is checked against the request: a
client must have the requested id, a list must contain each id once, and a deletion is accepted without a body. An
invalid id is not sent, since `..` would be another path. Messages name a client by its id, never by a value that a
program declares, which may be a secret.
"""

from __future__ import annotations

import logging
import re
from functools import partial
from urllib.parse import quote

from pydantic import ValidationError

from sipgate_provider.api.error_responses import api_error
from sipgate_provider.api.listing import Listing, UnreadableListError
from sipgate_provider.api.models import CLIENT_ID, OAuthClientInputs, OAuthClientState, problems
from sipgate_provider.auth.authenticator import BearerAuth, authenticator_for
from sipgate_provider.auth.credentials import secrets_of
from sipgate_provider.errors import (
    ConfigurationError,
    SipgateError,
    TransportError,
)
from sipgate_provider.http.deadlines import deadline
from sipgate_provider.http.response import Response
from sipgate_provider.http.transport import Transport
from sipgate_provider.scrubbing import one_line
from sipgate_provider.settings.settings import Settings

__all__ = ["SipgateAPI"]

_CLIENTS = "/authorization/oauth2/clients"
_USER_INFO = "/authorization/userinfo"
_NUMBER = re.compile(r"\d{1,20}", re.ASCII)
_UNAUTHORIZED = 401
_ACCEPTED = frozenset({200, 202, 204})

_log = logging.getLogger(__name__)


class SipgateAPI:
    """The clients of one sipgate account; safe to share between threads.

    Every method raises `TransportError` if no usable response came, and `APIError` if sipgate refused.
    """

    def __init__(self, settings: Settings) -> None:
        self._base_url = settings.base_url
        self._transport = Transport(settings.names)
        self._names = settings.names
        self._check_address = f"check {settings.names.variable('baseUrl')} and any proxy"
        self._authenticator = authenticator_for(settings.credential, self._transport)
        self._secrets = secrets_of(settings.credential)
        self._source = settings.source or "the sipgate: settings"
        self._warnings: set[str] = set()

    def variable(self, key: str) -> str:
        """The environment variable of a setting of this account."""
        return self._names.variable(key)

    def create_client(self, inputs: OAuthClientInputs) -> OAuthClientState:
        """Creates a client and returns it; its `client_secret` may be None."""
        operation = "Creating the client"
        return self._client(operation, self._request(operation, "POST", "write", body=inputs))

    def get_client(self, client_id: str) -> OAuthClientState:
        """Reads a client, including its secret."""
        operation = f"Reading client {_shown_id(client_id)}"
        response = self._request(operation, "GET", "read", client_id=client_id)
        return self._client(operation, response, client_id)

    def list_clients(self) -> Listing:
        """Lists the clients of the account, and warns once of what the list lacks."""
        operation = "Listing the account's clients"
        try:
            listing = Listing.of(self._request(operation, "GET", "read"))
        except UnreadableListError as error:
            raise self._unexpected_response(operation, "a list of clients", str(error)) from None
        for client_id, name in listing.unreadable.items():
            self._warn(f"sipgate lists client {client_id} with an unusable {name}; it is left out.")
        if not listing.complete:
            self._warn("sipgate shows only a part of the account's clients.")
        return listing

    def account_number(self) -> str | None:
        """The number of the account that the credential belongs to; None where sipgate does not tell it.

        A 401 here does not mean that the credential is invalid: Keycloak also answers 401 if a scope is missing.
        """
        number = self._user_info("masterSipId")
        return number if _NUMBER.fullmatch(number) else None

    def username(self) -> str:
        """The name of the user whom the credential belongs to; empty where neither its token nor sipgate tells it.

        Raises:
            SipgateError: Fetching an access token failed.
        """
        from sipgate_provider.auth.token_endpoint import username_of  # noqa: PLC0415  only `whoami` needs it

        auth = self._authenticator.current()
        name = username_of(auth.access_token) if isinstance(auth, BearerAuth) else ""
        return one_line(name or self._user_info("sub"))

    def update_client(self, client_id: str, inputs: OAuthClientInputs) -> OAuthClientState:
        """Replaces every property of a client and returns the client."""
        operation = f"Updating client {_shown_id(client_id)}"
        response = self._request(operation, "PUT", "write", client_id=client_id, body=inputs)
        return self._client(operation, response, client_id)

    def delete_client(self, client_id: str) -> bool:
        """Deletes a client; sipgate answers 202 without a body, and may finish later.

        Returns:
            Whether the response says so. If not, something else may have written it, and the client may exist.
        """
        operation = f"Deleting client {_shown_id(client_id)}"
        response = self._request(operation, "DELETE", "write", client_id=client_id)
        return response.status in _ACCEPTED and not response.body.strip()

    def _request(
        self,
        operation: str,
        method: str,
        access: str,
        *,
        client_id: str | None = None,
        path: str = _CLIENTS,
        body: OAuthClientInputs | None = None,
    ) -> Response:
        if client_id is not None:
            if not CLIENT_ID.fullmatch(client_id):
                raise ConfigurationError(
                    f"{operation}: that cannot be the id of a client; `sipgate-provider clients` lists them."
                )
            path = f"{_CLIENTS}/{quote(client_id, safe='')}"
        send = partial(
            self._transport.send,
            method,
            self._base_url + path,
            operation=operation,
            json_body=None if body is None else body.properties(),
        )
        with deadline():
            auth = self._authenticator.current()
            response = send(auth=auth)
            if response.status == _UNAUTHORIZED and (
                other := self._authenticator.replacement(auth)
            ):
                # A rejected request was not executed, so even a POST may be sent again.
                response = send(auth=other)
        if not response.ok:
            raise api_error(
                operation,
                method,
                self._base_url + path,
                access,
                response,
                names_client=client_id is not None,
                secrets=self._secrets,
                source=self._source,
                check_address=self._check_address,
            )
        return response

    def _user_info(self, name: str) -> str:
        """A value of the user info; empty where sipgate does not tell it."""
        try:
            document = self._request("Reading the user info", "GET", "read", path=_USER_INFO).json()
        except SipgateError:
            return ""
        value = document.get(name) if isinstance(document, dict) else None
        return value if isinstance(value, str) else ""

    def _warn(self, text: str) -> None:
        if text not in self._warnings:
            self._warnings.add(text)
            _log.warning(text)

    def _client(
        self, operation: str, response: Response, client_id: str | None = None
    ) -> OAuthClientState:
        try:
            client = OAuthClientState.from_response(response.json())
        except ValidationError as error:
            raise self._unexpected_response(operation, "a client", _where(error)) from None
        if client_id is not None and client.client_id != client_id:
            raise TransportError(
                f"{operation}: the response is about another client, {client.client_id}, so it is ignored; "
                f"{self._check_address}."
            )
        return client

    def _unexpected_response(self, operation: str, expected: str, where: str) -> TransportError:
        return TransportError(
            f"{operation}: the response is not {expected} ({where or 'it is not a JSON object'}); "
            f"{self._check_address}."
        )


def _where(error: ValidationError) -> str:
    return next(problems(error))[0]


def _shown_id(client_id: str) -> str:
    """The id for a message; an invalid id is quoted, so that no control character reaches a terminal."""
    return client_id if CLIENT_ID.fullmatch(client_id) else ascii(one_line(client_id, length=60))
