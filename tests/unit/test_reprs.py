"""What a debugger, a log or a traceback prints of an object holds no secret."""

from __future__ import annotations

import dataclasses
import importlib
import inspect
import pkgutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from pydantic import BaseModel, SecretStr

import sipgate_provider
from sipgate_provider.api.models import OAuthClientState
from sipgate_provider.auth.browser_login import Login
from sipgate_provider.auth.credentials import (
    AccessToken,
    Password,
    PersonalAccessToken,
    RefreshToken,
)
from sipgate_provider.importing.plan import Plan
from sipgate_provider.plugin.values import Properties, struct
from sipgate_provider.setting_names import SettingNames
from sipgate_provider.settings.settings import Settings
from sipgate_provider.settings.sources import SECRET_KEYS, RawSettings

SECRET = "planted-7d1e"
CLIENT = {"clientId": "1-0-a", "clientSecret": SECRET, "name": "crm"}
# Names of fields that hold a secret, or whatever came from outside.
HOLDING = frozenset(
    (
        *("token", "access_token", "refresh_token", "password", "client_secret", "code_verifier"),
        *("values", "environment", "known", "unknown", "body", "form"),
    )
)


def shown() -> Iterator[tuple[type[Any], set[str]]]:
    """Every class of the package whose repr is made of its fields, and which; the simulator's secrets are made up."""
    for module in pkgutil.walk_packages(sipgate_provider.__path__, "sipgate_provider."):
        if "simulator" in module.name or "__main__" in module.name:
            continue
        for _, found in inspect.getmembers(importlib.import_module(module.name), inspect.isclass):
            if found.__module__ != module.name:
                continue
            if dataclasses.is_dataclass(found):
                yield found, {field.name for field in dataclasses.fields(found) if field.repr}
            elif issubclass(found, BaseModel):
                yield (
                    found,
                    {
                        name
                        for name, field in found.model_fields.items()
                        if field.repr and field.annotation is not SecretStr
                    },
                )
            elif hasattr(found, "_fields"):
                yield found, set(found._fields)


def test_a_field_that_may_hold_a_secret_is_in_no_repr() -> None:
    found = list(shown())

    assert {RawSettings, Settings, RefreshToken, OAuthClientState, Properties} <= {
        one for one, _ in found
    }
    assert not [(one, fields & HOLDING) for one, fields in found if fields & HOLDING]


@pytest.mark.parametrize(
    "holding",
    [
        RawSettings(dict.fromkeys(SECRET_KEYS, SECRET), SECRET_KEYS, SettingNames()),
        Settings("https://a.example.com", PersonalAccessToken("id", SECRET)),
        AccessToken(SECRET),
        Password("u", SECRET, "https://a.example.com"),
        RefreshToken("c", SECRET, SECRET, "https://a.example.com", Path()),
        Login("c", SECRET, "https://a.example.com"),
        OAuthClientState.from_response(CLIENT),
        Plan({"crm": OAuthClientState.from_response(CLIENT)}, {}),
        Properties.of(struct(CLIENT, ["clientSecret"])),
        Properties.of(struct(CLIENT)),
        Properties(unknown={"clientSecret": SECRET}),
    ],
    ids=lambda holding: type(holding).__qualname__,
)
def test_a_planted_secret_is_not_printed(holding: object) -> None:
    assert SECRET not in f"{holding!r} {holding} {[holding]}"
