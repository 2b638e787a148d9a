"""The ways to authenticate at sipgate, one class each. Their reprs contain no secrets."""

from __future__ import annotations

import dataclasses
import re
from dataclasses import dataclass, field
from pathlib import Path

from sipgate_provider.setting_names import USUAL_NAMES, SettingNames

__all__ = [
    "TOKEN_CHARACTERS",
    "AccessToken",
    "Credential",
    "Password",
    "PersonalAccessToken",
    "RefreshToken",
    "secrets_of",
]


TOKEN_CHARACTERS = re.compile(r"[\x21-\x7e]+")
"""The characters of a token (RFC 6750, 2.1)."""


@dataclass(frozen=True)
class PersonalAccessToken:
    """Sipgate's credential for machines: HTTP Basic with a token id and a token."""

    token_id: str
    token: str = field(repr=False)


@dataclass(frozen=True)
class AccessToken:
    """A bearer token from elsewhere, used as it is until it expires."""

    access_token: str = field(repr=False)


@dataclass(frozen=True)
class Password:
    """A person's user name and password, exchanged for access tokens at `token_url` (RFC 6749, 4.3)."""

    username: str
    password: str = field(repr=False)
    token_url: str
    names: SettingNames = USUAL_NAMES


@dataclass(frozen=True)
class RefreshToken:
    """The refresh token of a log-in, exchanged for access tokens at `token_url` (RFC 6749, 6).

    Attributes:
        client_id: The client that the log-in went through.
        client_secret: Its secret; empty for a public client.
        refresh_token: The token from the settings or the stored log-in; `file` may hold a newer one.
        token_url: The token endpoint.
        file: The file that stores its successors.
        session: Keycloak's id of the stored log-in, empty where it has none; None for a token from the settings.
        names: What the account's settings are called.
    """

    client_id: str
    client_secret: str = field(repr=False)
    refresh_token: str = field(repr=False)
    token_url: str
    file: Path
    session: str | None = None
    names: SettingNames = USUAL_NAMES


Credential = PersonalAccessToken | AccessToken | Password | RefreshToken


def secrets_of(credential: Credential) -> list[str]:
    """The values that no output may contain."""
    values = (
        getattr(credential, part.name) for part in dataclasses.fields(credential) if not part.repr
    )
    return [value for value in values if value]
