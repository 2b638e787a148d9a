"""Which addresses a credential may be sent to.

A stack's file is part of a checkout, so the author of the checkout chose the addresses in it. The user's credentials in
the environment, and the log-in that `login` has stored, were not meant for that author. So:

- A credential from the environment is sent only to sipgate's own servers and to addresses that the environment names
  (`SIPGATE_BASE_URL`, `SIPGATE_TOKEN_URL`). An address from the stack configuration is allowed if the environment names
  the same one. There is no other switch, since a user who allows an address knows it.
- A credential counts as the environment's if any secret part of it comes from there. A token id from the stack's file
  does not make `SIPGATE_TOKEN` the stack's.
- A credential that comes entirely from the stack configuration is sent wherever the stack configuration says. Both have
  the same author, and the environment's credential is not involved.
- The stored log-in is sent only to the server that issued it, whoever names another one. sipgate's two hosts count as
  one server. If users run a log-in server and an API on two servers, the environment has to name the log-in server.
- `login` asks a person for a password, so it never opens a page at an address that only the stack configuration names.

Loopback is no exception, since any user of the machine may listen on its ports. The simulator works nevertheless: it
prints environment variables.

The engine configures the native provider. It does not say whether a value comes from the stack configuration, from a
program's `Provider`, or from another process that has found the plugin's port. All of them count as the stack's. A
program that names an address can pass the credential with it.

Servers are compared by scheme, host and port. An address that the environment has to name is compared as a whole.
Nothing is sent before these checks. They protect a credential from an address, not from a program: `pulumi up` runs the
checkout's program, which can read the environment itself.
"""

from __future__ import annotations

from urllib.parse import urlsplit

from sipgate_provider.auth.credentials import RefreshToken
from sipgate_provider.errors import ConfigurationError
from sipgate_provider.manual import UNTRUSTED_CHECKOUT
from sipgate_provider.settings.sources import SECRET_KEYS, RawSettings, environment_variable

__all__ = ["check_credential", "check_login", "check_stored_login"]

_USUAL_PORTS = {"http": 80, "https": 443}
_SIPGATE = frozenset(("https", host, 443) for host in ("api.sipgate.com", "login.sipgate.com"))
# The token endpoint exchanges these for access tokens, so they are sent to its address as well.
_GRANTS = frozenset({"password", "refreshToken"})


def check_credential(raw: RawSettings, keys: tuple[str, ...]) -> None:
    """Checks that the credential of `keys` may be sent to the configured addresses.

    Raises:
        ConfigurationError: A secret comes from the environment, and an address from the stack configuration alone.
    """
    has_grant = not _GRANTS.isdisjoint(keys)
    sent = SECRET_KEYS & {*keys, *(["clientSecret"] if "refreshToken" in keys else [])}
    for key in sorted((sent & raw.values.keys()) - raw.stack):
        _check_address(raw, "baseUrl", f"{raw.source(key)} is not sent")
        if has_grant:
            _check_address(raw, "tokenUrl", f"{raw.source(key)} is not sent")


def check_login(raw: RawSettings) -> None:
    """Checks that a person may log in at the configured token endpoint.

    Raises:
        ConfigurationError: Only the stack configuration names it.
    """
    _check_address(
        raw, "tokenUrl" if "tokenUrl" in raw.values else "baseUrl", "nobody is asked to log in"
    )


def check_stored_login(raw: RawSettings, base_url: str, login: RefreshToken) -> None:
    """Checks that the stored log-in may be used for the API at `base_url`.

    Raises:
        ConfigurationError: Another server issued it.
    """
    trusted_url = raw.environment.get("tokenUrl", "")
    if not _same_server(base_url, login.token_url) and not (
        _is_trusted(raw, "baseUrl") and _same_server(trusted_url, login.token_url)
    ):
        option = f" --account {raw.account}" if raw.account else ""
        raise ConfigurationError(
            f"The log-in stored in {login.file} came from {_host(login.token_url)}, so it is not sent to "
            f"{_host(base_url)}. Log in there with `sipgate-provider login{option}`, or see {UNTRUSTED_CHECKOUT}."
        )


def _check_address(raw: RawSettings, key: str, consequence: str) -> None:
    if not _is_trusted(raw, key):
        raise ConfigurationError(
            f"{raw.source(key)} names {_host(raw.values[key])}, where {consequence} unless the environment names "
            f"the same address. If you trust it, set {environment_variable(raw.account, key)} to it, too; "
            f"see {UNTRUSTED_CHECKOUT}."
        )


def _is_trusted(raw: RawSettings, key: str) -> bool:
    if key not in raw.stack:
        return True
    address = raw.values[key]
    trusted = raw.environment.get(key, "")
    return address.rstrip("/") == trusted.rstrip("/") or _server(address) in _SIPGATE


def _same_server(one: str, other: str) -> bool:
    servers = {_server(one), _server(other)}
    return None not in servers and (len(servers) == 1 or servers == _SIPGATE)


def _server(address: str) -> tuple[str, str, int | None] | None:
    """The origin of an address: scheme, host and port (RFC 6454, 4); None where it has none."""
    try:
        parts = urlsplit(address)
        port = parts.port
    except ValueError:
        return None
    if not parts.hostname:
        return None
    if port is None:
        port = _USUAL_PORTS.get(parts.scheme)
    return parts.scheme, parts.hostname.lower(), port


def _host(address: str) -> str:
    """The host and port for a message. Non-ASCII letters are escaped, since they may look like others."""
    try:
        return ascii(urlsplit(address).netloc).strip("'")
    except ValueError:
        return "an unusable address"
