"""Refresh tokens rotate, so what is kept is never older than what sipgate knows."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from sipgate_provider.api.calls import SipgateAPI
from sipgate_provider.auth.credentials import RefreshToken
from sipgate_provider.auth.token_store import TokenFile, login_path, stored_login
from sipgate_provider.errors import AuthenticationError, ConfigurationError, SipgateError
from sipgate_provider.settings.settings import Settings
from sipgate_provider.simulator import ALL, Answer, Reset, Simulator

NO_STACK: dict[str, str] = {}


@pytest.fixture
def shell(sipgate: Simulator) -> dict[str, str]:
    """The environment of somebody who gives a refresh token."""
    client = sipgate.account.add_client(name="cli", redirectUris=["http://127.0.0.1/callback"])
    return {
        "SIPGATE_BASE_URL": sipgate.base_url,
        "SIPGATE_REFRESH_TOKEN": sipgate.issue_refresh_token(ALL, client_id=client["clientId"]),
        "SIPGATE_CLIENT_ID": client["clientId"],
        "SIPGATE_CLIENT_SECRET": client["clientSecret"],
    }


def account(shell: dict[str, str]) -> SipgateAPI:
    return SipgateAPI(Settings.resolve(NO_STACK.get, shell))


def kept_file(shell: dict[str, str]) -> Path:
    credential = Settings.resolve(NO_STACK.get, shell).credential
    assert isinstance(credential, RefreshToken)
    return credential.file


def test_the_next_run_uses_the_successor_and_not_the_token_in_the_settings(
    sipgate: Simulator, shell: dict[str, str]
) -> None:
    for _ in range(3):
        assert len(account(shell).list_clients()) == 1

    assert sipgate.count(path="token$") == 3
    successor = json.loads(kept_file(shell).read_bytes())["refresh_token"]
    assert successor != shell["SIPGATE_REFRESH_TOKEN"]


def test_a_new_token_in_the_settings_is_used_though_an_old_ones_successor_is_kept(
    sipgate: Simulator, shell: dict[str, str]
) -> None:
    account(shell).list_clients()
    new = sipgate.issue_refresh_token(ALL, client_id=shell["SIPGATE_CLIENT_ID"])

    account(shell | {"SIPGATE_REFRESH_TOKEN": new}).list_clients()

    assert kept_file(shell) != kept_file(shell | {"SIPGATE_REFRESH_TOKEN": new})


def test_what_is_kept_belongs_to_its_owner_alone_and_nothing_else_is_left(
    shell: dict[str, str],
) -> None:
    account(shell).list_clients()

    path = kept_file(shell)
    assert path.stat().st_mode & 0o777 == 0o600
    assert path.parent.stat().st_mode & 0o777 == 0o700
    assert {file.name for file in path.parent.iterdir()} <= {path.name, f"{path.name}.lock"}


def test_a_folder_that_is_none_is_found_out_before_the_token_is_spent(
    sipgate: Simulator, shell: dict[str, str]
) -> None:
    folder = kept_file(shell).parent
    folder.parent.mkdir(parents=True)
    folder.write_text("a file where the folder should be")

    with pytest.raises(ConfigurationError, match="are stored in"):
        account(shell).list_clients()

    assert sipgate.count(path="token$") == 0


def test_threads_and_processes_spend_each_token_once(
    sipgate: Simulator, shell: dict[str, str]
) -> None:
    program = (
        "import os; from sipgate_provider.api.calls import SipgateAPI\n"
        "from sipgate_provider.settings.settings import Settings\n"
        "print(len(SipgateAPI(Settings.resolve({}.get, os.environ)).list_clients()))"
    )
    processes = [
        subprocess.Popen(
            [sys.executable, "-c", program],
            env=os.environ | shell,
            stdout=subprocess.PIPE,
            text=True,
        )
        for _ in range(4)
    ]
    api = account(shell)
    with ThreadPoolExecutor(4) as threads:
        counts = list(threads.map(lambda _: len(api.list_clients()), range(8)))

    assert counts == [1] * 8
    assert [process.communicate(timeout=60)[0].strip() for process in processes] == ["1"] * 4
    assert sipgate.count(path="token$") == 5


def test_a_401_in_the_middle_renews_once_and_goes_on(
    sipgate: Simulator, shell: dict[str, str]
) -> None:
    api = account(shell)
    api.list_clients()
    sipgate.end_access_tokens()

    with ThreadPoolExecutor(4) as threads:
        counts = list(threads.map(lambda _: len(api.list_clients()), range(8)))

    assert counts == [1] * 8
    assert sipgate.count(path="token$") == 2


def test_a_token_that_is_used_up_says_how_to_get_another(shell: dict[str, str]) -> None:
    account(shell).list_clients()
    kept_file(shell).unlink()

    with pytest.raises(AuthenticationError, match="log in again") as caught:
        account(shell).list_clients()

    assert shell["SIPGATE_REFRESH_TOKEN"] not in str(caught.value)


@pytest.mark.parametrize("fault", [Reset(), Answer(503), Answer(200, b"<html>")], ids=str)
def test_a_token_that_was_not_answered_is_sent_once_and_still_there_for_the_next_run(
    sipgate: Simulator, shell: dict[str, str], fault: Reset | Answer
) -> None:
    sipgate.misbehave(fault, path="token$")

    with pytest.raises(SipgateError):
        account(shell).list_clients()

    assert sipgate.count(path="token$") == 1
    assert len(account(shell).list_clients()) == 1


@pytest.mark.parametrize(
    "body",
    [
        {"error": "invalid_grant", "error_description": "Token is not active"},
        {"error": "server_error", "access_token": "a", "refresh_token": "new"},
        {"access_token": "a", "refresh_token": "new", "token_type": "DPoP"},
        {"access_token": "new", "refresh_token": "new", "token_type": "Bearer"},
        {"refresh_token": "new", "token_type": "Bearer"},
    ],
    ids=str,
)
def test_of_an_answer_that_is_no_token_nothing_is_kept_and_nothing_is_sent_on(
    sipgate: Simulator, shell: dict[str, str], body: dict[str, str]
) -> None:
    account(shell).list_clients()
    before = kept_file(shell).read_bytes()
    sent = sipgate.count(path="clients$")
    sipgate.misbehave(Answer(200, json.dumps(body).encode()), path="token$")

    with pytest.raises(SipgateError, match="nothing was read, created or changed"):
        account(shell).list_clients()

    assert kept_file(shell).read_bytes() == before
    assert sipgate.count(path="clients$") == sent
    assert len(account(shell).list_clients()) == 1


@pytest.mark.parametrize("content", [b"", b"[]", b'{"refresh_token": 5}', b"\xff"])
def test_a_kept_file_that_is_broken_is_named(
    sipgate: Simulator, shell: dict[str, str], content: bytes
) -> None:
    path = kept_file(shell)
    path.parent.mkdir(parents=True)
    path.write_bytes(content)

    with pytest.raises(ConfigurationError, match=path.name):
        account(shell).list_clients()

    assert sipgate.count(path="token$") == 0


def test_a_log_in_is_used_only_where_the_settings_name_no_credential(sipgate: Simulator) -> None:
    TokenFile(login_path(None)).path.parent.mkdir(parents=True)
    TokenFile(login_path(None)).write(
        {"client_id": "c", "refresh_token": "r", "token_url": f"{sipgate.base_url}/token"}
    )

    here = {"SIPGATE_BASE_URL": sipgate.base_url}
    without = Settings.resolve(NO_STACK.get, here)
    assert without.credential == stored_login(None)
    assert "log-in stored in" in without.source
    with_token = Settings.resolve(NO_STACK.get, here | {"SIPGATE_ACCESS_TOKEN": "a"})
    assert with_token.source == "SIPGATE_ACCESS_TOKEN"
    with pytest.raises(ConfigurationError, match="'eu'"):
        Settings.resolve(NO_STACK.get, {}, "eu")
