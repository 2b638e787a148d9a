"""The exceptions of this package, as one tree.

    SipgateError                  every error that this package raises on purpose
    ├── ConfigurationError        the settings are missing, incomplete or wrong; nothing was sent
    │   └── StackConfigurationError  the stack's configuration is not what it should be
    ├── TransportError            no usable response: unreachable, timed out, cut off, or not sipgate's
    └── APIError                  an answer with an error status: .status .method .path .detail
        ├── AuthenticationError   401, or a refused log-in at the token endpoint
        ├── PermissionDeniedError 403
        ├── NotFoundError         404
        └── RateLimitError        429

`TransportError` and `APIError` are separate branches: after a `TransportError` it is usually unknown whether sipgate
executed the request. A class exists only if a caller catches it or a user has to act differently.

Every message stands alone: the operation, the client, sipgate's answer, and what to do next. It never contains a
credential: the code that quotes sipgate's answer removes credentials first.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from typing_extensions import Self

__all__ = [
    "APIError",
    "AuthenticationError",
    "ConfigurationError",
    "NotFoundError",
    "PermissionDeniedError",
    "RateLimitError",
    "SipgateError",
    "StackConfigurationError",
    "TransportError",
    "may_have_acted",
]

# A wrong credential, or too many requests.
_WITHOUT_ACTION = frozenset({401, 429})
# Too slow, a conflict with what an earlier try has done, too early.
_AFTER_ACTION = frozenset({408, 409, 425})


class SipgateError(Exception):
    """An error that the user or sipgate can fix; its message is written for the user."""

    def followed_by(self, sentence: str) -> Self:
        """Appends `sentence` to the message, and returns the error."""
        self.args = (f"{self} {sentence}",)
        return self


class ConfigurationError(SipgateError):
    """The settings are missing, incomplete or wrong; nothing was sent."""


class StackConfigurationError(ConfigurationError):
    """A setting of the stack is missing or wrong. The engine may have used the settings of an earlier `pulumi up`."""


class TransportError(SipgateError):
    """There is no usable response.

    Attributes:
        sent: Whether the request may have reached sipgate, which may have acted on it.
    """

    def __init__(self, message: str, *, sent: bool = True) -> None:
        super().__init__(message)
        self.sent = sent


class APIError(SipgateError):
    """Sipgate answered with an error status.

    Attributes:
        status: The HTTP status code.
        method: The HTTP verb of the request.
        path: The path of the request, without host and query.
        detail: Sipgate's error text, shortened and without credentials; empty where there was none.
        is_own: Whether sipgate or its log-in server has written the response, and not something in front of it.
    """

    def __init__(
        self,
        message: str,
        *,
        status: int,
        method: str,
        path: str,
        detail: str,
        is_own: bool = True,
    ) -> None:
        super().__init__(message)
        self.status = status
        self.method = method
        self.path = path
        self.detail = detail
        self.is_own = is_own


class AuthenticationError(APIError):
    """Sipgate does not accept the credential."""


class PermissionDeniedError(APIError):
    """The credential is valid, but a scope, role, feature or account type is missing."""


class NotFoundError(APIError):
    """The account has no such client."""


class RateLimitError(APIError):
    """Sipgate asks to slow down, even after several retries."""


def may_have_acted(error: SipgateError) -> bool:
    """Whether sipgate may have executed a request that failed with `error`.

    A 4xx is a refusal if sipgate itself has written it. Something in front of sipgate may write one, or a redirect,
    after sipgate has acted.
    """
    if isinstance(error, APIError):
        is_refusal = (
            error.is_own and 400 <= error.status < 500 and error.status not in _AFTER_ACTION  # noqa: PLR2004  RFC 9110, 15.5
        )
        return not is_refusal and error.status not in _WITHOUT_ACTION
    return isinstance(error, TransportError) and error.sent
