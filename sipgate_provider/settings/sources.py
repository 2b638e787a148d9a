"""The values that a user has given for one account's keys, where each was found, and whether it can be right.

Messages name a key as a user knows it, `sipgate:token (SIPGATE_TOKEN)`, and never show a value.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from sipgate_provider.auth.credentials import TOKEN_CHARACTERS
from sipgate_provider.errors import ConfigurationError
from sipgate_provider.http.addresses import problem_with_address
from sipgate_provider.settings.accounts import namespace, variable

__all__ = ["KEYS", "SECRET_KEYS", "Given"]

KEYS: dict[str, str] = {
    "tokenId": "The id of a personal access token.",
    "token": "The personal access token that belongs to `tokenId`.",
    "accessToken": "An OAuth access token, used as it is while it lives.",
    "username": "The user name of a person's log-in (password grant).",
    "password": "The password that belongs to `username`.",
    "refreshToken": "A refresh token of the client that `clientId` names.",
    "clientId": "The client that `refreshToken` was given to, or to log in through.",
    "clientSecret": "The secret of that client; left out for a public one.",
    "baseUrl": "Where the API is, if not at https://api.sipgate.com/v2. A credential from the environment is sent "
    "there only if the environment names the address, too.",
    "tokenUrl": "The token endpoint, if not sipgate's; the same holds for it as for `baseUrl`.",
    "allowEqualClients": "Whether a client may equal an existing one in every property; by default not.",
    "trustEmptyAccount": "Whether a client is gone if an account without clients does not know it, though nothing "
    "tells whose account it is; by default not.",
    "parallel": "How many clients the native plugin works on at once, 1 to 64; by default 10.",
}
"""Every key there is, and what it holds."""
SECRET_KEYS = frozenset({"token", "accessToken", "password", "refreshToken", "clientSecret"})
"""Those whose values no file should hold in clear."""
_METHODS: dict[str, tuple[str, ...]] = {
    "a personal access token": ("tokenId", "token"),
    "an access token": ("accessToken",),
    "user name and password": ("username", "password"),
    "a refresh token": ("refreshToken", "clientId"),
}
# What a person types may hold anything that is text; a token travels in a header as it is (RFC 6750, 2.1).
_TYPED = frozenset({"username", "password", "clientId", "clientSecret"})
_TOKENS = frozenset({"tokenId", "token", "accessToken", "refreshToken"})
# A client's id and secret say through what one logs in, not that one does.
_NOT_ALONE = frozenset({"clientId", "clientSecret"})
_TOKEN = re.compile(r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")


@dataclass(frozen=True)
class Given:
    """The values of one account's keys, and where they were found.

    Attributes:
        values: Each key's value: the stack configuration's, or else the environment's.
        stack: The keys whose value is the stack configuration's.
        account: Which account's keys these are.
        environment: What the environment names, also where the stack configuration comes before it.
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
    ) -> Given:
        """What is given for the account's keys; `Settings.resolve` says what the arguments are."""
        prefix = namespace(account)
        stack = {
            key: str(value)
            for key in KEYS
            if (value := configured(f"{prefix}:{key}")) not in (None, "")
        }
        shell = {key: value for key in KEYS if (value := environment.get(variable(account, key)))}
        return cls(shell | stack, frozenset(stack), account, shell)

    def spelled(self, key: str) -> str:
        """The names that a user knows the key by."""
        return f"{namespace(self.account)}:{key} ({variable(self.account, key)})"

    def origin(self, key: str) -> str:
        """The name under which the value was found."""
        if key in self.stack:
            return f"{namespace(self.account)}:{key}"
        return variable(self.account, key)

    def method(self) -> tuple[str, ...] | None:
        """The keys of the one way to authenticate that is meant; None where none is named.

        Raises:
            ConfigurationError: One is half given, or several are meant.
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
                + ", or ".join(" and ".join(map(self.spelled, keys)) for keys in complete.values())
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
                    f"{' and '.join(map(self.spelled, missing))} beside "
                    f"{' and '.join(map(self.spelled, present))}."
                )
        return None

    def check_characters(self) -> None:
        """Raises ConfigurationError where a value cannot be what it should be."""
        for key in _TYPED & self.values.keys():
            if any("\ud800" <= character <= "\udfff" for character in self.values[key]):
                raise ConfigurationError(f"{self.spelled(key)} is not UTF-8 text; set it again.")
        for key in _TOKENS & self.values.keys():
            if not TOKEN_CHARACTERS.fullmatch(self.values[key]):
                raise ConfigurationError(
                    f"{self.spelled(key)} holds white space or characters that no token has; "
                    "copy it again, without a line break at its end."
                )
        if _TOKEN.fullmatch(self.values.get("tokenId", "")):
            # The id is shown, and stands in clear in the stack's file.
            raise ConfigurationError(
                f"{self.spelled('tokenId')} holds what looks like the token itself; set it to the id, as in "
                "token-XXXXXX, and the token as a secret."
            )

    def flag(self, key: str) -> bool:
        """True or false as given; false by default."""
        value = self.values.get(key, "false").lower()
        if value not in {"true", "false"}:
            raise ConfigurationError(
                f"{self.spelled(key)} is neither true nor false; set it to one of them."
            )
        return value == "true"

    def number(self, key: str, default: int, most: int) -> int:
        """A whole number from 1 to `most`."""
        value = self.values.get(key, str(default))
        digits = value.lstrip("0")
        # Python refuses to read more than some thousand digits.
        possible = value.isascii() and value.isdigit() and len(digits) <= len(str(most))
        if not (possible and 1 <= int(digits or 0) <= most):
            raise ConfigurationError(
                f"{self.spelled(key)} is not a whole number from 1 to {most}; set it to one."
            )
        return int(digits)

    def address(self, key: str, default: str) -> str:
        """The address under `key`: https, or http on loopback, so that no credential travels in clear."""
        value = self.values.get(key, default)
        if problem := problem_with_address(value, default):
            raise ConfigurationError(f"{self.spelled(key)} {problem}.")
        return value
