"""Which settings exist, what they are called, and where their values come from.

Per key, stack configuration (`sipgate:token`) comes before the environment (`SIPGATE_TOKEN`), and an empty value
counts as not set. The keys may come from both: a token id in the stack's file and the token from a CI secret is how
machines are set up. An account of its own has keys of its own: `eu` has `sipgate-eu:token` and `SIPGATE_EU_TOKEN`.

Of the ways to authenticate exactly one is used. If several are complete, the one with a key in the stack
configuration is meant, since that is nearer to the stack than the shell's environment. If that does not decide, the
user has to.

Plain Python, since programs need the names as well. What a value may be is in `settings`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from sipgate_provider.errors import ConfigurationError

__all__ = [
    "KEYS",
    "SECRET_KEYS",
    "RawSettings",
    "checked_account",
    "environment_variable",
    "namespace",
]

_METHODS: dict[str, tuple[str, ...]] = {
    "a personal access token": ("tokenId", "token"),
    "an access token": ("accessToken",),
    "user name and password": ("username", "password"),
    "a refresh token": ("refreshToken", "clientId"),
}
KEYS = (
    *(key for keys in _METHODS.values() for key in keys),
    *(
        "clientSecret",
        "baseUrl",
        "tokenUrl",
        "allowDuplicateClients",
        "trustEmptyAccount",
        "parallel",
    ),
)
"""Every key there is."""
SECRET_KEYS = frozenset({"token", "accessToken", "password", "refreshToken", "clientSecret"})
"""Those whose values no file should hold in clear."""
# A client's id and secret say through what one logs in, not that one does.
_NOT_ALONE = frozenset({"clientId", "clientSecret"})
_ACCOUNT = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")
# SIPGATE_ACCESS_TOKEN and SIPGATE_REFRESH_TOKEN would be two keys at once.
_AMBIGUOUS = frozenset({"access", "refresh"})


def checked_account(account: str) -> str:
    """The name of an account, if it can be one.

    Raises:
        ConfigurationError: It cannot; the text says what can.
    """
    if not _ACCOUNT.fullmatch(str(account)) or account in _AMBIGUOUS:
        raise ConfigurationError(
            f"{account!r} cannot be the name of an account; use lower case letters, digits and hyphens, "
            "as in 'eu', but neither 'access' nor 'refresh'."
        )
    return account


def namespace(account: str | None) -> str:
    """The namespace of the account's keys in the stack configuration."""
    return f"sipgate-{account}" if account else "sipgate"


def environment_variable(account: str | None, key: str) -> str:
    """The environment variable for a key such as `tokenId`."""
    words = ["SIPGATE", *(account.split("-") if account else ()), re.sub("([A-Z])", r"_\1", key)]
    return "_".join(words).upper()


@dataclass(frozen=True)
class RawSettings:
    """The values of one account's keys as they are set, and where.

    Attributes:
        values: Each key's value: the stack configuration's, or else the environment's.
        stack: The keys whose value is the stack configuration's.
        account: Which account's keys these are.
        environment: The environment's values, also where the stack configuration comes before them.
    """

    values: dict[str, str] = field(repr=False)
    stack: frozenset[str]
    account: str | None
    environment: dict[str, str] = field(default_factory=dict, repr=False)

    @classmethod
    def read(
        cls,
        configured: Callable[[str], object],
        environment: Mapping[str, str],
        account: str | None,
    ) -> RawSettings:
        """The values that are set for the account; `Settings.resolve` says what the arguments are."""
        prefix = namespace(account)
        stack = {
            key: str(value)
            for key in KEYS
            if (value := configured(f"{prefix}:{key}")) not in (None, "")
        }
        shell = {
            key: value
            for key in KEYS
            if (value := environment.get(environment_variable(account, key)))
        }
        return cls(shell | stack, frozenset(stack), account, shell)

    def names(self, key: str) -> str:
        """The names that a user knows the key by."""
        return f"{namespace(self.account)}:{key} ({environment_variable(self.account, key)})"

    def source(self, key: str) -> str:
        """The name under which the value is set."""
        if key in self.stack:
            return f"{namespace(self.account)}:{key}"
        return environment_variable(self.account, key)

    def method(self) -> tuple[str, ...] | None:
        """The keys of the one way to authenticate that is meant; None where none is set.

        Raises:
            ConfigurationError: One is incomplete, or several are meant.
        """
        complete = {
            what: keys for what, keys in _METHODS.items() if all(key in self.values for key in keys)
        }
        if len(complete) > 1:
            nearer = {
                what: keys
                for what, keys in complete.items()
                if any(key in self.stack for key in keys)
            }
            complete = nearer or complete
        if len(complete) > 1:
            raise ConfigurationError(
                f"More than one credential for sipgate is set: {' and '.join(complete)}. Keep one and remove "
                + ", or ".join(" and ".join(map(self.names, keys)) for keys in complete.values())
                + "."
            )
        for keys in complete.values():
            return keys
        for what, keys in _METHODS.items():
            present = [key for key in keys if key in self.values]
            if set(present) - _NOT_ALONE:
                missing = [key for key in keys if key not in self.values]
                raise ConfigurationError(
                    f"The credential for sipgate is incomplete: {what} needs "
                    f"{' and '.join(map(self.names, missing))} beside "
                    f"{' and '.join(map(self.names, present))}."
                )
        return None
