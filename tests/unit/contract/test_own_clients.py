"""The clients that the contract makes are deleted whatever happens, and no others."""

from __future__ import annotations

import contextlib
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import datetime, timedelta, timezone
from typing import Any

import pytest
import requests

from sipgate_provider.simulator import (
    DEMO_TOKEN,
    DEMO_TOKEN_ID,
    WRITE,
    Answer,
    Reset,
    Simulator,
    Stall,
    Truncate,
)
from tests.contract.own_clients import MOST_CLIENTS, LeftBehindError, OwnClients
from tests.contract.sipgate import MOST_REQUESTS
from tests.engine_stack import ROOT

CLIENTS = "oauth2/clients"
FIELDS = ("description", "privacyUrl", "termsUrl")


@pytest.fixture
def own(sipgate: Simulator) -> OwnClients:
    def ask(method: str, path: str, *, bounded: bool = True, **how: Any) -> requests.Response:
        assert bounded is (method == "POST")
        url, auth = sipgate.base_url + path, (DEMO_TOKEN_ID, DEMO_TOKEN)
        return requests.request(method, url, auth=auth, timeout=5, **how)

    return OwnClients(ask, pause=0)


def body(own: OwnClients, **changes: Any) -> dict[str, Any]:
    blank: dict[str, Any] = dict.fromkeys(FIELDS, "") | {"redirectUris": [], "webOrigins": []}
    return blank | {"name": own.name} | changes


def stranger(sipgate: Simulator, own: OwnClients) -> dict[str, Any]:
    """A client whose name is as near to the run's as another's can be."""
    return sipgate.account.add_client(name=own.name[:-1] + "x")


def test_what_a_run_makes_is_gone_after_it_and_nothing_else(
    sipgate: Simulator, own: OwnClients
) -> None:
    other = stranger(sipgate, own)

    with own:
        own.post(body(own))
        own.post(body(own, name=f"{own.name} renamed"))
        assert len(sipgate.account.clients()) == 3

    assert sipgate.account.clients() == [other]


def test_a_run_that_makes_nothing_deletes_nothing(sipgate: Simulator, own: OwnClients) -> None:
    with own:
        pass

    assert [request.method for request in sipgate.requests] == ["GET"]


@pytest.mark.parametrize("fault", [Reset(taken=True), Truncate(), Answer(500, taken=True)])
def test_a_client_whose_creation_was_not_answered_is_found_by_its_name(
    sipgate: Simulator, own: OwnClients, fault: Any
) -> None:
    other = stranger(sipgate, own)
    sipgate.misbehave(fault, method="POST")

    with own:
        with contextlib.suppress(requests.RequestException):
            assert not own.post(body(own)).ok
        assert len(sipgate.account.clients()) == 2

    assert sipgate.account.clients() == [other]


def test_a_client_that_appears_late_is_found(
    sipgate: Simulator, own: OwnClients, monkeypatch: pytest.MonkeyPatch
) -> None:
    sipgate.misbehave(Reset(taken=False), method="POST")
    monkeypatch.setattr(time, "sleep", lambda _: sipgate.account.add_client(name=own.name))

    with own, pytest.raises(requests.RequestException):
        own.post(body(own))

    assert sipgate.account.clients() == []


@pytest.mark.parametrize("method", ["GET", "DELETE"])
@pytest.mark.parametrize("fault", [Answer(429, headers={"Retry-After": "0"}), Answer(503), Reset()])
def test_a_fault_while_deleting_is_got_over(
    sipgate: Simulator, own: OwnClients, method: str, fault: Any
) -> None:
    with own:
        own.post(body(own))
        own.post(body(own))
        sipgate.misbehave(fault, method=method, times=2)

    assert sipgate.account.clients() == []


def test_the_pause_that_sipgate_asks_for_is_made(
    sipgate: Simulator, own: OwnClients, monkeypatch: pytest.MonkeyPatch
) -> None:
    pauses: list[float] = []
    monkeypatch.setattr(time, "sleep", pauses.append)
    with own:
        own.post(body(own))
        for asked in ("7", "86400"):
            sipgate.misbehave(Answer(429, headers={"Retry-After": asked}), method="DELETE")

    assert pauses == [7, 60]


def test_a_failed_block_deletes_as_well(sipgate: Simulator, own: OwnClients) -> None:
    def fail() -> None:
        with own:
            own.post(body(own))
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()

    assert sipgate.account.clients() == []


@pytest.mark.parametrize("method", ["GET", "DELETE"])
def test_what_cannot_be_deleted_is_named(sipgate: Simulator, own: OwnClients, method: str) -> None:
    def run() -> None:
        with own:
            own.post(body(own))
            sipgate.misbehave(Answer(500), method=method, times=None)

    with pytest.raises(LeftBehindError, match=re.escape(f"clients --name '{own.name}*'")):
        run()


def test_no_run_makes_a_client_that_it_could_not_find_or_one_too_many(
    sipgate: Simulator, own: OwnClients
) -> None:
    with own:
        with pytest.raises(AssertionError):
            own.post(body(own, name="crm"))
        for _ in range(MOST_CLIENTS):
            own.post(body(own))
        with pytest.raises(AssertionError):
            own.post(body(own))

    assert sipgate.count("POST") == MOST_CLIENTS
    assert sipgate.account.clients() == []


def test_left_overs_of_more_than_a_day_are_deleted_and_no_others(
    sipgate: Simulator, own: OwnClients
) -> None:
    now = datetime.now(timezone.utc)
    old, young = (f"{now - timedelta(hours=hours):%Y%m%dT%H%M%SZ}" for hours in (25, 23))
    stays = [
        f"sipgate-provider contract {young} 0123456789ab",
        f"sipgate-provider contract {old}",
        f"sipgate-provider contract {old} 0123456789ab of ours",
        f"my sipgate-provider contract {old} 0123456789ab",
        "sipgate-provider contract 99999999T999999Z 0123456789ab",
        "sipgate-provider contract",
        "",
    ]
    goes = [f"sipgate-provider contract {old} 0123456789ab{suffix}" for suffix in ("", " renamed")]
    for name in (*goes, *stays[:4], *stays[5:]):
        sipgate.account.add_client(name=name)

    with own:
        pass

    assert {client["name"] for client in sipgate.account.clients()} == set(stays) - {stays[4]}


def test_a_time_that_cannot_be_keeps_nobody_from_working(
    sipgate: Simulator, own: OwnClients
) -> None:
    sipgate.account.add_client(name="sipgate-provider contract 99999999T999999Z 0123456789ab")

    with own:
        own.post(body(own))

    assert len(sipgate.account.clients()) == 1


@pytest.fixture
def run(sipgate: Simulator) -> Callable[..., subprocess.Popen[str]]:
    """Starts the contract as `make contract` does, with the simulator as the account."""

    def start(*arguments: str, **variables: str) -> subprocess.Popen[str]:
        credential = {
            "SIPGATE_BASE_URL": sipgate.base_url,
            "SIPGATE_TOKEN_ID": DEMO_TOKEN_ID,
            "SIPGATE_TOKEN": DEMO_TOKEN,
        }
        command = (sys.executable, "-m", "pytest", "tests/contract", "--on-account", *arguments)
        return subprocess.Popen(
            (*command, "-p", "no:cacheprovider"),
            cwd=ROOT,
            env=os.environ | credential | variables,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    return start


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_run_that_is_interrupted_leaves_no_client(
    sipgate: Simulator, run: Callable[..., subprocess.Popen[str]], number: signal.Signals
) -> None:
    stalled = sipgate.misbehave(Stall(), method="PUT", times=None)
    with run("-k", "test_updating") as process:
        while not stalled.hits and process.poll() is None:
            time.sleep(0.05)
        made = len(sipgate.account.clients())
        process.send_signal(number)
        told, _ = process.communicate(timeout=120)

    assert (process.returncode, made) == (2, 1), told
    assert sipgate.account.clients() == []


@pytest.mark.parametrize(
    "fact", ["creating_a_client_is_answered_200", "observe_whether_the_answer_to_creating"]
)
def test_a_lost_response_to_a_creation_fails_the_fact_and_leaves_no_client(
    sipgate: Simulator, run: Callable[..., subprocess.Popen[str]], fact: str
) -> None:
    sipgate.misbehave(Reset(taken=True), method="POST", path=CLIENTS)
    with run("-k", fact) as process:
        told, _ = process.communicate(timeout=120)

    assert process.returncode == 1, told
    assert "no usable answer (ConnectionError)" in told
    assert sipgate.account.clients() == []


def test_a_whole_run_keeps_to_what_it_says(
    sipgate: Simulator, run: Callable[..., subprocess.Popen[str]], tmp_path: Any
) -> None:
    before = [sipgate.account.add_client(name=name) for name in ("crm", "phone")]
    sipgate.switches.post_without_secret = True
    report = tmp_path / "report.json"

    with run("--report", str(report)) as process:
        told, _ = process.communicate(timeout=240)

    assert process.returncode == 0, told
    asked = [request for request in sipgate.requests if request.method != "DELETE"]
    assert len(asked) < MOST_REQUESTS
    assert told.index(f"at most {MOST_REQUESTS} requests") < told.index("passed")
    assert re.search(
        r"observed +whether the answer to creating has the secret +no +DIFFERS: yes", told
    )
    assert "needs SIPGATE_READER_TOKEN_ID and _TOKEN" in told
    assert '"simulator_agrees": false' in report.read_text()
    assert DEMO_TOKEN not in told + report.read_text()
    assert sipgate.account.clients() == before


@pytest.mark.parametrize(
    ("arguments", "variables", "says"),
    [
        ((), {"SIPGATE_TOKEN": ""}, "SIPGATE_TOKEN"),
        (("-n", "2"), {}, "leave out -n"),
    ],
)
def test_what_cannot_be_asked_is_said_and_nothing_is_sent(
    sipgate: Simulator,
    run: Callable[..., subprocess.Popen[str]],
    arguments: tuple[str, ...],
    variables: dict[str, str],
    says: str,
) -> None:
    with run(*arguments, **variables) as process:
        told, _ = process.communicate(timeout=60)

    assert process.returncode == 4
    assert says in told
    assert not sipgate.requests


@pytest.mark.parametrize(("scopes", "status"), [((), "401"), ((WRITE,), "403")])
def test_a_credential_that_sipgate_refuses_ends_the_run_at_once(
    sipgate: Simulator,
    run: Callable[..., subprocess.Popen[str]],
    scopes: tuple[str, ...],
    status: str,
) -> None:
    token = sipgate.account.add_personal_access_token(*scopes)
    if not scopes:
        sipgate.account.remove_personal_access_token(token.token_id)

    with run(SIPGATE_TOKEN_ID=token.token_id, SIPGATE_TOKEN=token.token) as process:
        told, _ = process.communicate(timeout=60)

    assert process.returncode == 1
    assert (
        f"answers {status} to the list of clients; check SIPGATE_TOKEN_ID and SIPGATE_TOKEN" in told
    )
    assert [request.status for request in sipgate.requests] == [int(status)]
