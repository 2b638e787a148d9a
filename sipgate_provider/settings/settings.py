"""Which settings exist, where they come from, and which credential they make.

Per key, stack configuration (`sipgate:token`) comes before the environment (`SIPGATE_TOKEN`), and an empty value
counts as not given. The keys may come from both: a token id in the stack's file and the token from a CI secret is
how machines are set up. An account of its own has keys of its own: `eu` has `sipgate-eu:token` and `SIPGATE_EU_TOKEN`.

Of the ways to authenticate exactly one is used. If several are complete, the one with a key in the stack
configuration is meant, since that is nearer to the stack than the shell's environment; if that does not decide,
the user has to. What `login` left counts where the settings name no way at all.

Where a credential may be sent is decided in `trust`: an address out of the stack configuration gets none of the
environment's.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from sipgate_provider.auth.credentials import (
    AccessToken,
    Credential,
    Password,
    PersonalAccessToken,
    RefreshToken,
)
from sipgate_provider.errors import ConfigurationError
from sipgate_provider.http import MOST_CONNECTIONS
from sipgate_provider.settings.accounts import namespace, variable
from sipgate_provider.settings.sources import Given
from sipgate_provider.settings.trust import check_credential, check_login, check_stored_login

__all__ = ["Settings", "calls_at_once", "login_settings"]

# sipgate documents no rate that it bears; Terraform has found ten to suit most services.
_CALLS_AT_ONCE = 10
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
        trust_empty_account: Whether a client is gone if an account without clients does not know it, though nothing
            tells that it is the client's account.
        source: Where the credential came from, in words: `sipgate:token and SIPGATE_TOKEN_ID`.
        stored_credential: Whether any of it came from the stack configuration, of which the engine keeps a copy.
    """

    base_url: str
    credential: Credential
    allow_equal_clients: bool = False
    trust_empty_account: bool = False
    source: str = ""
    stored_credential: bool = False

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
            ConfigurationError: A credential is missing, half given or ambiguous, or an address is unusable or not one
                that the credential may be sent to.
        """
        given = Given.read(configured, environment, account)
        base_url = given.address("baseUrl", _BASE_URL).rstrip("/")
        given.check_characters()
        keys = given.method()
        allow_equal_clients = given.flag("allowEqualClients")
        trust_empty_account = given.flag("trustEmptyAccount")
        if keys is None:
            from sipgate_provider.auth.token_store import kept_login

            kept = kept_login(account)
            if kept is None:
                raise _nothing(given)
            check_stored_login(given, base_url, kept)
            return cls(
                base_url,
                kept,
                allow_equal_clients,
                trust_empty_account,
                f"the log-in kept in {kept.file}",
            )
        credential = _credential(given, keys, base_url)
        check_credential(given, keys)
        return cls(
            base_url,
            credential,
            allow_equal_clients,
            trust_empty_account,
            " and ".join(given.origin(key) for key in keys),
            any(key in given.stack for key in keys),
        )


def calls_at_once(
    configured: Callable[[str], object], environment: Mapping[str, str], account: str | None = None
) -> int:
    """How many clients a host may work on at once, where the engine leaves that to it.

    Raises:
        ConfigurationError: It is no number, or not one that is allowed.
    """
    return Given.read(configured, environment, account).number(
        "parallel", _CALLS_AT_ONCE, MOST_CONNECTIONS
    )


def login_settings(
    configured: Callable[[str], object], environment: Mapping[str, str], account: str | None = None
) -> tuple[str, str, str]:
    """The id and secret of the client to log in through, each "" where it is not set, and the token endpoint.

    Raises:
        ConfigurationError: An address is unusable, or only the stack configuration names it.
    """
    given = Given.read(configured, environment, account)
    token_url = _login_token_url(given, given.address("baseUrl", _BASE_URL).rstrip("/"))
    check_login(given)
    return given.values.get("clientId", ""), given.values.get("clientSecret", ""), token_url


def _login_token_url(given: Given, base_url: str) -> str:
    origin = _LOGIN_HOST if base_url == _BASE_URL else _origin(base_url)
    return given.address("tokenUrl", f"{origin}{_LOGIN_PATH}")


def _credential(given: Given, keys: tuple[str, ...], base_url: str) -> Credential:
    values = given.values
    match keys:
        case ("accessToken",):
            return AccessToken(values["accessToken"])
        case ("username", "password"):
            token_url = given.address("tokenUrl", f"{_origin(base_url)}{_PASSWORD_GRANT_PATH}")
            return Password(values["username"], values["password"], token_url)
        case ("refreshToken", "clientId"):
            from sipgate_provider.auth.token_store import file_for_token

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


def _origin(address: str) -> str:
    parts = urlsplit(address)
    return f"{parts.scheme}://{parts.netloc}"


def _nothing(given: Given) -> ConfigurationError:
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
        "or log in with `sipgate-provider login`."
    )
