from __future__ import annotations

import pytest

from sipgate_provider.auth.credentials import AccessToken, PersonalAccessToken
from sipgate_provider.errors import ConfigurationError
from sipgate_provider.setting_names import environment_variable
from sipgate_provider.settings.settings import Settings


def resolve(stack: dict[str, str] | None = None, shell: dict[str, str] | None = None) -> Settings:
    return Settings.resolve((stack or {}).get, shell or {})


def test_a_personal_access_token_may_come_half_from_the_stack_and_half_from_the_environment() -> (
    None
):
    settings = resolve({"sipgate:tokenId": "token-A"}, {"SIPGATE_TOKEN": "t"})

    assert settings.credential == PersonalAccessToken("token-A", "t")
    assert settings.base_url == "https://api.sipgate.com/v2"


def test_stack_configuration_comes_before_the_environment_key_by_key() -> None:
    settings = resolve({"sipgate:accessToken": "stack"}, {"SIPGATE_ACCESS_TOKEN": "shell"})

    assert settings.credential == AccessToken("stack")


def test_the_way_named_in_the_stack_is_meant_when_the_environment_holds_another() -> None:
    settings = resolve(
        {"sipgate:accessToken": "a"}, {"SIPGATE_TOKEN_ID": "token-A", "SIPGATE_TOKEN": "t"}
    )

    assert settings.credential == AccessToken("a")


def test_two_ways_in_the_same_place_are_an_error_that_names_both() -> None:
    with pytest.raises(ConfigurationError, match=r"accessToken.*username") as caught:
        resolve(
            shell={
                "SIPGATE_ACCESS_TOKEN": "a-secret",
                "SIPGATE_USERNAME": "u",
                "SIPGATE_PASSWORD": "p-secret",
            }
        )

    assert "secret" not in str(caught.value)


@pytest.mark.parametrize(
    ("stack", "named"),
    [
        ({"sipgate:tokenId": "token-A"}, "SIPGATE_TOKEN"),
        ({"sipgate:token": "t"}, "SIPGATE_TOKEN_ID"),
        ({"sipgate:username": "u"}, "SIPGATE_PASSWORD"),
        ({"sipgate:tokenId": "token-A", "sipgate:token": ""}, "SIPGATE_TOKEN"),
        ({}, "SIPGATE_TOKEN_ID"),
    ],
)
def test_a_missing_or_half_given_credential_is_an_error_that_names_what_is_missing(
    stack: dict[str, str], named: str
) -> None:
    with pytest.raises(ConfigurationError, match=named):
        resolve(stack)


def test_where_a_named_account_has_no_credential_the_log_in_is_that_accounts() -> None:
    with pytest.raises(ConfigurationError, match="`sipgate-provider login --account eu`"):
        Settings.resolve(lambda _: None, {}, "eu")


def test_settings_show_no_secret_when_printed() -> None:
    settings = resolve({"sipgate:tokenId": "token-A", "sipgate:token": "hush"})

    assert "hush" not in repr(settings)


@pytest.mark.parametrize("key", ["tokenId", "token", "accessToken"])
@pytest.mark.parametrize("value", ["abc\n", "a b", "t\u00f6ken"])
def test_a_token_that_was_copied_badly_is_named_and_not_shown(key: str, value: str) -> None:
    with pytest.raises(ConfigurationError, match=f"sipgate:{key}") as caught:
        resolve({f"sipgate:{key}": value})

    assert value not in str(caught.value)


@pytest.mark.parametrize("value", ["0", "65", "-1", "1.5", "0000000010000", "\uff19", "9" * 5000])
def test_what_is_no_number_of_calls_is_refused(value: str) -> None:
    with pytest.raises(ConfigurationError, match="whole number from 1 to 64"):
        resolve({"sipgate:accessToken": "a", "sipgate:parallel": value})


def test_a_token_in_place_of_its_id_is_refused_and_not_shown() -> None:
    token = "51391a7e-0000-4000-8000-000000000000"

    with pytest.raises(ConfigurationError, match="looks like the token itself") as caught:
        resolve({"sipgate:tokenId": token, "sipgate:token": "token-AAAAAA"})

    assert token not in str(caught.value)


@pytest.mark.parametrize(
    ("key", "others"),
    [
        ("username", {"SIPGATE_PASSWORD": "p"}),
        ("password", {"SIPGATE_USERNAME": "u"}),
        ("clientId", {"SIPGATE_REFRESH_TOKEN": "r"}),
        ("clientSecret", {"SIPGATE_ACCESS_TOKEN": "a"}),
    ],
)
def test_bytes_that_are_no_text_are_named_and_not_shown(key: str, others: dict[str, str]) -> None:
    name = environment_variable(None, key)

    with pytest.raises(ConfigurationError, match="is not UTF-8 text; set it again") as caught:
        resolve(shell={name: "geheim\udcfc", **others})

    assert f"sipgate:{key} ({name})" in str(caught.value)
    assert "geheim" not in str(caught.value)
