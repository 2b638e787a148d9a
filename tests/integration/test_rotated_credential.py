"""When a credential changes: what fails, what is said, and that the manual's recipe works."""

from __future__ import annotations

from typing import Any

import pytest

from sipgate_provider.simulator import ALL, DEMO_TOKEN, DEMO_TOKEN_ID, Simulator
from tests.engine_fixtures import BOTH_HOSTS

pytestmark = BOTH_HOSTS

ONE: dict[str, Any] = {"redirect_uris": ["https://crm.example.com/*"]}


def configure(engine: Any, token_id: str, token: str) -> None:
    engine.succeeds("config", "set", "--plaintext", "sipgate:tokenId", token_id)
    engine.succeeds("config", "set", "--secret", "sipgate:token", token)


@pytest.fixture
def rotated(engine: Any, sipgate: Simulator) -> Any:
    """A stack with a client, whose configuration has a new credential, while the old one has ended."""
    del engine.environment["SIPGATE_TOKEN_ID"], engine.environment["SIPGATE_TOKEN"]
    configure(engine, DEMO_TOKEN_ID, DEMO_TOKEN)
    engine.client(**ONE)
    engine.succeeds("up", "--yes", "--skip-preview")
    new = sipgate.account.add_personal_access_token(ALL)
    sipgate.account.remove_personal_access_token(DEMO_TOKEN_ID)
    configure(engine, new.token_id, new.token)
    return engine


@pytest.mark.parametrize("command", ["refresh", "destroy"])
def test_a_refusal_of_the_old_credential_says_how_to_use_the_new_one(
    rotated: Any, sipgate: Simulator, command: str
) -> None:
    refused = rotated.pulumi(command, "--yes", "--skip-preview")

    assert refused.code != 0
    assert "run `pulumi up` first or add `--run-program`" in refused.output
    assert "add `--run-program`" in refused.output
    assert len(sipgate.account.clients()) == len(rotated.resources()) == 1
    rotated.succeeds(command, "--yes", "--skip-preview", "--run-program")
    assert len(sipgate.account.clients()) == (1 if command == "refresh" else 0)


def test_an_up_takes_the_new_credential_for_all_that_follows(
    rotated: Any, sipgate: Simulator
) -> None:
    rotated.succeeds("up", "--yes", "--skip-preview")

    rotated.succeeds("refresh", "--yes", "--skip-preview")
    rotated.succeeds("destroy", "--yes", "--skip-preview")

    assert not sipgate.account.clients()


def test_the_last_client_is_deleted_after_an_up_that_still_declares_it(
    rotated: Any, sipgate: Simulator
) -> None:
    rotated.write("")
    refused = rotated.up()
    assert "run `pulumi up` first" in refused.output
    assert len(sipgate.account.clients()) == 1

    rotated.client(**ONE)
    rotated.succeeds("up", "--yes", "--skip-preview")
    rotated.write("")
    rotated.succeeds("up", "--yes", "--skip-preview")

    assert not sipgate.account.clients()


def test_doctor_finds_that_the_state_holds_another_credential(rotated: Any) -> None:
    before = rotated.ours("doctor")
    rotated.succeeds("up", "--yes", "--skip-preview")
    after = rotated.ours("doctor")

    assert "last `pulumi up` in sipgate:token, sipgate:tokenId." in before.stdout
    assert "differs" not in after.stdout
    assert DEMO_TOKEN not in before.stdout + before.stderr


def test_doctor_finds_a_credential_that_is_left_in_the_state_alone(rotated: Any) -> None:
    for name in ("tokenId", "token"):
        rotated.succeeds("config", "rm", f"sipgate:{name}")

    assert "last `pulumi up` in sipgate:token, sipgate:tokenId." in rotated.ours("doctor").stdout


def test_a_credential_that_the_last_run_did_not_have_is_named_as_that(engine: Any) -> None:
    engine.client(**ONE)
    engine.succeeds("up", "--yes", "--skip-preview")
    configure(engine, DEMO_TOKEN_ID, DEMO_TOKEN)
    del engine.environment["SIPGATE_TOKEN_ID"], engine.environment["SIPGATE_TOKEN"]

    found = engine.ours("doctor")
    refused = engine.pulumi("refresh", "--yes", "--skip-preview")

    assert "last `pulumi up` in sipgate:token, sipgate:tokenId." in found.stdout
    assert "There is no credential for sipgate" in refused.output
    assert "run `pulumi up` first or add `--run-program`" in refused.output
    engine.succeeds("refresh", "--yes", "--skip-preview", "--run-program")


@pytest.mark.parametrize("key", ["tokenID", "Token", "token_id", "refreshToken"])
def test_a_key_without_effect_is_named_where_the_credential_is_missing(
    engine: Any, key: str
) -> None:
    del engine.environment["SIPGATE_TOKEN_ID"], engine.environment["SIPGATE_TOKEN"]
    value = "" if key == "refreshToken" else "x"
    engine.succeeds("config", "set", "--plaintext", f"sipgate:{key}", value)
    engine.client(**ONE)

    for said in (engine.up().output, engine.ours("doctor").stdout, engine.ours("whoami").stderr):
        assert f"sipgate:{key} is {'empty' if not value else 'no key of this provider'}" in said


def test_doctor_compares_the_credential_of_an_account_by_name(
    engine: Any, sipgate: Simulator
) -> None:
    engine.environment["SIPGATE_EU_BASE_URL"] = sipgate.base_url
    engine.succeeds("config", "set", "--plaintext", "sipgate-eu:tokenId", DEMO_TOKEN_ID)
    engine.succeeds("config", "set", "--secret", "sipgate-eu:token", DEMO_TOKEN)
    engine.client(**ONE, account="eu")
    engine.succeeds("up", "--yes", "--skip-preview")
    unchanged = engine.ours("doctor", "--account", "eu")
    engine.succeeds("config", "set", "--secret", "sipgate-eu:token", "another")
    changed = engine.ours("doctor", "--account", "eu")

    assert "differs" not in unchanged.stdout
    assert "last `pulumi up` in sipgate-eu:token." in changed.stdout


def test_doctor_goes_on_where_the_state_cannot_be_decrypted(engine: Any) -> None:
    engine.client(**ONE)
    engine.succeeds("up", "--yes", "--skip-preview")

    found = engine.ours("doctor", PULUMI_CONFIG_PASSPHRASE="wrong")

    assert found.returncode == 1
    assert "Its state cannot be read" in found.stdout
    assert "It comes from SIPGATE_TOKEN_ID and SIPGATE_TOKEN" in found.stdout


def test_a_credential_of_the_environment_is_in_no_state(engine: Any) -> None:
    engine.client(**ONE)
    engine.succeeds("up", "--yes", "--skip-preview")

    assert DEMO_TOKEN not in engine.succeeds("stack", "export", "--show-secrets")


def test_doctor_finds_a_credential_that_stands_in_clear_in_the_stacks_file(engine: Any) -> None:
    engine.succeeds("config", "set", "--plaintext", "sipgate-eu:token", "in-clear")

    found = engine.ours("doctor")

    assert "sipgate-eu:token is stored unencrypted" in found.stdout
    assert "in-clear" not in found.stdout
