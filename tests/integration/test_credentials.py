"""Credentials on the genuine engine: several accounts, refresh tokens, one report, and no secret anywhere."""

from __future__ import annotations

import json
import logging
from pathlib import Path
from typing import Any

import pytest

from sipgate_provider.simulator import ALL, Simulator

IMPORTS = "import pulumi\nimport sipgate_provider as sipgate\n"
MANY = (
    IMPORTS + "for number in range(12):\n"
    "    sipgate.OAuthClient(f'c{number}', redirect_uris=['https://crm.example.com/*'])\n"
)
NO_TOKEN = {"SIPGATE_TOKEN_ID": "", "SIPGATE_TOKEN": ""}


def test_two_accounts_in_one_program_each_get_their_client_and_keep_it_apart(
    engine: Any, sipgate: Simulator
) -> None:
    with Simulator() as eu:
        token = eu.account.add_personal_access_token(ALL)
        engine.succeeds("config", "set", "--plaintext", "sipgate-eu:tokenId", token.token_id)
        engine.succeeds("config", "set", "--secret", "sipgate-eu:token", token.token)
        there = {"SIPGATE_EU_BASE_URL": eu.base_url}
        program = (
            IMPORTS + "sipgate.OAuthClient('here', redirect_uris=['https://a.example.com/*'])\n"
            "sipgate.OAuthClient('there', account={}, redirect_uris=['https://a.example.com/*'])\n"
            "pulumi.export('names', [c.name for c in sipgate.get_oauth_clients(account='eu')])\n"
        )
        engine.write(program.format("'eu'"))
        engine.environment.update(there)
        created = engine.up()

        assert created.code == 0, created.output
        assert [client["name"] for client in sipgate.account.clients()] == ["here"]
        assert [client["name"] for client in eu.account.clients()] == ["there"]
        assert "3 unchanged" in engine.up().output
        assert "3 unchanged" in engine.succeeds("refresh", "--yes", "--skip-preview")
        stored = json.dumps(engine.resources())
        assert token.token not in stored

        # A client cannot move, so another account means another client.
        engine.write(program.format("None"))
        preview = engine.succeeds("preview", "--diff")
        moved = engine.up()
        assert "account" in preview
        assert moved.code == 0, moved.output
        assert len(sipgate.account.clients()) == 2
        assert not eu.account.clients()


def test_clients_of_another_account_are_taken_in_with_it(engine: Any, sipgate: Simulator) -> None:
    token = sipgate.account.add_personal_access_token(ALL)
    eu = {
        "SIPGATE_EU_BASE_URL": sipgate.base_url,
        "SIPGATE_EU_TOKEN_ID": token.token_id,
        "SIPGATE_EU_TOKEN": token.token,
    }
    engine.environment.update(eu | NO_TOKEN)
    client = sipgate.account.add_client(name="crm", redirectUris=["https://a.example.com/*"])

    taken = engine.ours("import", "--account", "eu", f"crm={client['clientId']}")

    assert taken.returncode == 0, taken.stderr
    engine.write(taken.stdout)
    sipgate.clear_requests()
    assert "2 unchanged" in engine.up().output
    assert not sipgate.requests


def test_an_account_that_cannot_be_one_is_named(engine: Any, sipgate: Simulator) -> None:
    engine.write(
        IMPORTS + "sipgate.OAuthClient('crm', account='E U', redirect_uris=['https://a/*'])\n"
    )

    refused = engine.up()

    assert "OAuthClient 'crm': 'E U' cannot be the name of an account" in refused.output
    assert not sipgate.requests


@pytest.mark.parametrize("credential", ["refused", "missing", "half"])
def test_a_credential_problem_is_told_once_for_twelve_resources(
    engine: Any, sipgate: Simulator, credential: str
) -> None:
    engine.write(MANY)
    wrong, says = {
        "refused": ({"SIPGATE_TOKEN": "wrong"}, "The credential is wrong or expired"),
        "missing": (NO_TOKEN, "There is no credential for sipgate."),
        "half": ({"SIPGATE_TOKEN": ""}, "The credential for sipgate is incomplete"),
    }[credential]

    failed = engine.up("--continue-on-error", **wrong)

    diagnostics = failed.output.partition("Diagnostics:")[2]
    assert failed.code != 0
    assert diagnostics.count(says) == 1
    assert "Not tried" in diagnostics
    assert len(sipgate.requests) <= 4


def test_a_refresh_token_serves_one_deployment_after_the_other(
    engine: Any, sipgate: Simulator
) -> None:
    client = sipgate.account.add_client(name="through", redirectUris=["http://127.0.0.1/callback"])
    token = sipgate.issue_refresh_token(ALL, client_id=client["clientId"])
    for key, value in {
        "refreshToken": token,
        "clientId": client["clientId"],
        "clientSecret": client["clientSecret"],
    }.items():
        engine.succeeds("config", "set", "--secret", f"sipgate:{key}", value)
    engine.environment.update(NO_TOKEN)
    engine.write(MANY)

    for command in ("up", "refresh", "destroy"):
        before = sipgate.count(path="token$")
        engine.succeeds(command, "--yes", "--skip-preview")
        assert sipgate.count(path="token$") == before + 1

    assert [left["name"] for left in sipgate.account.clients()] == ["through"]


def test_access_tokens_that_end_in_the_middle_are_renewed_and_the_deployment_goes_on(
    engine: Any, sipgate: Simulator
) -> None:
    engine.environment.update(NO_TOKEN)
    engine.environment.update(
        {"SIPGATE_USERNAME": "demo@example.com", "SIPGATE_PASSWORD": "password"}
    )
    engine.environment["SIPGATE_TOKEN_URL"] = sipgate.token_url
    engine.write(MANY)
    pulumi = engine.start("up")
    while sipgate.count("POST", "clients$") < 3 and pulumi.poll() is None:
        pass
    sipgate.end_access_tokens()

    assert pulumi.wait(60) == 0
    assert len(sipgate.account.clients()) == 12


PLANTED = {
    "pat": {
        "tokenId": "token-PLANTED",
        "token": "planted1-0000-4000-8000-personalaccess",
    },
    "accessToken": {"accessToken": "planted2.access.token"},
    "password": {"username": "planted@example.com", "password": "planted3-password-of-a-person"},
    "refreshToken": {
        "refreshToken": "planted4.refresh.token",
        "clientId": "2556404-0-planted",
        "clientSecret": "planted5-client-secret",
    },
}
SECRET_KEYS = {"token", "accessToken", "password", "refreshToken", "clientSecret"}


@pytest.mark.parametrize("method", PLANTED)
@pytest.mark.parametrize("source", ["stack", "environment"])
def test_planted_credentials_are_in_no_output_file_or_state(
    engine: Any, sipgate: Simulator, tmp_path: Path, method: str, source: str
) -> None:
    planted = PLANTED[method]
    secrets = [value for key, value in planted.items() if key in SECRET_KEYS]
    sipgate.switches.errors_echo_credentials = True
    engine.environment.update(NO_TOKEN)
    for key, value in planted.items():
        if source == "stack":
            engine.succeeds("config", "set", "--secret", f"sipgate:{key}", value)
        else:
            name = "".join(f"_{c}" if c.isupper() else c for c in key).upper()
            engine.environment[f"SIPGATE_{name}"] = value
    engine.environment["SIPGATE_TOKEN_URL"] = sipgate.token_url
    # Every library's log at its loudest, in the plugin and in the program.
    (engine.project / "sitecustomize.py").write_text(
        f"import logging\nlogging.basicConfig(level={logging.DEBUG})\n"
    )
    engine.environment["PYTHONPATH"] = str(engine.project)
    engine.write(MANY)
    said = [
        engine.up(PULUMI_DEBUG="true").output,
        engine.pulumi("preview", "--diff").output,
        engine.up("--logtostderr", "--logflow", "-v=9", "--debug").output,
        engine.pulumi("refresh", "--yes", "--skip-preview").output,
        engine.ours("whoami").stdout + engine.ours("whoami").stderr,
        (taken := engine.ours("import", "--all")).stdout + taken.stderr,
    ]

    assert "SipgateError" in said[0]
    for secret in secrets:
        assert not [output for output in said if secret in output]
        holding = [
            path
            for path in tmp_path.rglob("*")
            if path.is_file() and secret.encode() in path.read_bytes()
        ]
        assert not holding
    # At the loudest, gRPC's server logs the stack of every exception that passes it.
    engine.log.clear()
