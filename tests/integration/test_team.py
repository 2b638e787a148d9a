"""The example of a team: two operators on one state, which a genuine PostgreSQL server keeps."""

from __future__ import annotations

import asyncio
import shutil
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import psutil
import pytest

from sipgate_provider.simulator import DEMO_TOKEN, DEMO_TOKEN_ID, Simulator, Stall
from tests.engine_fixtures import left_nothing
from tests.engine_stack import ROOT, Engine
from tests.needed import needed
from tests.postgres_server import Postgres, running
from tools.engine import scratch_environment
from tools.example import copy_example
from tools.postgres import locate

if TYPE_CHECKING:
    from sipgate_provider.simulator.control.faults import Exchange

EXAMPLE = ROOT / "examples/team"
CLIENTS = ["crm", "helpdesk", "wallboard"]
LOCKED = "the stack is currently locked by 1 lock(s)"


class Gate:
    """A fault: requests are taken and answered once it is open."""

    def __init__(self) -> None:
        self.open = threading.Event()

    async def apply(self, exchange: Exchange) -> None:
        # A thread waits, not the simulator's event loop.
        await asyncio.to_thread(self.open.wait, 60)
        await exchange.answer(await exchange.perform())


class Team(NamedTuple):
    anna: Engine
    ben: Engine
    database: Postgres
    url: str


@pytest.fixture(scope="session")
def postgres_programs() -> Path:
    """Where PostgreSQL is."""
    return needed(locate)


@pytest.fixture
def database(postgres_programs: Path) -> Iterator[Postgres]:
    """A server with the database and the operators that the example's scripts make."""
    with running(postgres_programs) as server:
        server.sql("--file", EXAMPLE / "database.sql")
        for name in ("anna", "ben"):
            server.sql("--file", EXAMPLE / "operator.sql", "--set", f"operator={name}")
            server.sql(script=f"ALTER ROLE {name} PASSWORD 'of-{name}';")
        yield server


@pytest.fixture
def team(
    engine_folder: Path, tmp_path: Path, sipgate: Simulator, database: Postgres
) -> Iterator[Team]:
    """Two operators, each logged in as the README says, with a checkout of the same project."""
    url = (
        f"postgres://127.0.0.1:{database.port}/pulumi"
        f"?sslmode=verify-full&sslrootcert={database.authority}"
    )
    anna, ben = (operator(tmp_path / name, engine_folder, database) for name in ("anna", "ben"))
    for engine in (anna, ben):
        engine.environment |= {
            "SIPGATE_BASE_URL": sipgate.base_url,
            "SIPGATE_TOKEN_ID": DEMO_TOKEN_ID,
            "SIPGATE_TOKEN": DEMO_TOKEN,
        }
        engine.succeeds("login", url)
    for engine in (anna, ben):
        copy_example("team", engine.project)
    anna.succeeds("stack", "init", "team")
    # What git would bring: the settings, with the salt of the passphrase.
    shutil.copy2(anna.project / "Pulumi.team.yaml", ben.project)
    ben.succeeds("stack", "select", "team")
    yield Team(anna, ben, database, url)
    left_nothing(tmp_path, anna, ben)
    for result in (*anna.log, *ben.log):
        assert "of-anna" not in result.output
        assert "of-ben" not in result.output


def operator(folder: Path, engine_folder: Path, database: Postgres) -> Engine:
    """A person with a home, a log-in to the database, and no project yet."""
    folder.mkdir()
    environment = scratch_environment(folder, engine_folder)
    del environment["PULUMI_BACKEND_URL"]
    passwords = folder / "pgpass"
    passwords.write_text(f"127.0.0.1:{database.port}:pulumi:{folder.name}:of-{folder.name}\n")
    passwords.chmod(0o600)
    environment |= {"HOME": str(folder), "PGUSER": folder.name, "PGPASSFILE": str(passwords)}
    (folder / "project").mkdir()
    return Engine(folder / "project", environment)


def in_the_account(sipgate: Simulator) -> list[str]:
    return sorted(client["name"] for client in sipgate.account.clients())


def wait_until(true: Callable[[], bool], what: str) -> None:
    ends = time.monotonic() + 60
    while not true():
        assert time.monotonic() < ends, what
        time.sleep(0.05)


def said(engine: Engine) -> str:
    """What the command line that was started said."""
    return (engine.project.parent / "started.log").read_text()


def test_what_one_operator_made_the_other_finds_and_changes_nothing(
    team: Team, sipgate: Simulator
) -> None:
    assert team.anna.up().code == 0
    assert in_the_account(sipgate) == CLIENTS
    sipgate.clear_requests()

    found = team.ben.up()

    assert found.code == 0, found.output
    assert "4 unchanged" in found.output
    assert not sipgate.requests
    assert team.ben.outputs() == team.anna.outputs()
    secrets = [client["clientSecret"] for client in sipgate.account.clients()]
    assert set(secrets) < set(team.ben.outputs().values())


def test_the_database_holds_the_state_and_no_secret_in_plain_text(
    team: Team, sipgate: Simulator
) -> None:
    assert team.anna.up().code == 0

    content = "convert_from(decode(data->>'data', 'base64'), 'UTF8')"
    rows = team.database.sql("-d", "pulumi", "-c", f"SELECT key, {content} FROM pulumi_state")

    assert "stacks/sipgate-team/team.json" in rows
    for client in sipgate.account.clients():
        assert client["clientId"] in rows
        assert client["clientSecret"] not in rows


def test_an_up_while_another_one_runs_is_refused_and_sends_nothing(
    team: Team, sipgate: Simulator
) -> None:
    gate = Gate()
    held = sipgate.misbehave(gate, method="POST", times=None)
    annas = team.anna.start("up")
    wait_until(lambda: held.hits == len(CLIENTS), "the first run creates its clients")
    sent = len(sipgate.requests)

    refused = team.ben.up()
    assert refused.code != 0
    assert LOCKED in refused.output
    assert len(sipgate.requests) == sent

    gate.open.set()
    assert annas.wait(60) == 0, said(team.anna)
    assert in_the_account(sipgate) == CLIENTS
    sipgate.clear_requests()
    assert team.ben.up().code == 0
    assert not sipgate.requests


def test_of_two_ups_that_start_together_at_most_one_runs_and_each_client_is_made_once(
    team: Team, sipgate: Simulator
) -> None:
    gate = Gate()
    sipgate.misbehave(gate, method="POST", times=None)
    runs = {engine.project: engine.start("up") for engine in (team.anna, team.ben)}
    # Whoever got the lock cannot be over before the gate opens.
    wait_until(lambda: any(run.poll() is not None for run in runs.values()), "one is refused")
    gate.open.set()
    codes = [run.wait(60) for run in runs.values()]

    # The engine writes its lock and then looks for others, so both can find each other's.
    refused = [e for e, code in zip((team.anna, team.ben), codes, strict=True) if code]
    assert refused
    assert all(LOCKED in said(engine) for engine in refused)
    assert in_the_account(sipgate) == (CLIENTS if len(refused) == 1 else [])
    for engine in refused:
        assert engine.up().code == 0
    assert in_the_account(sipgate) == CLIENTS
    assert sipgate.count("POST") == len(CLIENTS)
    for engine in (team.anna, team.ben):
        sipgate.clear_requests()
        assert engine.up().code == 0
        assert not sipgate.requests


def test_the_lock_of_a_killed_run_stays_until_somebody_cancels_it(
    team: Team, sipgate: Simulator
) -> None:
    stuck = sipgate.misbehave(Stall(), method="POST", times=None)
    annas = team.anna.start("up")
    wait_until(lambda: stuck.hits > 0, "the run creates its clients")
    family = [*psutil.Process(annas.pid).children(recursive=True), psutil.Process(annas.pid)]
    for process in family:
        process.kill()
    annas.wait(60)
    psutil.wait_procs(family, 60)
    sipgate.behave()

    refused = team.ben.up()
    assert refused.code != 0
    assert LOCKED in refused.output
    assert f"(pid {annas.pid})" in refused.output
    team.ben.succeeds("cancel", "--yes")

    assert team.ben.up().code == 0
    assert in_the_account(sipgate) == CLIENTS


def test_a_server_that_nobody_vouches_for_and_a_connection_in_the_clear_are_refused(
    team: Team,
) -> None:
    unknown = team.ben.pulumi("login", team.url.partition("&sslrootcert")[0])
    clear = team.ben.pulumi("login", team.url.partition("?")[0] + "?sslmode=disable")

    assert unknown.code != 0
    assert "certificate signed by unknown authority" in unknown.output
    assert clear.code != 0
    assert "no encryption" in clear.output


def test_who_is_no_operator_or_no_longer_one_does_not_get_at_the_state(team: Team) -> None:
    assert team.ben.up().code == 0
    team.database.sql(script="CREATE ROLE mallory LOGIN PASSWORD 'of-mallory'; DROP ROLE ben;")

    stranger = team.anna.pulumi("login", team.url, PGUSER="mallory", PGPASSWORD="of-mallory")
    left = team.ben.pulumi("stack")

    assert stranger.code != 0
    assert 'permission denied for database "pulumi"' in stranger.output
    assert left.code != 0
    assert 'password authentication failed for user "ben"' in left.output
    assert "4 unchanged" in team.anna.up().output


def test_an_address_in_the_projects_settings_spares_the_log_in(team: Team) -> None:
    settings = team.anna.project / "Pulumi.yaml"
    settings.write_text(f"{settings.read_text()}backend:\n  url: {team.url}\n")
    team.anna.succeeds("logout", "--all")

    assert team.anna.up().code == 0
    assert team.ben.outputs().keys() == team.anna.outputs().keys()
