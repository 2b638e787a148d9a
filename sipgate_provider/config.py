"""Which settings exist, where they come from, and which credential they make.

Per key, stack configuration (`sipgate:token`) comes before the environment (`SIPGATE_TOKEN`), and an empty value
counts as not given. The keys may come from both: a token id in the stack's file and the token from a CI secret is
how machines are set up.

Of the ways to authenticate exactly one is used. If several are complete, the one with a key in the stack
configuration is meant, since that is nearer to the stack than the shell's environment; if that does not decide,
the user has to.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from sipgate_provider.errors import ConfigurationError
from sipgate_provider.rules import is_loopback

__all__ = [
    "TOKEN_CHARACTERS",
    "AccessToken",
    "Credential",
    "Password",
    "PersonalAccessToken",
    "Settings",
]

_VARIABLES = {
    "tokenId": "SIPGATE_TOKEN_ID",
    "token": "SIPGATE_TOKEN",
    "accessToken": "SIPGATE_ACCESS_TOKEN",
    "username": "SIPGATE_USERNAME",
    "password": "SIPGATE_PASSWORD",
    "baseUrl": "SIPGATE_BASE_URL",
    "tokenUrl": "SIPGATE_TOKEN_URL",
    "allowEqualClients": "SIPGATE_ALLOW_EQUAL_CLIENTS",
}
# What a person types may hold anything that is text; a token travels in a header as it is (RFC 6750, 2.1).
_TYPED = frozenset({"username", "password"})
_TOKENS = frozenset({"tokenId", "token", "accessToken"})
TOKEN_CHARACTERS = re.compile(r"[\x21-\x7e]+")
"""What a token is made of."""
_BASE_URL = "https://api.sipgate.com/v2"
_TOKEN_PATH = "/login/sipgate-apps/protocol/openid-connect/token"  # noqa: S105  a path, not a secret


@dataclass(frozen=True)
class PersonalAccessToken:
    """Sipgate's way for machines: HTTP Basic with a token id and a token."""

    token_id: str
    token: str = field(repr=False)


@dataclass(frozen=True)
class AccessToken:
    """A bearer token from elsewhere, used as it is while it lives."""

    access_token: str = field(repr=False)


@dataclass(frozen=True)
class Password:
    """A person's user name and password, exchanged for access tokens at `token_url` (RFC 6749, 4.3)."""

    username: str
    password: str = field(repr=False)
    token_url: str


Credential = PersonalAccessToken | AccessToken | Password

_METHODS: dict[str, tuple[str, ...]] = {
    "a personal access token": ("tokenId", "token"),
    "an access token": ("accessToken",),
    "user name and password": ("username", "password"),
}


@dataclass(frozen=True)
class Settings:
    """Where sipgate is, who we are there, and whether clients may equal each other."""

    base_url: str
    credential: Credential
    allow_equal_clients: bool = False

    @classmethod
    def resolve(
        cls, configured: Callable[[str], object], environment: Mapping[str, str]
    ) -> Settings:
        """The settings that stack configuration and environment make together.

        Args:
            configured: The stack configuration: a full key such as `sipgate:token` to its value or None.
            environment: The environment variables.

        Raises:
            ConfigurationError: A credential is missing, half given or ambiguous, or an address is unusable.
        """
        stack = {
            key: str(value)
            for key in _VARIABLES
            if (value := configured(f"sipgate:{key}")) not in (None, "")
        }
        shell = {
            key: value
            for key, variable in _VARIABLES.items()
            if (value := environment.get(variable))
        }
        given = shell | stack
        base_url = _address(given, "baseUrl", _BASE_URL).rstrip("/")
        parts = urlsplit(base_url)
        token_url = _address(given, "tokenUrl", f"{parts.scheme}://{parts.netloc}{_TOKEN_PATH}")
        for key in _TYPED & given.keys():
            if any("\ud800" <= character <= "\udfff" for character in given[key]):
                raise ConfigurationError(f"{_spelled(key)} is not UTF-8 text; set it again.")
        for key in _TOKENS & given.keys():
            if not TOKEN_CHARACTERS.fullmatch(given[key]):
                raise ConfigurationError(
                    f"{_spelled(key)} holds white space or characters that no token has; "
                    "copy it again, without a line break at its end."
                )
        match _method(given, stack):
            case ("accessToken",):
                credential: Credential = AccessToken(given["accessToken"])
            case ("username", "password"):
                credential = Password(given["username"], given["password"], token_url)
            case _:
                credential = PersonalAccessToken(given["tokenId"], given["token"])
        return cls(base_url, credential, _flag(given, "allowEqualClients"))


def _method(given: Mapping[str, str], stack: Mapping[str, str]) -> tuple[str, ...]:
    """The keys of the one way to authenticate that is meant."""
    complete = {what: keys for what, keys in _METHODS.items() if all(key in given for key in keys)}
    if len(complete) > 1:
        nearer = {
            what: keys for what, keys in complete.items() if any(key in stack for key in keys)
        }
        complete = nearer or complete
    if len(complete) > 1:
        raise ConfigurationError(
            f"More than one credential for sipgate is set: {' and '.join(complete)}. Keep one and remove "
            + ", or ".join(" and ".join(map(_spelled, keys)) for keys in complete.values())
            + "."
        )
    for keys in complete.values():
        return keys
    for what, keys in _METHODS.items():
        missing = [key for key in keys if key not in given]
        if len(missing) < len(keys):
            present = " and ".join(_spelled(key) for key in keys if key in given)
            raise ConfigurationError(
                f"The credential for sipgate is incomplete: {what} needs "
                f"{' and '.join(map(_spelled, missing))} beside {present}."
            )
    raise ConfigurationError(
        "There is no credential for sipgate. Give a personal access token "
        "(`pulumi config set sipgate:tokenId token-XXXXXX` and `pulumi config set --secret sipgate:token`, "
        "or SIPGATE_TOKEN_ID and SIPGATE_TOKEN), an access token (sipgate:accessToken or SIPGATE_ACCESS_TOKEN), "
        "or user name and password (sipgate:username and sipgate:password, or SIPGATE_USERNAME and "
        "SIPGATE_PASSWORD)."
    )


def _spelled(key: str) -> str:
    return f"sipgate:{key} ({_VARIABLES[key]})"


def _flag(given: Mapping[str, str], key: str) -> bool:
    value = given.get(key, "false").lower()
    if value not in {"true", "false"}:
        raise ConfigurationError(
            f"{_spelled(key)} is neither true nor false; set it to one of them."
        )
    return value == "true"


def _address(given: Mapping[str, str], key: str, default: str) -> str:
    """The address under `key`: https, or http on loopback, so that no credential travels in clear."""
    value = given.get(key, default)
    try:
        parts = urlsplit(value)
        host, _ = parts.hostname, parts.port
    except ValueError:
        raise ConfigurationError(
            f"{_spelled(key)} is not an address; write it as in {default}."
        ) from None
    if any(character.isspace() or not character.isprintable() for character in value):
        raise ConfigurationError(f"{_spelled(key)} holds white space; write it as in {default}.")
    if parts.username or parts.password or parts.query or parts.fragment:
        raise ConfigurationError(
            f"{_spelled(key)} holds a user name, query or fragment; keep only scheme, host and path."
        )
    if not host or parts.scheme not in {"http", "https"}:
        raise ConfigurationError(f"{_spelled(key)} is not a web address; write it as in {default}.")
    if parts.scheme == "http" and not is_loopback(host):
        raise ConfigurationError(
            f"{_spelled(key)} uses http, which would send the credential in clear; use https."
        )
    return value
