"""Which settings exist, what they are called, and where their values come from.

For each key, the stack configuration (`sipgate:token`) takes precedence over the environment (`SIPGATE_TOKEN`). An
empty value counts as not set. A credential may come from both: in CI, typically the token id from the stack's file and
the token from a secret. A named account has keys of its own: `eu` has `sipgate-eu:token` and `SIPGATE_EU_TOKEN`.

Exactly one way to authenticate is used. If several are complete, those with a key in the stack configuration take
precedence, since it is closer to the stack than the shell's environment. If several are left, the user has to decide.

This module is plain Python, since programs need the names as well. `values` says which values are valid.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from sipgate_provider.errors import ConfigurationError

__all__ = [
    "ADDRESSES",
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
    *("clientSecret", "trustEmptyAccount", "parallel"),
)
"""All keys but `ADDRESSES`."""
ADDRESSES = ("baseUrl", "tokenUrl")
"""The keys that only the environment may set; see `endpoints`."""
SECRET_KEYS = frozenset({"token", "accessToken", "password", "refreshToken", "clientSecret"})
"""The keys whose values no file should contain unencrypted."""
# These alone are no credential: they only name the client to log in through.
_NOT_ALONE = frozenset({"clientId", "clientSecret"})
_ACCOUNT = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")
# SIPGATE_ACCESS_TOKEN and SIPGATE_REFRESH_TOKEN would each have two meanings.
_AMBIGUOUS = frozenset({"access", "refresh"})


def checked_account(account: str) -> str:
    """Returns the name of an account if it is valid.

    Raises:
        ConfigurationError: It is not.
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
    parts = ["SIPGATE", *(account.split("-") if account else ()), re.sub("([A-Z])", r"_\1", key)]
    return "_".join(parts).upper()


@dataclass(frozen=True)
class RawSettings:
    """The values of one account's keys before validation, and where they are set.

    Attributes:
        values: The value of each key, from the stack configuration or else from the environment.
        stack: The keys that the stack configuration sets.
        account: The name of the account; None for the usual keys.
    """

    values: dict[str, str] = field(repr=False)
    stack: frozenset[str]
    account: str | None

    @classmethod
    def read(
        cls,
        configured: Callable[[str], object],
        environment: Mapping[str, str],
        account: str | None,
    ) -> RawSettings:
        """Reads the values of the account's keys; `Settings.resolve` describes the arguments."""
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
        return cls(shell | stack, frozenset(stack), account)

    def names(self, key: str) -> str:
        """The key's names in the stack configuration and in the environment."""
        return f"{namespace(self.account)}:{key} ({environment_variable(self.account, key)})"

    def source(self, key: str) -> str:
        """The name under which the value in use is set."""
        if key in self.stack:
            return f"{namespace(self.account)}:{key}"
        return environment_variable(self.account, key)

    def method(self) -> tuple[str, ...] | None:
        """The keys of the one way to authenticate; None where none is set.

        Raises:
            ConfigurationError: One is incomplete, or several are possible.
        """
        complete = {
            name: keys for name, keys in _METHODS.items() if all(key in self.values for key in keys)
        }
        if len(complete) > 1:
            preferred = {
                name: keys
                for name, keys in complete.items()
                if any(key in self.stack for key in keys)
            }
            complete = preferred or complete
        if len(complete) > 1:
            raise ConfigurationError(
                f"More than one credential for sipgate is set: {' and '.join(complete)}. Keep one and remove "
                + ", or ".join(" and ".join(map(self.names, keys)) for keys in complete.values())
                + "."
            )
        for keys in complete.values():
            return keys
        for name, keys in _METHODS.items():
            present = [key for key in keys if key in self.values]
            if set(present) - _NOT_ALONE:
                missing = [key for key in keys if key not in self.values]
                raise ConfigurationError(
                    f"The credential for sipgate is incomplete: {name} needs "
                    f"{' and '.join(map(self.names, missing))} beside "
                    f"{' and '.join(map(self.names, present))}."
                )
        return None
