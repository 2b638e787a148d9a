"""Which addresses a credential may be sent to.

A stack's file comes with a checkout, so whoever wrote the checkout chose the addresses in it. What a user has in the
environment, or got by `login`, was not meant for them. So:

- A credential from the environment goes to sipgate's own servers and to the addresses that the environment names
  (`SIPGATE_BASE_URL`, `SIPGATE_TOKEN_URL`). An address from the stack configuration counts if the environment names
  the same one: there is no other switch, since who wants to allow an address knows it.
- A credential is the environment's as soon as one secret part of it is. A token id out of the stack's file does not
  make `SIPGATE_TOKEN` the stack's.
- A credential that the stack configuration gives whole goes wherever the stack configuration says. The two come from
  one place, and the environment's credential is not in it.
- The log-in that `login` left goes to the server that it came from, whoever names another one. sipgate's two hosts
  are one server. Where log-in and API have two of the user's own, the environment has to name the log-in's.
- `login` itself asks a person for a password, and so opens no page at an address that the stack configuration alone
  names.

Loopback is no exception: any user of the machine may listen on one of its ports. The simulator prints variables, and
those are the environment's.

A native provider is configured by the engine, which does not say whether a value is from the stack configuration,
from a program's `Provider`, or from another process that has found the plugin's port. All count as the stack's. A
program that names an address can give the credential beside it.

An address counts by scheme, host and port where a server is meant, and whole where the environment has to name it.
Nothing is sent before these checks. They keep a credential from an address, not from a program: `pulumi up` runs
the checkout's program, which can read the environment itself.
"""

from __future__ import annotations

from urllib.parse import urlsplit

from sipgate_provider.auth.credentials import RefreshToken
from sipgate_provider.errors import ConfigurationError
from sipgate_provider.manual import UNTRUSTED_CHECKOUT
from sipgate_provider.settings.sources import SECRET_KEYS, RawSettings, environment_variable

__all__ = ["check_credential", "check_login", "check_stored_login"]

_SIPGATE = frozenset(("https", host, 443) for host in ("api.sipgate.com", "login.sipgate.com"))
# Those that are exchanged for access tokens, at another address than the API's.
_GRANTS = frozenset({"password", "refreshToken"})


def check_credential(raw: RawSettings, keys: tuple[str, ...]) -> None:
    """The credential that `keys` make may be sent to the settings' addresses.

    Raises:
        ConfigurationError: A secret of it is the environment's, and an address the stack configuration's alone.
    """
    has_grant = not _GRANTS.isdisjoint(keys)
    sent = SECRET_KEYS & {*keys, *(["clientSecret"] if "refreshToken" in keys else [])}
    for key in sorted((sent & raw.values.keys()) - raw.stack):
        _check_address(raw, "baseUrl", f"{raw.source(key)} is not sent")
        if has_grant:
            _check_address(raw, "tokenUrl", f"{raw.source(key)} is not sent")


def check_login(raw: RawSettings) -> None:
    """A person may log in at the settings' token endpoint.

    Raises:
        ConfigurationError: Only the stack configuration names it.
    """
    _check_address(
        raw, "tokenUrl" if "tokenUrl" in raw.values else "baseUrl", "nobody is asked to log in"
    )


def check_stored_login(raw: RawSettings, base_url: str, login: RefreshToken) -> None:
    """What `login` left may be used for the API at `base_url`.

    Raises:
        ConfigurationError: It came from another server.
    """
    named = raw.environment.get("tokenUrl", "")
    if not _same_server(base_url, login.token_url) and not (
        _is_trusted(raw, "baseUrl") and _same_server(named, login.token_url)
    ):
        option = f" --account {raw.account}" if raw.account else ""
        raise ConfigurationError(
            f"The log-in stored in {login.file} came from {_host(login.token_url)}, so it is not sent to "
            f"{_host(base_url)}. Log in there with `sipgate-provider login{option}`, or see {UNTRUSTED_CHECKOUT}."
        )


def _check_address(raw: RawSettings, key: str, what: str) -> None:
    if not _is_trusted(raw, key):
        raise ConfigurationError(
            f"{raw.source(key)} names {_host(raw.values[key])}, where {what} unless the environment names "
            f"the same address. If you trust it, set {environment_variable(raw.account, key)} to it, too; "
            f"see {UNTRUSTED_CHECKOUT}."
        )


def _is_trusted(raw: RawSettings, key: str) -> bool:
    if key not in raw.stack:
        return True
    address = raw.values[key]
    named = raw.environment.get(key, "")
    return address.rstrip("/") == named.rstrip("/") or _server(address) in _SIPGATE


def _same_server(one: str, other: str) -> bool:
    servers = {_server(one), _server(other)}
    return None not in servers and (len(servers) == 1 or servers == _SIPGATE)


def _server(address: str) -> tuple[str, str, int | None] | None:
    """Scheme, host and port, the web's origin (RFC 6454, 4); None where there is none."""
    try:
        parts = urlsplit(address)
        port = parts.port
    except ValueError:
        return None
    if not parts.hostname:
        return None
    if port is None:
        port = {"http": 80, "https": 443}.get(parts.scheme)
    return parts.scheme, parts.hostname.lower(), port


def _host(address: str) -> str:
    """The host and port for a message, where letters that look like others are escaped."""
    try:
        return ascii(urlsplit(address).netloc).strip("'")
    except ValueError:
        return "an unusable address"
