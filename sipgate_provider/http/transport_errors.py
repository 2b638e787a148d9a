"""Error messages for requests without a usable response.

`requests` and urllib3 nest causes in causes, and their texts contain addresses of objects. So the type of the
exception decides, and its text is not shown. The type does not tell whether the request may have reached sipgate (see
`retries`).
"""

from __future__ import annotations

from requests import exceptions as failed
from urllib3.exceptions import ProtocolError, ReadTimeoutError, SSLError

from sipgate_provider.errors import TransportError

__all__ = ["to_transport_error"]

_NO_CONNECTION = "no connection in time; check the network and any proxy"
_NO_ANSWER = "no response in time"
# The first matching type decides, so special types come before general ones.
_WHY_NOT_SENT: tuple[tuple[type[Exception], str], ...] = (
    (failed.SSLError, "the TLS connection failed; check the network and any proxy"),
    (
        failed.InvalidProxyURL,
        "the proxy's address is unusable; check HTTPS_PROXY and HTTP_PROXY",
    ),
    (
        failed.InvalidSchema,
        "this kind of proxy needs more software; check HTTPS_PROXY, or install requests[socks]",
    ),
    (failed.InvalidURL, "the address is unusable; check sipgate:baseUrl and sipgate:tokenUrl"),
    (failed.ProxyError, "the proxy does not answer; check HTTPS_PROXY and NO_PROXY"),
    (failed.ConnectTimeout, _NO_CONNECTION),
)
_WHY_SENT: tuple[tuple[type[Exception], str], ...] = (
    (failed.SSLError, "the TLS connection failed; check the network and any proxy"),
    (failed.ReadTimeout, _NO_ANSWER),
    (failed.ChunkedEncodingError, "the response broke off"),
    (failed.ContentDecodingError, "the response cannot be unpacked"),
)
_UNTRUSTED = (
    "the certificate of sipgate's server could not be verified; "
    "for a proxy or a private CA set REQUESTS_CA_BUNDLE"
)
_NO_FILE = "the certificate bundle cannot be read; check REQUESTS_CA_BUNDLE and CURL_CA_BUNDLE"
_UNREACHABLE = "sipgate cannot be reached; check the network and sipgate:baseUrl"
_CLOSED = "the connection was closed before the response was complete"


def to_transport_error(operation: str, error: Exception, *, sent: bool) -> TransportError:
    """Converts an exception of `requests` or urllib3 to the error to raise.

    Args:
        operation: What was being done.
        error: The exception of the last try.
        sent: Whether the request may have reached sipgate in any try.
    """
    reason = getattr(error.args[0], "reason", None) if error.args else None
    # `requests` itself raises this where the certificate bundle does not exist.
    if type(error) is OSError or isinstance(error, FileNotFoundError):
        why = _NO_FILE
    elif isinstance(reason, SSLError) and "CERTIFICATE_VERIFY_FAILED" in str(reason):
        why = _UNTRUSTED
    elif _is_timeout(reason):
        why = _NO_ANSWER if sent else _NO_CONNECTION
    else:
        reasons, default = (_WHY_SENT, _CLOSED) if sent else (_WHY_NOT_SENT, _UNREACHABLE)
        why = next((text for kind, text in reasons if isinstance(error, kind)), default)
    return TransportError(f"{operation}: {why}.", sent=sent)


def _is_timeout(reason: object) -> bool:
    aborted = isinstance(reason, ProtocolError) and isinstance(reason.args[-1], TimeoutError)
    return aborted or isinstance(reason, ReadTimeoutError)
