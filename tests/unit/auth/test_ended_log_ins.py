"""A run goes on in the log-in that it began with, or not at all, whatever `login` and `logout` do meanwhile."""

from __future__ import annotations

import json
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import requests

from sipgate_provider.api.calls import SipgateAPI
from sipgate_provider.auth.authenticator import authenticator_for
from sipgate_provider.auth.token_store import TokenFile, login_path
from sipgate_provider.errors import SipgateError, may_have_acted
from sipgate_provider.http.transport import Transport
from sipgate_provider.settings.settings import Settings
from sipgate_provider.simulator import Delay, Simulator
from tests.unit.cli.test_login_commands import kept_after, renews, run

NO_STACK: dict[str, str] = {}


@pytest.fixture
def shell(sipgate: Simulator) -> dict[str, str]:
    client = sipgate.account.add_client(name="cli", redirectUris=["http://127.0.0.1/callback"])
    return {
        "SIPGATE_BASE_URL": sipgate.base_url,
        "SIPGATE_CLIENT_ID": client["clientId"],
        "SIPGATE_CLIENT_SECRET": client["clientSecret"],
    }


@pytest.fixture
def kept(tmp_path: Path, shell: dict[str, str]) -> dict[str, str]:
    """What `login` has kept."""
    return kept_after(tmp_path, shell)


def begun(shell: dict[str, str]) -> SipgateAPI:
    """A run that holds the kept log-in in memory."""
    return SipgateAPI(Settings.resolve(NO_STACK.get, shell))


def now_kept() -> dict[str, str]:
    content: dict[str, str] = json.loads(login_path(None).read_bytes())
    return content


def files() -> set[str]:
    return {file.name for file in login_path(None).parent.iterdir()} - {"login.json.lock"}


@pytest.mark.usefixtures("kept")
@pytest.mark.parametrize("renewed", [False, True])
def test_a_run_that_was_logged_out_meanwhile_sends_nothing_and_writes_nothing(
    sipgate: Simulator, tmp_path: Path, shell: dict[str, str], renewed: bool
) -> None:
    api = begun(shell)
    if renewed:
        api.list_clients()
        sipgate.end_access_tokens()
    assert run(tmp_path, shell, "logout").stderr == "Logged out.\n"
    asked = sipgate.count(path="token$")

    with pytest.raises(SipgateError, match="logged out meanwhile; log in again with") as caught:
        api.list_clients()

    assert not may_have_acted(caught.value)
    assert sipgate.count(path="token$") == asked
    assert files() == set()


@pytest.mark.usefixtures("kept")
def test_logging_out_during_a_renewal_ends_the_renewed_log_in(
    sipgate: Simulator, tmp_path: Path, shell: dict[str, str]
) -> None:
    credential = Settings.resolve(NO_STACK.get, shell).credential
    asked = sipgate.count(path="token$")
    delay = sipgate.misbehave(Delay(2), path="token$")

    with ThreadPoolExecutor(1) as threads:
        renewal = threads.submit(authenticator_for(credential, Transport()).current)
        while not delay.hits:
            time.sleep(0.01)
        out = run(tmp_path, shell, "logout")
        renewal.result()

    assert out.stderr == "Logged out.\n"
    assert [request.status for request in sipgate.requests if "logout" in request.path] == [204]
    assert sipgate.count(path="token$") == asked + 1
    assert files() == set()


@pytest.mark.usefixtures("kept")
def test_a_renewal_that_waits_for_logging_out_sends_nothing(
    sipgate: Simulator, tmp_path: Path, shell: dict[str, str]
) -> None:
    api = begun(shell)
    asked = sipgate.count(path="token$")
    delay = sipgate.misbehave(Delay(2), path="logout$")

    with ThreadPoolExecutor(1) as threads:
        out = threads.submit(run, tmp_path, shell, "logout")
        while not delay.hits:
            time.sleep(0.01)
        with pytest.raises(SipgateError, match="logged out meanwhile"):
            api.list_clients()
        assert out.result().stderr == "Logged out.\n"

    assert sipgate.count(path="token$") == asked
    assert files() == set()


@pytest.mark.usefixtures("kept")
def test_a_run_does_not_go_on_in_a_log_in_that_has_replaced_its_own(
    sipgate: Simulator, tmp_path: Path, shell: dict[str, str]
) -> None:
    api = begun(shell)
    api.list_clients()
    new = kept_after(tmp_path, shell)
    sipgate.end_access_tokens()
    asked = sipgate.count(path="token$")

    with pytest.raises(SipgateError, match="has replaced this run's log-in meanwhile; run again"):
        api.list_clients()

    assert sipgate.count(path="token$") == asked
    assert now_kept() == new
    assert len(begun(shell).list_clients()) == 1


def test_a_run_goes_on_where_the_same_browser_has_continued_its_log_in(
    sipgate: Simulator, tmp_path: Path, shell: dict[str, str]
) -> None:
    with requests.Session() as browser:
        kept_after(tmp_path, shell, browser)
        api = begun(shell)
        api.list_clients()
        new = kept_after(tmp_path, shell, browser)
    sipgate.end_access_tokens()

    assert len(api.list_clients()) == 1

    assert now_kept() == new | {"refresh_token": now_kept()["refresh_token"]}
    assert renews(now_kept())


def test_two_runs_use_one_log_in_in_turn(
    sipgate: Simulator, shell: dict[str, str], kept: dict[str, str]
) -> None:
    runs = [begun(shell), begun(shell)]
    for _ in range(2):
        sipgate.end_access_tokens()
        with ThreadPoolExecutor(2) as threads:
            assert [len(clients) for clients in threads.map(SipgateAPI.list_clients, runs)] == [
                1,
                1,
            ]

    assert now_kept() == kept | {"refresh_token": now_kept()["refresh_token"]}
    assert renews(now_kept())


def test_a_file_that_has_lost_everything_is_not_completed(
    sipgate: Simulator, shell: dict[str, str], kept: dict[str, str]
) -> None:
    api = begun(shell)
    asked = sipgate.count(path="token$")
    TokenFile(login_path(None)).write({"refresh_token": kept["refresh_token"]})

    with pytest.raises(SipgateError, match="has replaced this run's log-in"):
        api.list_clients()

    assert sipgate.count(path="token$") == asked
