"""Where requests go: to sipgate, or to the addresses that the environment names.

A stack's file and a program belong to a checkout, whose author may be a stranger to the user's credentials. So neither
of them can name an address, and one that is set there is an error, even if it is the right one. The engine does not
tell a provider whether a setting comes from the stack's file, from a program, or from another process that has found
the plugin's port, so all three count alike. Loopback is no exception, since any user of the machine may listen there.

This protects a credential from an address, not from a program: `pulumi up` runs the checkout's program, which can read
the environment itself.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from sipgate_provider.auth.credentials import RefreshToken
from sipgate_provider.errors import ConfigurationError, StackConfigurationError
from sipgate_provider.http.addresses import Origin, problem_with_address
from sipgate_provider.setting_names import SettingNames, namespace
from sipgate_provider.settings.sources import ADDRESSES

__all__ = ["Endpoints"]

_API = Origin("https", "api.sipgate.com", "")
_LOGIN = Origin("https", "login.sipgate.com", "")
_BASE_URL = f"{_API}/v2"
_LOGIN_PATH = "/auth/realms/sipgate-apps/protocol/openid-connect/token"
_PASSWORD_PATH = "/login/sipgate-apps/protocol/openid-connect/token"  # noqa: S105  a path, not a secret
_EXAMPLES = {"baseUrl": _BASE_URL, "tokenUrl": f"{_LOGIN}{_LOGIN_PATH}"}


@dataclass(frozen=True)
class Endpoints:
    """The addresses of an account's API and of its token endpoints.

    Attributes:
        base_url: The address of the REST API, without a slash at its end.
        token_url: The token endpoint that the environment names; empty if it names none.
    """

    base_url: str
    token_url: str

    @classmethod
    def read(
        cls,
        configured: Callable[[str], object],
        environment: Mapping[str, str],
        names: SettingNames,
    ) -> Endpoints:
        """Reads the addresses; `Settings.resolve` describes the arguments.

        Raises:
            ConfigurationError: The stack configuration names an address, or the environment an unusable one.
        """
        named = {}
        for key in ADDRESSES:
            variable = names.variable(key)
            if configured(f"{namespace(names.account)}:{key}") not in (None, ""):
                raise StackConfigurationError(
                    f"{names.key(key)} is set, but only the environment can say where requests go. Remove it, and set "
                    f"{variable} instead if they should go elsewhere than to sipgate."
                )
            named[key] = environment.get(variable, "")
            if named[key] and (problem := problem_with_address(named[key], _EXAMPLES[key])):
                raise ConfigurationError(f"{variable} {problem}.")
        return cls((named["baseUrl"] or _BASE_URL).rstrip("/"), named["tokenUrl"])

    @property
    def login_url(self) -> str:
        """The token endpoint of the server where people log in."""
        server = _server(self.base_url)
        return self.token_url or f"{_LOGIN if server == _API else server}{_LOGIN_PATH}"

    @property
    def password_url(self) -> str:
        """The token endpoint that takes a person's user name and password."""
        return self.token_url or f"{Origin.of(self.base_url)}{_PASSWORD_PATH}"

    def check_issuer(self, login: RefreshToken, names: SettingNames) -> None:
        """Checks that the account's stored log-in came from the API's server or the environment's token endpoint.

        Raises:
            ConfigurationError: Another server issued it.
        """
        named = {_server(address) for address in (self.base_url, self.token_url) if address}
        if _server(login.token_url) not in named:
            raise ConfigurationError(
                f"The log-in stored in {login.file} came from {Origin.of(login.token_url)}, so it is not sent to "
                f"{Origin.of(self.base_url)}. Log in there with {names.login}; if you log in at "
                f"another server than the API's, set {names.variable('tokenUrl')} to its token "
                "endpoint."
            )


def _server(address: str) -> Origin | None:
    """The origin of the address; sipgate's two hosts count as one server."""
    origin = Origin.of(address)
    return _API if origin == _LOGIN else origin
