"""Whether the log-in takes a client's redirect URIs and origins, asked without a person's log-in.

What a redirect URI is worth only the authorization endpoint tells. It is asked to log in without showing a page
(`prompt=none`, OpenID Connect Core 3.1.2.1): where the address is registered, it redirects there with
`login_required`, and where it is not, it shows an error page. Nobody logs in, so there is no code and no session.

What an origin is worth the token endpoint tells, in the answer to a code that nobody issued. A preflight tells nothing,
since Keycloak grants it to any page. Neither does a refusal of the client itself: Keycloak lets any page read that. So
a client that needs its secret is asked about with it; the secret goes to the token endpoint alone.

What counts are status codes and error codes, since the words of Keycloak's pages are in the reader's language.
"""

from __future__ import annotations

import re
import secrets
from dataclasses import dataclass
from functools import cached_property
from urllib.parse import SplitResult, parse_qs, urlencode, urlsplit

from sipgate_provider.auth.browser_login import Login, code_challenge
from sipgate_provider.errors import SipgateError
from sipgate_provider.http.addresses import Origin
from sipgate_provider.http.response import Response
from sipgate_provider.http.transport import NoAuth, Transport
from sipgate_provider.scrubbing import one_line, scrubbed

__all__ = ["Verdict", "Verification"]

_CODE = "sipgate-provider-verify"
_ALLOWED_ORIGIN = "Access-Control-Allow-Origin"
# Nobody is logged in, which is no matter of the client.
_NEEDS_A_PERSON = frozenset(
    {"login_required", "interaction_required", "consent_required", "account_selection_required"}
)
# A browser's name for the origin of a page that has none (RFC 6454, 6.2).
_OPAQUE = "null"
_BEFORE_PATH = re.compile(r"[^/?#]*(?://[^/?#]*)?")
_NOT_FOUND = 404
_FORBIDDEN = 403
_UNKNOWN_CLIENT = "invalid_client"
_SECRET_REFUSED = "unauthorized_client"  # noqa: S105  an error code


@dataclass(frozen=True)
class Verdict:
    """What the log-in made of an address.

    Attributes:
        works: Whether it takes it; None where that cannot be told.
        reason: Why, in words that begin in lower case.
    """

    works: bool | None
    reason: str


class Verification:
    """Asks the log-in about one client.

    Every method raises SipgateError where the log-in cannot be asked.
    """

    def __init__(self, login: Login) -> None:
        """Nothing is asked yet.

        Args:
            login: The client, where it logs people in, and its secret, empty where that is not known.
        """
        self._login = login
        self._transport = Transport(login.names)
        self._variable = login.names.variable
        self._not_known = (
            "the log-in does not know the client, or it is disabled; check its id or name, and "
            f"{self._variable('tokenUrl')}"
        )

    def redirect_uri(self, address: str) -> Verdict:
        """Whether a log-in may end at the address."""
        state = secrets.token_urlsafe(16)
        operation = f"Asking whether a log-in may end at {one_line(address)}"
        response = self._authorize(address, state, operation)
        if 300 <= response.status < 400:  # noqa: PLR2004  RFC 9110, 15.4
            return _redirected(response, address, state, self._login)
        if response.ok:
            if self._refuses_unregistered:
                return Verdict(True, "the log-in page would open")
            return Verdict(None, "the log-in shows the same page for every address")
        if self._client_error == _UNKNOWN_CLIENT:
            return Verdict(False, self._not_known)
        return Verdict(
            False, f"the log-in refuses it ({response.status}): no redirect URI of the client fits"
        )

    def origin(self, origin: str) -> Verdict:
        """Whether pages of the origin may read the token endpoint's response."""
        if not _is_sent(origin):
            return Verdict(
                False, "no browser sends that as an origin; write it as in https://app.example.com"
            )
        match self._client_error:
            case "invalid_client":
                return Verdict(False, self._not_known)
            case "unauthorized_client":
                return Verdict(
                    None,
                    "the token endpoint refuses the client's secret"
                    if self._login.client_secret
                    else "the token endpoint wants the client's secret; set "
                    f"{self._variable('clientSecret')}",
                )
        operation = f"Asking the token endpoint as a page of {one_line(origin)}"
        response = self._ask_token(operation, with_secret=self._needs_secret, origin=origin)
        if response.status == _FORBIDDEN:
            return Verdict(
                False,
                "the token endpoint refuses pages of this origin: no origin of the client fits",
            )
        if response.headers.get(_ALLOWED_ORIGIN) not in {origin, "*"}:
            return Verdict(
                False,
                "pages of this origin may not read the token endpoint's response: no origin of the client fits",
            )
        needs_secret = ", if it sends the client's secret" if self._needs_secret else ""
        return Verdict(
            True, f"pages of this origin may read the token endpoint's response{needs_secret}"
        )

    @cached_property
    def _refuses_unregistered(self) -> bool:
        """Whether the authorization endpoint refuses an address that nobody can have registered."""
        address = f"https://{secrets.token_hex(8)}.invalid/"
        state = secrets.token_urlsafe(16)
        operation = "Asking about an address that is not registered"
        return 400 <= self._authorize(address, state, operation).status < 500  # noqa: PLR2004

    @cached_property
    def _needs_secret(self) -> bool:
        """Whether the token endpoint takes the client with its secret alone."""
        return self._refusal(with_secret=False) in {_UNKNOWN_CLIENT, _SECRET_REFUSED}

    @cached_property
    def _client_error(self) -> str:
        """The error code for the client itself, with its secret where it needs that; empty where it is taken."""
        error = self._refusal(with_secret=self._needs_secret and bool(self._login.client_secret))
        return error if error in {_UNKNOWN_CLIENT, _SECRET_REFUSED} else ""

    def _refusal(self, *, with_secret: bool) -> str:
        operation = "Asking whether the log-in knows the client"
        response = self._ask_token(operation, with_secret=with_secret)
        document = response.json()
        error = document.get("error") if isinstance(document, dict) else None
        if not isinstance(error, str):
            raise self._misplaced(operation, response)
        return error

    def _authorize(self, address: str, state: str, operation: str) -> Response:
        query = {
            "response_type": "code",
            "client_id": self._login.client_id,
            "redirect_uri": address,
            "state": state,
            "prompt": "none",
            "code_challenge": code_challenge(secrets.token_urlsafe(64)),
            "code_challenge_method": "S256",
        }
        url = f"{self._login.authorization_url}?{urlencode(query, errors='replace')}"
        response = self._transport.send("GET", url, operation=operation, auth=NoAuth())
        self._check(operation, response)
        return response

    def _ask_token(
        self, operation: str, *, with_secret: bool, origin: str | None = None
    ) -> Response:
        form = {
            "grant_type": "authorization_code",
            "code": _CODE,
            "redirect_uri": "https://app.example.com/",
            "client_id": self._login.client_id,
        }
        if with_secret:
            form["client_secret"] = self._login.client_secret
        response = self._transport.send(
            "POST",
            self._login.token_url,
            operation=operation,
            auth=NoAuth(),
            form=urlencode(form, errors="replace"),
            origin=origin,
        )
        self._check(operation, response)
        if response.ok or 300 <= response.status < 400:  # noqa: PLR2004
            raise self._misplaced(operation, response)
        return response

    def _check(self, operation: str, response: Response) -> None:
        """Raises SipgateError where the status says nothing about the client."""
        if response.status == 429 or response.status >= 500:  # noqa: PLR2004  RFC 9110, 15.6
            raise SipgateError(
                f"{operation}: the log-in has a fault or is busy ({response.status}); run again later."
            )
        if response.status == _NOT_FOUND:
            raise self._misplaced(operation, response)

    def _misplaced(self, operation: str, response: Response) -> SipgateError:
        return SipgateError(
            f"{operation}: there is no log-in at {self._login.token_url} ({response.status}); check "
            f"{self._variable('tokenUrl')}."
        )


def _is_sent(origin: str) -> bool:
    """Whether a browser sends the origin, spelled like this."""
    found = Origin.of(origin)
    return origin == _OPAQUE or (found is not None and str(found) == origin and "*" not in origin)


def _redirected(response: Response, address: str, state: str, login: Login) -> Verdict:
    secret = login.client_secret
    location = response.headers.get("Location", "")
    target = _split(location)
    said = parse_qs(target.query) | parse_qs(target.fragment) if target else {}
    if said.get("state") != [state]:
        return Verdict(
            None,
            "the log-in redirects elsewhere, which is not followed; check "
            f"{login.names.variable('tokenUrl')}",
        )
    place = _place(location)
    if place != _place(address):
        words = scrubbed(place, [secret]) or "an address without a host"
        return Verdict(False, f"the log-in ends at {words} instead")
    errors = [word for key in ("error", "error_description") for word in said.get(key, [])]
    if not errors or errors[0] in _NEEDS_A_PERSON:
        return Verdict(True, "a log-in may end there")
    return Verdict(
        False, f"the address fits, but the log-in refuses: {scrubbed(': '.join(errors), [secret])}"
    )


def _split(address: str) -> SplitResult | None:
    try:
        return urlsplit(address)
    except ValueError:
        return None


def _place(address: str) -> str:
    """The origin; if the address has none, its scheme and what follows up to the path."""
    origin = Origin.of(address)
    return str(origin) if origin else _BEFORE_PATH.findall(address)[0].lower()
