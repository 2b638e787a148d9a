"""One `requests.auth.AuthBase` per credential.

None of them knows what it authenticates. The password grant speaks to the token endpoint itself, through the same
transport, so that its deadline and retry rule are those of every other request; oauthlib writes the form and reads
the answer (RFC 6749, 4.3 and 5).
"""

from __future__ import annotations

import threading
import time
from urllib.parse import urlsplit

from oauthlib.oauth2 import LegacyApplicationClient, OAuth2Error
from requests import PreparedRequest
from requests.auth import AuthBase, HTTPBasicAuth

from sipgate_provider.config import (
    TOKEN_CHARACTERS,
    AccessToken,
    Credential,
    Password,
    PersonalAccessToken,
)
from sipgate_provider.errors import APIError, AuthenticationError, TransportError
from sipgate_provider.transport import Transport

__all__ = ["BearerAuth", "PasswordGrantAuth", "auth_for"]

# The client that sipgate's documentation page names for the password grant.
_PASSWORD_GRANT_CLIENT = "sipgate-app-web"  # noqa: S105  an id, not a secret
# An access token lives 300 s; one that ends while a request is under way would fail it.
_LEEWAY_SECONDS = 30.0
# How a token endpoint says that it does not take the credential: RFC 6749, 5.2, and Keycloak's 401.
_REFUSALS = frozenset({400, 401, 403})


class _NoAuth(AuthBase):
    """Keeps `requests` from adding a credential out of `.netrc`; the form holds ours."""

    def __call__(self, request: PreparedRequest) -> PreparedRequest:
        return request


class BearerAuth(AuthBase):
    """An access token as given (RFC 6750)."""

    def __init__(self, access_token: str) -> None:
        self._access_token = access_token

    def __call__(self, request: PreparedRequest) -> PreparedRequest:
        """The request with the token on it."""
        request.headers["Authorization"] = f"Bearer {self._access_token}"
        return request


class PasswordGrantAuth(AuthBase):
    """Access tokens for a user name and password, each renewed before it ends.

    The engine calls with four threads: one renews, the others wait for it.
    """

    def __init__(self, credential: Password, transport: Transport) -> None:
        self._credential = credential
        self._transport = transport
        self._lock = threading.Lock()
        self._access_token = ""
        self._renew_at = 0.0

    def __call__(self, request: PreparedRequest) -> PreparedRequest:
        """The request with a live token on it, renewed first where needed.

        Raises:
            AuthenticationError: Sipgate refuses the log-in.
            TransportError: No usable answer came from the token endpoint.
        """
        with self._lock:
            if time.monotonic() >= self._renew_at:
                try:
                    self._renew()
                except TransportError as error:
                    # The log-in may have been sent; the request that waits for it was not.
                    raise TransportError(str(error), sent=False) from None
            access_token = self._access_token
        return BearerAuth(access_token)(request)

    def _renew(self) -> None:
        doing = "Logging in with sipgate:username and sipgate:password"
        grant = LegacyApplicationClient(_PASSWORD_GRANT_CLIENT)
        form = grant.prepare_request_body(
            username=self._credential.username,
            password=self._credential.password,
            include_client_id=True,
        )
        answer = self._transport.send(
            "POST", self._credential.token_url, doing=doing, auth=_NoAuth(), form=form
        )
        if not answer.ok:
            refused = answer.status in _REFUSALS
            kind = AuthenticationError if refused else APIError
            advice = (
                "Check both, and that the account may use the API."
                if refused
                else "That is no answer of a token endpoint, unless it has a fault: check sipgate:tokenUrl, "
                "and that no redirect or proxy is in between, or run again later."
            )
            raise kind(
                f"{doing}: sipgate refused ({answer.status}). {advice}",
                status=answer.status,
                method="POST",
                path=urlsplit(self._credential.token_url).path,
                detail="",
            )
        try:
            token = grant.parse_request_body_response(answer.text)
            access_token = str(token["access_token"])
            life = float(token.get("expires_in", 0))
        except (
            OAuth2Error,
            ValueError,
            TypeError,
            KeyError,
            AttributeError,
            OverflowError,
            RecursionError,
        ):
            raise TransportError(
                f"{doing}: the answer holds no access token; check sipgate:tokenUrl."
            ) from None
        if not TOKEN_CHARACTERS.fullmatch(access_token):
            raise TransportError(
                f"{doing}: the answer's access token cannot be one; check sipgate:tokenUrl."
            )
        self._access_token = access_token
        # A very short life must not mean a renewal per request within that life.
        self._renew_at = time.monotonic() + max(life - _LEEWAY_SECONDS, life / 2)


def auth_for(credential: Credential, transport: Transport) -> AuthBase:
    """What puts `credential` on a request."""
    match credential:
        case PersonalAccessToken():
            return HTTPBasicAuth(credential.token_id.encode(), credential.token.encode())
        case AccessToken():
            return BearerAuth(credential.access_token)
        case Password():
            return PasswordGrantAuth(credential, transport)
