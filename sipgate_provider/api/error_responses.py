"""What sipgate's error responses mean to a user.

The body of an error has one of three forms (JSON `errors`, plain text, empty or HTML) and may echo a credential. So
messages show one short line of it, without the credential or anything that looks like a token.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timezone
from email.utils import parsedate_to_datetime
from urllib.parse import urlsplit

from sipgate_provider.errors import (
    APIError,
    AuthenticationError,
    NotFoundError,
    PermissionDeniedError,
    RateLimitError,
)
from sipgate_provider.http.response import Response
from sipgate_provider.scrubbing import scrubbed

__all__ = ["api_error"]

_LONGEST_ERROR = 64 * 1024
_MOST_PROBLEMS = 5


def api_error(
    operation: str,
    method: str,
    url: str,
    access: str,
    response: Response,
    *,
    names_client: bool,
    secrets: Sequence[str],
    source: str,
    check_address: str,
) -> APIError:
    """The exception for a response with an error status.

    Args:
        operation: What was being done: `Reading client 123`.
        method: The HTTP verb.
        url: The address of the request.
        access: The scope that the request needs, `read` or `write`.
        response: The response.
        names_client: Whether the path names a client.
        secrets: The values that no message may contain.
        source: Where the credential came from, in words.
        check_address: What to do if the address is not sipgate's, in words.
    """
    document = _document(response)
    is_own = isinstance(document.get("errors"), list) or isinstance(document.get("error"), str)
    kind: type[APIError] = APIError
    match response.status:
        case 401:
            kind, advice = (
                AuthenticationError,
                f"The credential is wrong or expired; check {source}.",
            )
        case 403 if not is_own:
            advice = (
                "The response is not sipgate's own: something in front of it refuses; check the network and any proxy "
                "or firewall."
            )
        case 403:
            kind, advice = (
                PermissionDeniedError,
                (
                    f"The credential needs the scope authorization:oauth2:clients:{access} (or all), "
                    "and its user a role that may manage clients."
                ),
            )
        case 404 if not names_client:
            advice = f"That address is not sipgate's API; {check_address}."
        case 404 if not is_own:
            kind, advice = (
                NotFoundError,
                f"sipgate's API does not answer so, so the address may not be its own; {check_address}.",
            )
        case 404:
            kind, advice = NotFoundError, "There is no such client in this account; check the id."
        case 429:
            kind, advice = (
                RateLimitError,
                f"Too many requests; run again {_retry_time(response.retry_after)}.",
            )
        case status if 300 <= status < 400:  # noqa: PLR2004  RFC 9110, 15.4
            advice = f"The response is a redirect, and the provider follows none; {check_address}."
        case status if status >= 500:  # noqa: PLR2004  RFC 9110, 15.6
            advice = "sipgate failed, or cannot process these values; run again later."
        case _:
            advice = "Check the values that were sent."
    detail = scrubbed(_text(response, document), secrets)
    reason = f"{response.status}, {detail!r}" if detail else f"{response.status}"
    parts = urlsplit(url)
    # Something else than sipgate may have written these two, and sipgate has the list of clients.
    is_other = response.status in {403, 404} and not is_own
    is_other = is_other or (response.status == 404 and not names_client)  # noqa: PLR2004
    who = parts.netloc if is_other else "sipgate"
    return kind(
        f"{operation}: {who} refused ({reason}). {advice}",
        status=response.status,
        method=method,
        path=parts.path,
        detail=detail,
        is_own=is_own,
    )


def _retry_time(retry_after: str | None) -> str:
    """How long sipgate asks to wait, in either form of Retry-After (RFC 9110, 10.2.3)."""
    if not retry_after:
        return "later"
    if retry_after.isascii() and retry_after.isdigit():
        return f"in {retry_after[:9]} s, as sipgate asks"
    try:
        moment = parsedate_to_datetime(retry_after)
        # A date without a zone is in UTC: HTTP has no other (RFC 9110, 5.6.7).
        moment = moment.astimezone(timezone.utc) if moment.tzinfo else moment
    except (ValueError, OverflowError):
        return "later"
    return f"after {moment:%Y-%m-%d %H:%M:%S} UTC, as sipgate asks"


def _document(response: Response) -> dict[str, object]:
    """The JSON object of an error; empty where the body is something else, or longer than any error."""
    document = response.json() if len(response.body) <= _LONGEST_ERROR else None
    return document if isinstance(document, dict) else {}


def _text(response: Response, document: dict[str, object]) -> str:
    """Sipgate's error text; empty where there is none."""
    problems = document.get("errors")
    if isinstance(problems, list):
        texts = (
            next((problem[key] for key in ("detail", "title") if problem.get(key)), "")
            for problem in problems[:_MOST_PROBLEMS]
            if isinstance(problem, dict)
        )
        return "; ".join(text for text in texts if isinstance(text, str))
    if document:
        # Keycloak's form (RFC 6749, 5.2).
        texts = (document.get(key) for key in ("error", "error_description"))
        return ": ".join(text for text in texts if isinstance(text, str))
    text = response.body[:_LONGEST_ERROR].decode(errors="replace")
    return "" if "<" in text or text.lstrip()[:1] in {"{", "["} else text
