"""A request without a usable answer: whether it may have reached sipgate, and how that is told.

`requests` and urllib3 wrap causes in causes, and their texts hold addresses of objects, so the kind decides and the
texts are not shown. What is not recognised counts as having reached sipgate: that errs on the safe side.
"""

from __future__ import annotations

from requests import exceptions as failed
from urllib3.exceptions import ConnectTimeoutError, NewConnectionError, ProxyError, SSLError

from sipgate_provider.errors import TransportError

__all__ = ["to_transport_error"]

# What `requests` says about addresses and settings before it connects.
_UNUSABLE = (
    failed.InvalidURL,
    failed.InvalidSchema,
    failed.MissingSchema,
    failed.InvalidHeader,
)
# The first kind that fits; special ones come before general ones.
_WHY: tuple[tuple[type[Exception], str], ...] = (
    (failed.SSLError, "TLS broke down; check the network and proxies on the way"),
    (
        failed.InvalidProxyURL,
        "the proxy's address is unusable; check HTTPS_PROXY and HTTP_PROXY",
    ),
    (
        failed.InvalidSchema,
        "the proxy is of a kind that needs more software; check HTTPS_PROXY, or install requests[socks]",
    ),
    (failed.InvalidURL, "the address is unusable; check sipgate:baseUrl and sipgate:tokenUrl"),
    (failed.ProxyError, "the proxy does not answer; check HTTPS_PROXY and NO_PROXY"),
    (failed.ConnectTimeout, "no connection in time; check the network"),
    (failed.ReadTimeout, "no answer in time"),
    (failed.ChunkedEncodingError, "the answer broke off"),
    (failed.ContentDecodingError, "the answer cannot be unpacked"),
    (failed.RetryError, "sipgate went on refusing"),
)
_UNTRUSTED = (
    "the certificate of sipgate's server could not be verified; "
    "for a proxy or a private CA set REQUESTS_CA_BUNDLE"
)
_NO_FILE = "the certificate bundle cannot be read; check REQUESTS_CA_BUNDLE and CURL_CA_BUNDLE"
_UNREACHABLE = "sipgate cannot be reached; check the network and sipgate:baseUrl"
_CLOSED = "the connection was closed before the answer was complete"


def to_transport_error(doing: str, error: Exception) -> TransportError:
    """The error to raise for what `requests` or urllib3 raised while `doing`."""
    reason = getattr(error.args[0], "reason", None) if error.args else None
    untrusted = isinstance(reason, SSLError) and "CERTIFICATE_VERIFY_FAILED" in str(reason)
    # `requests` raises this one kind by itself, where the bundle does not exist.
    no_file = type(error) is OSError or isinstance(error, FileNotFoundError)
    never_left = (
        untrusted
        or no_file
        or isinstance(error, _UNUSABLE)
        or isinstance(reason, NewConnectionError | ConnectTimeoutError | ProxyError)
    )
    if untrusted:
        why = _UNTRUSTED
    elif no_file:
        why = _NO_FILE
    else:
        otherwise = _UNREACHABLE if never_left else _CLOSED
        why = next((words for kind, words in _WHY if isinstance(error, kind)), otherwise)
    return TransportError(f"{doing}: {why}.", sent=not never_left)
