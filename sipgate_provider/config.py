"""Which settings exist, where they come from, and which credential they make.

Per key, stack configuration (`sipgate:token`) comes before the environment (`SIPGATE_TOKEN`), and an empty value
counts as not given. The keys may come from both: a token id in the stack's file and the token from a CI secret is
how machines are set up. An account of its own has keys of its own: `eu` has `sipgate-eu:token` and `SIPGATE_EU_TOKEN`.

Of the ways to authenticate exactly one is used. If several are complete, the one with a key in the stack
configuration is meant, since that is nearer to the stack than the shell's environment; if that does not decide,
the user has to. What `login` left counts where the settings name no way at all.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from sipgate_provider.accounts import namespace, variable
from sipgate_provider.credentials import (
    AccessToken,
    Credential,
    Password,
    PersonalAccessToken,
    RefreshToken,
)
from sipgate_provider.errors import ConfigurationError
from sipgate_provider.kept import file_for_token, kept_login
from sipgate_provider.rules import is_loopback

__all__ = ["TOKEN_CHARACTERS", "Settings", "login_settings"]

_KEYS = (
    "tokenId",
    "token",
    "accessToken",
    "username",
    "password",
    "refreshToken",
    "clientId",
    "clientSecret",
    "baseUrl",
    "tokenUrl",
    "allowEqualClients",
)
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
TOKEN_CHARACTERS = re.compile(r"[\x21-\x7e]+")
"""What a token is made of."""
_BASE_URL = "https://api.sipgate.com/v2"
_PASSWORD_GRANT_PATH = "/login/sipgate-apps/protocol/openid-connect/token"  # noqa: S105  a path, not a secret
_LOGIN_HOST = "https://login.sipgate.com"
_LOGIN_PATH = "/auth/realms/sipgate-apps/protocol/openid-connect/token"


@dataclass(frozen=True)
class Settings:
    """Where sipgate is, who we are there, and whether clients may equal each other.

    Attributes:
        base_url: The REST API's address, without a slash at its end.
        credential: Who we are.
        allow_equal_clients: Whether a client may be made that equals an existing one in every property.
        source: Where the credential came from, in words: `sipgate:token and SIPGATE_TOKEN_ID`.
    """

    base_url: str
    credential: Credential
    allow_equal_clients: bool = False
    source: str = ""

    @classmethod
    def resolve(
        cls,
        configured: Callable[[str], object],
        environment: Mapping[str, str],
        account: str | None = None,
    ) -> Settings:
        """The settings that stack configuration, environment and what `login` left make together.

        Args:
            configured: The stack configuration: a full key such as `sipgate:token` to its value or None.
            environment: The environment variables.
            account: Which account's keys are meant; None is the usual ones.

        Raises:
            ConfigurationError: A credential is missing, half given or ambiguous, or an address is unusable.
        """
        given = _Given.read(configured, environment, account)
        base_url = given.address("baseUrl", _BASE_URL).rstrip("/")
        given.check_characters()
        keys = given.method()
        if keys is None:
            kept = kept_login(account)
            if kept is None:
                raise _nothing(given)
            return cls(
                base_url,
                kept,
                given.flag("allowEqualClients"),
                f"the log-in kept in {kept.file}",
            )
        return cls(
            base_url,
            _credential(given, keys, base_url),
            given.flag("allowEqualClients"),
            " and ".join(given.origin(key) for key in keys),
        )


def login_settings(
    configured: Callable[[str], object], environment: Mapping[str, str], account: str | None = None
) -> tuple[str, str, str]:
    """The id and secret of the client to log in through, each "" where it is not set, and the token endpoint.

    Raises:
        ConfigurationError: An address is unusable.
    """
    given = _Given.read(configured, environment, account)
    token_url = _login_token_url(given, given.address("baseUrl", _BASE_URL).rstrip("/"))
    return given.values.get("clientId", ""), given.values.get("clientSecret", ""), token_url


def _login_token_url(given: _Given, base_url: str) -> str:
    origin = _LOGIN_HOST if base_url == _BASE_URL else _origin(base_url)
    return given.address("tokenUrl", f"{origin}{_LOGIN_PATH}")


def _credential(given: _Given, keys: tuple[str, ...], base_url: str) -> Credential:
    values = given.values
    match keys:
        case ("accessToken",):
            return AccessToken(values["accessToken"])
        case ("username", "password"):
            token_url = given.address("tokenUrl", f"{_origin(base_url)}{_PASSWORD_GRANT_PATH}")
            return Password(values["username"], values["password"], token_url)
        case ("refreshToken", "clientId"):
            token_url = _login_token_url(given, base_url)
            return RefreshToken(
                client_id=values["clientId"],
                client_secret=values.get("clientSecret", ""),
                refresh_token=values["refreshToken"],
                token_url=token_url,
                file=file_for_token(values["refreshToken"], values["clientId"], token_url),
            )
        case _:
            return PersonalAccessToken(values["tokenId"], values["token"])


@dataclass(frozen=True)
class _Given:
    """The values of one account's keys, and where they were found."""

    values: dict[str, str]
    stack: frozenset[str]
    account: str | None

    @classmethod
    def read(
        cls,
        configured: Callable[[str], object],
        environment: Mapping[str, str],
        account: str | None,
    ) -> _Given:
        prefix = namespace(account)
        stack = {
            key: str(value)
            for key in _KEYS
            if (value := configured(f"{prefix}:{key}")) not in (None, "")
        }
        shell = {key: value for key in _KEYS if (value := environment.get(variable(account, key)))}
        return cls(shell | stack, frozenset(stack), account)

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

    def flag(self, key: str) -> bool:
        """True or false as given; false by default."""
        value = self.values.get(key, "false").lower()
        if value not in {"true", "false"}:
            raise ConfigurationError(
                f"{self.spelled(key)} is neither true nor false; set it to one of them."
            )
        return value == "true"

    def address(self, key: str, default: str) -> str:
        """The address under `key`: https, or http on loopback, so that no credential travels in clear."""
        value = self.values.get(key, default)
        spelled = self.spelled(key)
        try:
            parts = urlsplit(value)
            host, _ = parts.hostname, parts.port
        except ValueError:
            raise ConfigurationError(
                f"{spelled} is not an address; write it as in {default}."
            ) from None
        if any(character.isspace() or not character.isprintable() for character in value):
            raise ConfigurationError(f"{spelled} holds white space; write it as in {default}.")
        if parts.username or parts.password or parts.query or parts.fragment:
            raise ConfigurationError(
                f"{spelled} holds a user name, query or fragment; keep only scheme, host and path."
            )
        if not host or parts.scheme not in {"http", "https"}:
            raise ConfigurationError(f"{spelled} is not a web address; write it as in {default}.")
        if any(not 0 < len(label) < 64 for label in host.rstrip(".").split(".")):  # noqa: PLR2004  RFC 1035, 2.3.4
            raise ConfigurationError(
                f"{spelled} names a host that cannot be; write it as in {default}."
            )
        if parts.scheme == "http" and not is_loopback(host):
            raise ConfigurationError(
                f"{spelled} uses http, which would send the credential in clear; use https."
            )
        return value


def _origin(address: str) -> str:
    parts = urlsplit(address)
    return f"{parts.scheme}://{parts.netloc}"


def _nothing(given: _Given) -> ConfigurationError:
    account = f" account {given.account!r}" if given.account else ""
    prefix = namespace(given.account)

    def names(*keys: str) -> str:
        return " and ".join(variable(given.account, key) for key in keys)

    return ConfigurationError(
        f"There is no credential for sipgate{account}. Give a personal access token "
        f"(`pulumi config set --plaintext {prefix}:tokenId token-XXXXXX` and "
        f"`pulumi config set --secret {prefix}:token`, or {names('tokenId', 'token')}), "
        f"an access token ({prefix}:accessToken or {names('accessToken')}), "
        f"user name and password ({prefix}:username and {prefix}:password, or {names('username', 'password')}), "
        f"a refresh token ({prefix}:refreshToken and {prefix}:clientId, or {names('refreshToken', 'clientId')}), "
        "or log in with `python -m sipgate_provider login`."
    )
