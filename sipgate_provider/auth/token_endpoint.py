"""Sends a form to the token endpoint, and returns its tokens or raises its error (RFC 6749, 5).

All requests go through `Transport`. It follows no redirect, which would send the code, the verifier and the client
secret elsewhere. It never repeats a POST that may have arrived: the second use of a refresh token would end the log-in.
An answer is used whole or not at all, so that nothing of a response that is not this endpoint's is stored.

Messages show the endpoint's error text, since only the endpoint knows that "Account is not fully set up" is no wrong
password. The text is one short line without control characters, without the values that were sent, and without
anything that looks like a credential.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from typing import Annotated, Any
from urllib.parse import urlencode, urlsplit

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from sipgate_provider.auth.credentials import TOKEN_CHARACTERS, RefreshToken
from sipgate_provider.errors import APIError, AuthenticationError, SipgateError, TransportError
from sipgate_provider.http.response import Response
from sipgate_provider.http.transport import NoAuth, Transport
from sipgate_provider.scrubbing import scrubbed
from sipgate_provider.setting_names import USUAL_NAMES, SettingNames

__all__ = ["Token", "end_log_in", "end_session", "request_token", "username_of"]

# The statuses of a rejected credential: RFC 6749, 5.2, and Keycloak's 401.
_REFUSALS = frozenset({400, 401, 403})
_BUSY = frozenset({429, 500, 502, 503, 504})
# A wrong or missing client secret; Keycloak says `unauthorized_client`, RFC 6749 `invalid_client`.
_CLIENT_REFUSED = frozenset({"invalid_client", "unauthorized_client"})
_NEVER_SHOWN = frozenset(
    {"username", "password", "client_secret", "refresh_token", "code", "code_verifier"}
)


_Issued = Annotated[str, Field(strict=True, pattern=f"^{TOKEN_CHARACTERS.pattern}$")]


class Token(BaseModel):
    """The response of the token endpoint (RFC 6749, 5.1).

    Attributes:
        access_token: The token for requests.
        token_type: How it is sent; a token of another type than Bearer is refused (7.1).
        expires_in: Its lifetime in seconds.
        refresh_token: The token that fetches the next access token, if there is one.
        session_state: Keycloak's id of the log-in that the tokens belong to.
    """

    model_config = ConfigDict(frozen=True, hide_input_in_errors=True)

    access_token: Annotated[_Issued, Field(repr=False)]
    token_type: Annotated[str, Field(pattern="(?i)^bearer$")] = "Bearer"  # noqa: S105  a type
    expires_in: Annotated[float, Field(allow_inf_nan=False)] | None = None
    refresh_token: Annotated[_Issued | None, Field(repr=False)] = None
    session_state: str | None = None

    @model_validator(mode="after")
    def _check_they_differ(self) -> Token:
        """A refresh token must not go to the API, where access tokens go."""
        if self.access_token == self.refresh_token:
            raise ValueError
        return self

    @property
    def session(self) -> str:
        """The id of the log-in that the tokens belong to; empty where they do not contain it."""
        return self.session_state or _claim(self.access_token, "sid")

    @property
    def username(self) -> str:
        """The name of the user who logged in; empty where the token does not contain it."""
        return username_of(self.access_token)


def request_token(
    transport: Transport, url: str, form: Mapping[str, str], *, operation: str, advice: str
) -> Token:
    """Sends `form` to the token endpoint, and returns the tokens.

    Args:
        transport: Sends the request.
        url: The token endpoint.
        form: The parameters; one without a value is not sent, such as the secret of a public client.
        operation: What is being done, for error messages.
        advice: What to do if the endpoint rejects the form's values.

    Raises:
        AuthenticationError: The endpoint rejects them.
        SipgateError: No usable response came.
    """
    response = _post(transport, url, form, operation=operation, advice=advice)
    try:
        return Token.model_validate(_document(response))
    except ValidationError as error:
        location = error.errors(include_url=False, include_input=False)[0]["loc"]
        field = location[0] if location else "access_token"
        raise TransportError(
            f"{operation}: the response holds no usable {field}; "
            f"check {transport.names.variable('tokenUrl')}."
        ) from None


def end_log_in(log_in: RefreshToken) -> None:
    """Ends the stored log-in at sipgate.

    Raises:
        SipgateError: The log-in may not have ended.
    """
    end_session(
        log_in.token_url,
        client_id=log_in.client_id,
        client_secret=log_in.client_secret,
        refresh_token=log_in.refresh_token,
        names=log_in.names,
    )


def end_session(
    token_url: str,
    *,
    client_id: str,
    refresh_token: str,
    client_secret: str = "",
    names: SettingNames = USUAL_NAMES,
) -> None:
    """Ends the log-in that the refresh token belongs to (Keycloak's log-out endpoint).

    Raises:
        SipgateError: The log-in may not have ended.
    """
    form = {
        "client_id": client_id,
        "client_secret": client_secret,
        "refresh_token": refresh_token,
    }
    _post(
        Transport(names),
        token_url.removesuffix("/token") + "/logout",
        form,
        operation="Logging out",
        advice="It may have ended already.",
    )


def _post(
    transport: Transport, url: str, form: Mapping[str, str], *, operation: str, advice: str
) -> Response:
    # RFC 6749, 3.2: a parameter without a value counts as missing.
    encoded = urlencode({name: value for name, value in form.items() if value})
    response = transport.send("POST", url, operation=operation, auth=NoAuth(), form=encoded)
    if not response.ok or _document(response).get("error"):
        raise _refusal(url, form, response, operation, advice, transport.names)
    return response


def _document(response: Response) -> dict[str, object]:
    """The JSON object of the response; an empty one where it has none."""
    document = response.json()
    return document if isinstance(document, dict) else {}


def _refusal(
    url: str,
    form: Mapping[str, str],
    response: Response,
    operation: str,
    advice: str,
    names: SettingNames,
) -> SipgateError:
    document = _document(response)
    texts = [
        text for key in ("error", "error_description") if isinstance(text := document.get(key), str)
    ]
    detail = scrubbed(": ".join(texts), [form[name] for name in _NEVER_SHOWN & form.keys()])
    refused = response.ok or response.status in _REFUSALS
    kind = AuthenticationError if refused else APIError
    # No setting names the client of the password grant.
    client_is_configurable = form.get("grant_type") != "password"
    if refused and client_is_configurable and texts and texts[0] in _CLIENT_REFUSED:
        advice = (
            f"This is about the client, not about the user: check {names.key('clientId')} and "
            f"{names.key('clientSecret')}, and that the client may be used in this way."
        )
    elif response.status in _BUSY:
        advice = "sipgate's log-in server failed or is busy; run again later."
    elif not refused:
        advice = (
            f"That is no response of a token endpoint: check {names.variable('tokenUrl')}, and that no redirect or "
            "proxy interferes."
        )
    return kind(
        f"{operation}: sipgate refused ({response.status}{f', {detail!r}' if detail else ''}). {advice}",
        status=response.status,
        method="POST",
        path=urlsplit(url).path,
        detail=detail,
    )


def username_of(access_token: str) -> str:
    """The name of the user whom an access token belongs to; empty where the token does not contain it.

    It is not verified, so it serves for display only. It needs no further scope or endpoint.
    """
    return _claim(access_token, "preferred_username") or _claim(access_token, "sub")


def _claim(access_token: str, name: str) -> str:
    """A claim of a JWT (RFC 7519), unverified; empty where the token is opaque or lacks the claim."""
    _, _, rest = access_token.partition(".")
    try:
        claims: Any = json.loads(base64.urlsafe_b64decode(f"{rest.partition('.')[0]}=="))
    except (ValueError, RecursionError):
        return ""
    value = claims.get(name) if isinstance(claims, dict) else None
    return value if isinstance(value, str) else ""
