"""Error messages for requests without a usable response.

`requests` and urllib3 nest causes in causes, and their texts contain addresses of objects. So the type of the
exception decides, and its text is not shown. The type does not tell whether the request may have reached sipgate (see
`retries`).
"""

from __future__ import annotations

from requests import exceptions as failed
from urllib3.exceptions import DecodeError, ProtocolError, ReadTimeoutError, SSLError

from sipgate_provider.errors import TransportError
from sipgate_provider.http.connections import MAX_BYTES, ResponseTooLargeError

__all__ = ["to_transport_error"]

_NO_CONNECTION = "no connection in time; check the network and any proxy"
_NO_ANSWER = "no response in time"
_NO_TLS = "the TLS connection failed; check the network and any proxy"
_TOO_LARGE = f"the response is larger than {MAX_BYTES // 2**20} MiB"
# The first matching type decides, so special types come before general ones.
_WHY_NOT_SENT: tuple[tuple[type[Exception], str], ...] = (
    (failed.SSLError, _NO_TLS),
    (
        failed.InvalidProxyURL,
        "the proxy's address is unusable; check HTTPS_PROXY and HTTP_PROXY",
    ),
    (
        failed.InvalidSchema,
        "this kind of proxy needs more software; check HTTPS_PROXY, or install requests[socks]",
    ),
    (failed.InvalidURL, "the address is unusable; check SIPGATE_BASE_URL and SIPGATE_TOKEN_URL"),
    (failed.ProxyError, "the proxy does not answer; check HTTPS_PROXY and NO_PROXY"),
    (failed.ConnectTimeout, _NO_CONNECTION),
    (ResponseTooLargeError, "the proxy's response has no end; check HTTPS_PROXY and NO_PROXY"),
)
_WHY_SENT: tuple[tuple[type[Exception], str], ...] = (
    (ResponseTooLargeError, _TOO_LARGE),
    (failed.SSLError, _NO_TLS),
    (DecodeError, "the response cannot be unpacked"),
)
_UNTRUSTED = (
    "the certificate of sipgate's server could not be verified; "
    "for a proxy or a private CA set REQUESTS_CA_BUNDLE"
)
_NO_FILE = "the certificate bundle cannot be read; check REQUESTS_CA_BUNDLE and CURL_CA_BUNDLE"
_UNREACHABLE = "sipgate cannot be reached; check the network and SIPGATE_BASE_URL"
_CLOSED = "the connection was closed before the response was complete"


def to_transport_error(operation: str, error: Exception, *, sent: bool) -> TransportError:
    """Converts an exception of `requests` or urllib3 to the error to raise.

    Args:
        operation: What was being done.
        error: The exception of the last try.
        sent: Whether the request may have reached sipgate in any try.
    """
    cause = error.args[0] if error.args else None
    reason = getattr(cause, "reason", cause)
    # `requests` itself raises this where the certificate bundle does not exist.
    if type(error) is OSError or isinstance(error, FileNotFoundError):
        why = _NO_FILE
    elif isinstance(reason, SSLError) and "CERTIFICATE_VERIFY_FAILED" in str(reason):
        why = _UNTRUSTED
    elif _is_timeout(error) or _is_timeout(reason):
        why = _NO_ANSWER if sent else _NO_CONNECTION
    else:
        reasons, default = (_WHY_SENT, _CLOSED) if sent else (_WHY_NOT_SENT, _UNREACHABLE)
        why = next((text for kind, text in reasons if isinstance(error, kind)), default)
    return TransportError(f"{operation}: {why}.", sent=sent)


def _is_timeout(error: object) -> bool:
    aborted = isinstance(error, ProtocolError) and isinstance(error.args[-1], TimeoutError)
    return aborted or isinstance(error, ReadTimeoutError | failed.ReadTimeout | TimeoutError)
