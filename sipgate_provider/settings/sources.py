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

from sipgate_provider.errors import ConfigurationError, StackConfigurationError
from sipgate_provider.setting_names import SettingNames, namespace

__all__ = [
    "ADDRESSES",
    "KEYS",
    "SECRET_KEYS",
    "RawSettings",
    "checked_account",
    "is_empty",
    "is_unknown",
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


def is_empty(name: str) -> str:
    """The sentence that the key of this name has no value."""
    return f"{name} is empty, which counts as not set."


def is_unknown(name: str, meant: str | None) -> str:
    """The sentence that no setting has this name, and which key may be meant."""
    return f"{name} is no key of this provider" + (f"; {meant} may be meant." if meant else ".")


def _misspelt(key: str) -> list[str]:
    """Other spellings of the key that people use. A provider can look keys up, but not list them."""
    words = re.sub("([A-Z])", r"_\1", key).lower()
    spellings = {
        *(key.lower(), key.upper(), key[0].upper() + key[1:], key.replace("Id", "ID")),
        *(words, words.upper(), words.replace("_", "-")),
    }
    return sorted(spellings - {key})


@dataclass(frozen=True)
class RawSettings:
    """The values of one account's keys before validation, and where they are set.

    Attributes:
        values: The value of each key, from the stack configuration or else from the environment.
        stack: The keys that the stack configuration sets.
        names: What the keys are called.
        without_effect: Sentences about keys of the stack configuration that are empty or misspelt.
    """

    values: dict[str, str] = field(repr=False)
    stack: frozenset[str]
    names: SettingNames
    without_effect: tuple[str, ...] = ()

    @classmethod
    def read(
        cls,
        configured: Callable[[str], object],
        environment: Mapping[str, str],
        names: SettingNames,
    ) -> RawSettings:
        """Reads the values of the keys that have these names; `Settings.resolve` describes the other arguments."""
        prefix = namespace(names.account)
        found = {key: configured(f"{prefix}:{key}") for key in KEYS}
        stack = {key: str(value) for key, value in found.items() if value not in (None, "")}
        shell = {key: value for key in KEYS if (value := environment.get(names.variable(key)))}
        without_effect = (
            *(is_empty(names.key(key)) for key in KEYS if found[key] == "" and key not in shell),
            *(
                is_unknown(f"{prefix}:{spelling}", f"{prefix}:{key}")
                for key in KEYS
                for spelling in _misspelt(key)
                if configured(f"{prefix}:{spelling}") is not None
            ),
        )
        return cls(shell | stack, frozenset(stack), names, without_effect)

    def source(self, key: str) -> str:
        """The name under which the value in use is set."""
        return self.names.key(key) if key in self.stack else self.names.variable(key)

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
            raise StackConfigurationError(
                f"More than one credential for sipgate is set: {' and '.join(complete)}. Keep one and remove "
                + ", or ".join(
                    " and ".join(map(self.names.both, keys)) for keys in complete.values()
                )
                + "."
            )
        for keys in complete.values():
            return keys
        for name, keys in _METHODS.items():
            present = [key for key in keys if key in self.values]
            if set(present) - _NOT_ALONE:
                missing = [key for key in keys if key not in self.values]
                incomplete = (
                    f"The credential for sipgate is incomplete: {name} needs "
                    f"{' and '.join(map(self.names.both, missing))} beside "
                    f"{' and '.join(map(self.names.both, present))}."
                )
                raise StackConfigurationError(" ".join((incomplete, *self.without_effect)))
        return None
