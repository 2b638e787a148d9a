"""Checks facts on the simulator or, with `--on-account`, on the sipgate that the SIPGATE_… variables name."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import requests

from sipgate_provider.errors import ConfigurationError, SipgateError
from sipgate_provider.http.addresses import is_loopback
from sipgate_provider.simulator import (
    DEMO_PASSWORD,
    DEMO_TOKEN,
    DEMO_TOKEN_ID,
    DEMO_USERNAME,
    READ,
    Account,
    PersonalAccessToken,
    Simulator,
)
from tests.contract.own_clients import CLIENTS, MOST_CLIENTS, MOST_WHILE_DELETING
from tests.contract.report import Contract, Report
from tests.contract.sipgate import MOST_REQUESTS, Sipgate, Target

# Avoids rate limits; a simulator has none.
_SECONDS_BETWEEN_REQUESTS = 0.2
_TARGET = pytest.StashKey[Target]()
_REPORT = pytest.StashKey[Report]()


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("contract", "what sipgate does")
    group.addoption(
        "--on-account", action="store_true", help="ask the sipgate that SIPGATE_... variables name"
    )
    group.addoption("--report", type=Path, metavar="FILE", help="write the facts there, as JSON")


def pytest_configure(config: pytest.Config) -> None:
    config.stash[_REPORT] = Report()
    if not config.getoption("--on-account", False):
        return
    if config.getoption("numprocesses", None):
        raise pytest.UsageError("--on-account takes one process: leave out -n.")
    try:
        config.stash[_TARGET] = Target.resolve(os.environ)
    except ConfigurationError as error:
        raise pytest.UsageError(str(error)) from None


def pytest_collection_finish(session: pytest.Session) -> None:
    target = session.config.stash.get(_TARGET, None)
    if target:
        session.config.get_terminal_writer().line(
            f"\nThis asks {target.owner.base_url} with {target.owner.source}: at most {MOST_REQUESTS} requests, and at "
            f"most {MOST_WHILE_DELETING} more to clean up. It makes at most {MOST_CLIENTS} clients, whose names begin "
            "with 'sipgate-provider contract', and deletes them. It also deletes those that an earlier run, more than "
            "a day ago, could not. It touches no other client."
        )


def pytest_terminal_summary(
    terminalreporter: pytest.TerminalReporter, config: pytest.Config
) -> None:
    report = config.stash[_REPORT]
    if report.rows and (_TARGET in config.stash or config.get_verbosity() > 0):
        terminalreporter.section("facts")
        for line in report.lines():
            terminalreporter.write_line(line)
    if path := config.getoption("--report", None):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(report.json(), encoding="utf-8")


@pytest.fixture(scope="session")
def simulator() -> Iterator[Sipgate]:
    owner = Account.demo()
    reader = owner.add_personal_access_token(READ)
    stranger = PersonalAccessToken("token-STRANGER", "51391a7e-1111-4000-8000-000000000000")
    other = Account(personal_access_tokens=[stranger], number=2556405)
    with Simulator(accounts=[owner, other]) as server:
        target = Target.resolve(
            {
                "SIPGATE_BASE_URL": server.base_url,
                "SIPGATE_TOKEN_ID": DEMO_TOKEN_ID,
                "SIPGATE_TOKEN": DEMO_TOKEN,
                "SIPGATE_READER_TOKEN_ID": reader.token_id,
                "SIPGATE_READER_TOKEN": reader.token,
                "SIPGATE_OTHER_TOKEN_ID": stranger.token_id,
                "SIPGATE_OTHER_TOKEN": stranger.token,
                "SIPGATE_PERSON_USERNAME": DEMO_USERNAME,
                "SIPGATE_PERSON_PASSWORD": DEMO_PASSWORD,
            }
        )
        sipgate = Sipgate(target, pause=0)
        with sipgate.own:
            yield sipgate
        sipgate.close()
        assert server.account.clients() == []


@pytest.fixture(scope="session")
def account(pytestconfig: pytest.Config) -> Iterator[Sipgate | None]:
    target = pytestconfig.stash.get(_TARGET, None)
    if target is None:
        yield None
        return
    here = is_loopback(urlsplit(target.owner.base_url).hostname or "")
    sipgate = Sipgate(target, pause=0 if here else _SECONDS_BETWEEN_REQUESTS)
    _check_credential(sipgate)
    with sipgate.own:
        yield sipgate
    sipgate.close()


def _check_credential(sipgate: Sipgate) -> None:
    """Ends the run if every fact would get the same refusal."""
    owner = sipgate.target.owner
    try:
        status = sipgate.ask("GET", CLIENTS).status_code
    except (SipgateError, requests.RequestException) as error:
        pytest.exit(f"{owner.base_url} cannot be asked: {error}", returncode=1)
    if status in {401, 403}:
        pytest.exit(
            f"{owner.base_url} answers {status} to the list of clients; check {owner.source} and its scopes.",
            returncode=1,
        )


@pytest.fixture
def contract(
    request: pytest.FixtureRequest,
    pytestconfig: pytest.Config,
    simulator: Sipgate,
    account: Sipgate | None,
) -> Contract:
    name, _, case = request.node.name.removeprefix("test_").partition("[")
    fact = name.replace("_", " ") + (f": {case[:-1]}" if case else "")
    report = pytestconfig.stash[_REPORT]
    if account is None:
        return Contract(report, fact, simulator, None)
    return Contract(report, fact, account, simulator)
