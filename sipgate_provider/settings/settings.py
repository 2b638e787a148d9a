"""Resolves the settings: which API, which credential, and which clients may be given up.

The log-in that `login` has stored is used where the settings contain no way to authenticate.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from sipgate_provider.auth.credentials import (
    AccessToken,
    Credential,
    Password,
    PersonalAccessToken,
    RefreshToken,
)
from sipgate_provider.errors import StackConfigurationError
from sipgate_provider.setting_names import USUAL_NAMES, SettingNames
from sipgate_provider.settings.endpoints import Endpoints
from sipgate_provider.settings.sources import RawSettings
from sipgate_provider.settings.values import Values

__all__ = ["LAST_RUN", "Settings", "login_settings"]

LAST_RUN = (
    "`pulumi refresh` and `pulumi destroy` use the settings of the last `pulumi up`: if you have changed them since, "
    "run `pulumi up` first or add `--run-program`."
)
"""What to try if a setting of the stack is missing or refused."""


@dataclass(frozen=True)
class Settings:
    """The resolved settings of an account.

    Attributes:
        base_url: The address of the REST API, without a slash at its end.
        credential: The credential for requests.
        trust_empty_account: Whether a client is gone if an account without clients does not know it, though nothing
            shows that it is the client's account.
        source: Where the credential came from, for messages: `sipgate:token and SIPGATE_TOKEN_ID`.
        stored_credential: Whether any of it came from the stack configuration, of which the engine keeps a copy.
        names: What the account's settings are called.
    """

    base_url: str
    credential: Credential
    trust_empty_account: bool = False
    source: str = ""
    stored_credential: bool = False
    names: SettingNames = USUAL_NAMES

    @classmethod
    def resolve(
        cls,
        configured: Callable[[str], object],
        environment: Mapping[str, str],
        account: str | None = None,
        provider: str | None = None,
    ) -> Settings:
        """Resolves the settings from the stack configuration, the environment and the stored log-in.

        Args:
            configured: Looks up a full key such as `sipgate:token` in the stack configuration; returns None without it.
            environment: The environment variables.
            account: The account whose keys to read; None for the usual ones.
            provider: The name of the provider resource whose arguments `configured` looks up; None for the stack's
                configuration.

        Raises:
            ConfigurationError: A credential is missing, incomplete or ambiguous, a value is invalid, the stack
                configuration names an address, or the stored log-in came from another server.
        """
        names = SettingNames(account, provider)
        endpoints = Endpoints.read(configured, environment, names)
        raw = RawSettings.read(configured, environment, names)
        values = Values.of(raw)
        keys = raw.method()
        if keys is None:
            from sipgate_provider.auth.token_store import stored_login

            login = stored_login(account)
            if login is None:
                raise _no_credential(raw)
            endpoints.check_issuer(login, names)
            credential: Credential = login
            source = f"the log-in stored in {login.file}"
        else:
            credential = _credential(values, keys, endpoints, names)
            source = " and ".join(map(raw.source, keys))
        return cls(
            endpoints.base_url,
            credential,
            values.trust_empty_account,
            source,
            stored_credential=not raw.stack.isdisjoint(keys or ()),
            names=names,
        )


def login_settings(
    configured: Callable[[str], object], environment: Mapping[str, str], account: str | None = None
) -> tuple[str, str, str]:
    """The id and secret of the client to log in through, each "" where it is not set, and the token endpoint.

    Raises:
        ConfigurationError: A value is invalid, or the stack configuration names an address.
    """
    names = SettingNames(account)
    endpoints = Endpoints.read(configured, environment, names)
    values = Values.of(RawSettings.read(configured, environment, names))
    return values.client_id, values.client_secret.get_secret_value(), endpoints.login_url


def _credential(
    values: Values, keys: tuple[str, ...], endpoints: Endpoints, names: SettingNames
) -> Credential:
    match keys:
        case ("accessToken",):
            return AccessToken(values.access_token.get_secret_value())
        case ("username", "password"):
            return Password(
                values.username, values.password.get_secret_value(), endpoints.password_url, names
            )
        case ("refreshToken", "clientId"):
            from sipgate_provider.auth.token_store import token_path

            refresh_token = values.refresh_token.get_secret_value()
            token_url = endpoints.login_url
            return RefreshToken(
                client_id=values.client_id,
                client_secret=values.client_secret.get_secret_value(),
                refresh_token=refresh_token,
                token_url=token_url,
                file=token_path(refresh_token, values.client_id, token_url),
                names=names,
            )
        case _:
            return PersonalAccessToken(values.token_id, values.token.get_secret_value())


def _no_credential(raw: RawSettings) -> StackConfigurationError:
    names = raw.names
    account = f" account {names.account!r}" if names.account else ""
    variables = " and ".join(map(names.variable, ("tokenId", "token")))
    by_key = (
        f"`pulumi config set --plaintext {names.key('tokenId')} token-XXXXXX` and "
        f"`pulumi config set --secret {names.key('token')}`"
        if names.provider is None
        else f"the arguments tokenId and token of the provider resource {names.provider!r}"
    )
    return StackConfigurationError(
        " ".join(
            (
                f"There is no credential for sipgate{account}.",
                *raw.without_effect,
                f"Set a personal access token ({by_key}, or {variables}), or log in with {names.login}.",
            )
        )
    )
