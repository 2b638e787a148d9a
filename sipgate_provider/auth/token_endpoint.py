"""The token endpoint: one form sent, and tokens or a refusal in its own words received (RFC 6749, 5).

Everything here goes through the one transport: it follows no redirect, which would carry the code, the verifier and
the client secret elsewhere, and it never sends a POST twice that may have arrived, which for a refresh token would be
the second use that ends the log-in. pydantic reads the response rather than oauthlib, which takes any JSON type for a
token and any text for a form.

What the endpoint says is shown, since only it knows that "Account is not fully set up" is no wrong password. Its words
are one short line without control characters, without what was sent, and without what looks like a credential.
"""

from __future__ import annotations

import base64
import json
from typing import Annotated, Any
from urllib.parse import parse_qsl, urlencode, urlsplit

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from sipgate_provider.auth.credentials import TOKEN_CHARACTERS, RefreshToken
from sipgate_provider.errors import APIError, AuthenticationError, SipgateError, TransportError
from sipgate_provider.http.transport import NoAuth, Response, Transport
from sipgate_provider.scrubbing import scrubbed

__all__ = ["Token", "end_log_in", "end_session", "request_token"]

# How a token endpoint says that it does not take the credential: RFC 6749, 5.2, and Keycloak's 401.
_REFUSALS = frozenset({400, 401, 403})
_BUSY = frozenset({429, 500, 502, 503, 504})
# A wrong or missing client secret; Keycloak says `unauthorized_client`, RFC 6749 `invalid_client`.
_CLIENT_REFUSED = frozenset({"invalid_client", "unauthorized_client"})
# Longer than any token, and shorter than the room that is made for one on the disk.
_LONGEST_TOKEN = 32 * 1024
_SECRET_FIELDS = frozenset({"password", "client_secret", "refresh_token", "code", "code_verifier"})


_Issued = Annotated[
    str, Field(strict=True, pattern=f"^{TOKEN_CHARACTERS.pattern}$", max_length=_LONGEST_TOKEN)
]


class Token(BaseModel):
    """What the endpoint issued (RFC 6749, 5.1).

    Attributes:
        access_token: Goes on requests.
        expires_in: For how many seconds from now on.
        refresh_token: Fetches the next one, if there is to be one.
        session_state: Keycloak's id of the log-in that the tokens belong to.
    """

    model_config = ConfigDict(frozen=True, hide_input_in_errors=True)

    access_token: Annotated[_Issued, Field(repr=False)]
    expires_in: Annotated[float, Field(allow_inf_nan=False)] | None = None
    refresh_token: Annotated[_Issued | None, Field(repr=False)] = None
    session_state: str | None = None

    @property
    def session(self) -> str:
        """The id of the log-in that the tokens belong to; empty where they do not say it."""
        return self.session_state or _claim(self.access_token, "sid")

    @property
    def username(self) -> str:
        """Who logged in, for the user to read and for nothing else; empty where the token does not say it.

        It comes unverified out of the token, which is enough for a remark and asks for no further scope or endpoint.
        """
        return _claim(self.access_token, "preferred_username") or _claim(self.access_token, "sub")


def request_token(
    transport: Transport, url: str, form: str, *, operation: str, advice: str
) -> Token:
    """The tokens that the endpoint issues for `form`.

    Args:
        transport: Sends the request.
        url: The token endpoint.
        form: The encoded form.
        operation: What is being done, for the error's sentence.
        advice: What to do where the endpoint refuses what is in the form.

    Raises:
        AuthenticationError: It refuses.
        SipgateError: No usable response came.
    """
    response = _post(transport, url, form, operation=operation, advice=advice)
    try:
        return Token.model_validate(response.json())
    except ValidationError as error:
        named = error.errors(include_url=False, include_input=False)[0]["loc"] or ("access_token",)
        raise TransportError(
            f"{operation}: the response holds no usable {named[0]}; check sipgate:tokenUrl."
        ) from None


def end_log_in(log_in: RefreshToken) -> None:
    """The log-in that is stored as `log_in` is over at sipgate.

    Raises:
        SipgateError: That is not certain.
    """
    end_session(
        log_in.token_url,
        client_id=log_in.client_id,
        client_secret=log_in.client_secret,
        refresh_token=log_in.refresh_token,
    )


def end_session(
    token_url: str, *, client_id: str, refresh_token: str, client_secret: str = ""
) -> None:
    """The log-in that the refresh token belongs to is over at sipgate (Keycloak's log-out endpoint).

    Raises:
        SipgateError: That is not certain.
    """
    form = {"client_id": client_id, "refresh_token": refresh_token}
    if client_secret:
        form["client_secret"] = client_secret
    _post(
        Transport(),
        token_url.removesuffix("/token") + "/logout",
        urlencode(form),
        operation="Logging out",
        advice="It may have ended already.",
    )


def _post(transport: Transport, url: str, form: str, *, operation: str, advice: str) -> Response:
    response = transport.send("POST", url, operation=operation, auth=NoAuth(), form=form)
    if not response.ok:
        raise _refusal(url, form, response, operation, advice)
    return response


def _refusal(url: str, form: str, response: Response, operation: str, advice: str) -> SipgateError:
    document = response.json()
    document = document if isinstance(document, dict) else {}
    said = [
        word for key in ("error", "error_description") if isinstance(word := document.get(key), str)
    ]
    fields = dict(parse_qsl(form))
    words = scrubbed(": ".join(said), [fields[name] for name in _SECRET_FIELDS & fields.keys()])
    refused = response.status in _REFUSALS
    kind = AuthenticationError if refused else APIError
    # No setting names the client of the password grant.
    settable = fields.get("grant_type") != "password"
    if refused and settable and said and said[0] in _CLIENT_REFUSED:
        advice = (
            "This is about the client, not about the user: check sipgate:clientId and sipgate:clientSecret, "
            "and that the client may be used in this way."
        )
    elif response.status in _BUSY:
        advice = "sipgate's log-in server failed or is busy; run again later."
    elif not refused:
        advice = (
            "That is no response of a token endpoint: check sipgate:tokenUrl, and that no redirect or proxy "
            "interferes."
        )
    return kind(
        f"{operation}: sipgate refused ({response.status}{f', {words!r}' if words else ''}). {advice}",
        status=response.status,
        method="POST",
        path=urlsplit(url).path,
        detail=words,
    )


def _claim(access_token: str, name: str) -> str:
    """A claim of a signed token (RFC 7519), unverified; empty where the token is opaque or does not hold it."""
    _, _, rest = access_token.partition(".")
    try:
        claims: Any = json.loads(base64.urlsafe_b64decode(f"{rest.partition('.')[0]}=="))
    except (ValueError, RecursionError):
        return ""
    value = claims.get(name) if isinstance(claims, dict) else None
    return value if isinstance(value, str) else ""
