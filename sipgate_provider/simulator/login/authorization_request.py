"""Requests to the authorization endpoint, checked in Keycloak's order.

Until the redirect URI is known to belong to the client, errors are shown to the user: redirecting would send the user
to any address that an attacker chooses. All other errors are sent to the application.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sipgate_provider.simulator.login.codes import METHODS, Challenge, well_formed
from sipgate_provider.simulator.login.oauth_request import Fields, OAuthError
from sipgate_provider.simulator.login.redirect_uris import is_registered
from sipgate_provider.simulator.scopes import OPENID

if TYPE_CHECKING:
    from sipgate_provider.simulator.accounts.account import Client
    from sipgate_provider.simulator.accounts.accounts import Accounts

RESPONSE_MODES = ("query", "fragment", "form_post")

_RESPONSE_TYPES = frozenset({"code", "token", "id_token", "none"})
_IMPLICIT = frozenset({"token", "id_token"})
_INTEGER = re.compile(r"[+-]?[0-9]{1,10}")
_MOST_SECONDS = 2**31
# Keycloak refuses these characters from a browser.
_BLOCKED = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")


class UserFacingError(Exception):
    """An error that is shown to the user instead of the application, with Keycloak's text."""

    def __init__(self, text: str, detail: str = "") -> None:
        super().__init__(text)
        self.text = text
        self.detail = detail


@dataclass(frozen=True)
class AuthorizationRequest:
    """A request with an existing client and one of its redirect URIs.

    Attributes:
        fields: The parameters of the request.
        client: The client.
        redirect_uri: The address to which the browser takes the response.
    """

    fields: Fields
    client: Client
    redirect_uri: str

    @property
    def response_types(self) -> frozenset[str]:
        """The response types that the application requests."""
        return frozenset(self.fields.get("response_type", "").split())

    @property
    def in_fragment(self) -> bool:
        """Whether the response goes into the fragment of the address."""
        implicit = self.response_types & _IMPLICIT and "none" not in self.response_types
        default = "fragment" if implicit else "query"
        return self.fields.get("response_mode", default) == "fragment"

    @property
    def by_form(self) -> bool:
        """Whether a form posts the response to the application."""
        return self.fields.get("response_mode") == "form_post"

    @property
    def prompt(self) -> frozenset[str]:
        """The values of `prompt`, which say whether to show a page to the user."""
        return frozenset(self.fields.get("prompt", "").split())

    @property
    def max_age(self) -> int | None:
        """The greatest age of the log-in, in seconds; None if any age is allowed."""
        return int(self.fields["max_age"]) if "max_age" in self.fields else None

    @property
    def challenge(self) -> Challenge | None:
        """The PKCE challenge for the code; None if there is none."""
        if "code_challenge" not in self.fields:
            return None
        method = self.fields.get("code_challenge_method", "plain")
        return Challenge(self.fields["code_challenge"], method)

    def check(self) -> None:
        """Checks that the user can log in with this request.

        Raises:
            OAuthError: The request is refused, with an error for the application.
            UserFacingError: The request is refused, with an error for the user.
        """
        if "response_type" not in self.fields:
            raise OAuthError(400, "invalid_request", "Missing parameter: response_type")
        types = self.fields["response_type"].split()
        alone = "none" not in types or len(types) == 1
        if not types or not alone or not self.response_types <= _RESPONSE_TYPES:
            raise OAuthError(400, "unsupported_response_type")
        if self.fields.get("response_mode", "query") not in RESPONSE_MODES:
            raise OAuthError(400, "invalid_request", "Invalid parameter: response_mode")
        implicit = self.response_types & _IMPLICIT
        if implicit and not self.in_fragment and not self.by_form:
            description = "Response_mode 'query' not allowed for implicit or hybrid flow"
            raise OAuthError(400, "invalid_request", description)
        self.fields.require_unique()
        if implicit:
            description = (
                "Client is not allowed to initiate browser login with given response_type. "
                "Implicit flow is disabled for the client."
            )
            raise OAuthError(400, "unauthorized_client", description)
        self.fields.require_known_scopes()
        self._check_challenge()
        if "create" in self.prompt:
            raise UserFacingError("Registration not allowed")

    def _check_challenge(self) -> None:
        challenge, method = (self.fields.get(f"code_challenge{end}") for end in ("", "_method"))
        if method is not None and method not in METHODS:
            raise OAuthError(400, "invalid_request", "Invalid parameter: code_challenge_method")
        if challenge is None and method is not None:
            raise OAuthError(400, "invalid_request", "Missing parameter: code_challenge")
        if challenge is not None and not well_formed(challenge):
            raise OAuthError(400, "invalid_request", "Invalid parameter: code_challenge")


def read(sent: Fields, accounts: Accounts) -> AuthorizationRequest:
    """Returns the request with these parameters.

    Raises:
        UserFacingError: The request is invalid, and must not be answered with a redirect.
    """
    fields = sent.without_control_characters().without_long_ones()
    if (
        "client_id" not in fields
        or "client_id" in fields.repeated
        or any(_BLOCKED.search(value) for value in sent.values())
        # Request objects by value or by reference (RFC 9101).
        or {"request", "request_uri"} & fields.keys()
        or not _is_age(fields.get("max_age", "0"))
    ):
        raise UserFacingError("Invalid Request")
    client = accounts.client(fields["client_id"])
    if client is None:
        raise UserFacingError("Client not found.", fields["client_id"])
    address = fields.get("redirect_uri")
    if address is None and OPENID not in fields.get("scope", "").split():
        address = _only_one_of(client)
    elif address is None or not is_registered(address, client["redirectUris"]):
        address = None
    if address is None:
        asked = fields.get("redirect_uri", "")
        raise UserFacingError("Invalid parameter: redirect_uri", asked)
    return AuthorizationRequest(fields, client, address)


def _only_one_of(client: Client) -> str | None:
    """Returns the client's only redirect URI, up to a wildcard; a request can omit it (RFC 6749, 3.1.2.3)."""
    addresses = client["redirectUris"]
    return addresses[0].partition("/*")[0] if len(addresses) == 1 else None


def _is_age(text: str) -> bool:
    return bool(_INTEGER.fullmatch(text)) and -_MOST_SECONDS <= int(text) < _MOST_SECONDS
