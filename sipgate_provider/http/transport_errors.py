"""Error messages for requests without a usable response.

`requests` and urllib3 nest causes in causes, and their texts contain addresses of objects. So the type of the
exception decides, and its text is not shown. The type does not tell whether the request may have reached sipgate (see
`retries`). Messages name the host, and the variable that has set it, but not the rest of an address.
"""

from __future__ import annotations

import os
from urllib.parse import urlsplit

from requests import exceptions as failed
from urllib3.exceptions import (
    DecodeError,
    NameResolutionError,
    ProtocolError,
    ReadTimeoutError,
    SSLError,
)

from sipgate_provider.errors import TransportError
from sipgate_provider.http.addresses import Origin
from sipgate_provider.http.connections import MAX_BYTES, ResponseTooLargeError
from sipgate_provider.setting_names import SettingNames

__all__ = ["named_by", "to_transport_error"]

_NO_ANSWER = "no response from {host} in time"
_NO_TLS = "the TLS connection to {host} failed; check the network and any proxy"
_TOO_LARGE = f"the response is larger than {MAX_BYTES // 2**20} MiB"
_UNREACHABLE = "{host} cannot be reached: {reason}; check {advice}"
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
    (failed.InvalidURL, "the address of {host} is unusable; check {advice}"),
    (failed.ProxyError, "the proxy does not answer; check HTTPS_PROXY and NO_PROXY"),
    (ResponseTooLargeError, "the proxy's response has no end; check HTTPS_PROXY and NO_PROXY"),
)
_WHY_SENT: tuple[tuple[type[Exception], str], ...] = (
    (ResponseTooLargeError, _TOO_LARGE),
    (failed.SSLError, _NO_TLS),
    (DecodeError, "the response cannot be unpacked"),
)
_UNTRUSTED = (
    "the certificate of {host} could not be verified; "
    "for a proxy or a private CA set REQUESTS_CA_BUNDLE"
)
_NO_FILE = "the certificate bundle cannot be read; check REQUESTS_CA_BUNDLE and CURL_CA_BUNDLE"
_CLOSED = "the connection was closed before the response was complete"


def named_by(url: str, names: SettingNames) -> str:
    """The environment variable that has set the address's server; empty if none has."""
    origin = Origin.of(url)
    return next(
        (
            variable
            for variable in map(names.variable, ("baseUrl", "tokenUrl"))
            if origin is not None and Origin.of(os.environ.get(variable, "")) == origin
        ),
        "",
    )


def to_transport_error(
    operation: str, error: Exception, url: str, names: SettingNames, *, sent: bool
) -> TransportError:
    """Converts an exception of `requests` or urllib3 to the error to raise.

    Args:
        operation: What was being done.
        error: The exception of the last try.
        url: The address of the request.
        names: What the settings of the account are called.
        sent: Whether the request may have reached sipgate in any try.
    """
    cause = error.args[0] if error.args else None
    reason = getattr(cause, "reason", cause)
    # `requests` itself raises this where the certificate bundle does not exist.
    if type(error) is OSError or isinstance(error, FileNotFoundError):
        why = _NO_FILE
    elif isinstance(reason, SSLError) and "CERTIFICATE_VERIFY_FAILED" in str(reason):
        why = _UNTRUSTED
    elif sent and (_is_timeout(error) or _is_timeout(reason)):
        why = _NO_ANSWER
    else:
        reasons, default = (_WHY_SENT, _CLOSED) if sent else (_WHY_NOT_SENT, _UNREACHABLE)
        why = next((text for kind, text in reasons if isinstance(error, kind)), default)
    host = urlsplit(url).netloc
    if variable := named_by(url, names):
        host = f"{host} ({variable})"
    text = why.format(
        host=host,
        reason=_unreachable(error, reason),
        advice=f"{variable} and the network" if variable else "the network and any proxy",
    )
    return TransportError(f"{operation}: {text}.", sent=sent)


def _unreachable(error: Exception, reason: object) -> str:
    """Why there is no connection."""
    if isinstance(reason, NameResolutionError):
        return "its name cannot be resolved"
    if isinstance(error, failed.ConnectTimeout) or _is_timeout(error) or _is_timeout(reason):
        return "no connection in time"
    system = getattr(reason, "__cause__", None)
    if isinstance(system, ConnectionRefusedError):
        return "the connection was refused"
    return (isinstance(system, OSError) and system.strerror) or "the connection failed"


def _is_timeout(error: object) -> bool:
    aborted = isinstance(error, ProtocolError) and isinstance(error.args[-1], TimeoutError)
    return aborted or isinstance(error, ReadTimeoutError | failed.ReadTimeout | TimeoutError)
