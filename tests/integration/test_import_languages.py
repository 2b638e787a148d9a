"""`sipgate-provider import` in other languages: Pulumi reads the clients by id, and writes the program."""

from __future__ import annotations

import os
import signal
from pathlib import Path

import pytest

from sipgate_provider.simulator import DEMO_TOKEN, DEMO_TOKEN_ID, Simulator
from tests.engine_stack import Engine
from tests.import_under_way import in_the_state, start, wait_until

YAML = "name: trial\nruntime: yaml\n"
NAMES = ["CRM integration", "crm  integration!", "class", "", "quo\"te's\n", "a${b}", "Größe 😀"]


@pytest.fixture
def project(engine: Engine) -> Engine:
    engine.write("", YAML)
    return engine


def test_all_clients_enter_a_yaml_stack_and_the_written_program_changes_nothing(
    project: Engine, sipgate: Simulator, tmp_path: Path
) -> None:
    for name in NAMES:
        sipgate.account.add_client(name=name, redirectUris=["https://a.example.com/${x}"])
    empty = sipgate.account.add_client(name="empty", redirectUris=[])

    done = project.ours("import", "--all", "--out", "clients.yaml")

    assert done.returncode == 0, done.stderr
    assert f"{len(NAMES) + 1} clients imported, protected" in done.stderr
    assert {one["id"] for one in project.resources()} == {
        client["clientId"] for client in sipgate.account.clients()
    }
    secret = empty["clientSecret"].encode()
    files = [file for file in tmp_path.rglob("*") if file.is_file()]
    assert not [file for file in files if secret in file.read_bytes()]
    project.write("", YAML + (project.project / "clients.yaml").read_text())
    sipgate.clear_requests()
    assert f"{len(NAMES) + 2} unchanged" in project.up().output
    assert {request.method for request in sipgate.requests} <= {"GET"}


def test_a_second_import_declares_what_the_first_one_left_in_the_stack(
    project: Engine, sipgate: Simulator
) -> None:
    for number in range(30):
        sipgate.account.add_client(name=f"app {number}", redirectUris=["https://a.example.com/*"])
    # So that the engine's plugin reads each by itself, and the signal comes in time.
    sipgate.switches.list_without_secret = True
    sipgate.switches.latency = 0.1
    command = start(project, "import", "--all", "--no-protect", "--out", "clients.yaml")
    wait_until(lambda: in_the_state(project) >= 5)
    os.kill(command.pid, signal.SIGINT)
    _, said = command.communicate(timeout=60)
    held = len(project.resources())
    assert f"{held} are in the stack, {30 - held} not" in said
    assert not (project.project / "clients.yaml").exists()
    assert project.up().code != 0
    assert len(sipgate.account.clients()) == 30

    again = project.ours("import", "--all", "--no-protect", "--out", "clients.yaml")

    assert again.returncode == 0, again.stderr
    assert f"{held} clients were in the stack already" in again.stderr
    project.write("", YAML + (project.project / "clients.yaml").read_text())
    assert "31 unchanged" in project.up().output
    assert len(sipgate.account.clients()) == 30
    assert not any(one.get("protect") for one in project.resources())


def test_a_named_account_is_imported_through_its_provider_resource(
    project: Engine, sipgate: Simulator
) -> None:
    with Simulator() as eu:
        variables = {
            "SIPGATE_EU_BASE_URL": eu.base_url,
            "SIPGATE_EU_TOKEN_ID": DEMO_TOKEN_ID,
            "SIPGATE_EU_TOKEN": DEMO_TOKEN,
        }
        crm = eu.account.add_client(name="crm", redirectUris=["https://a.example.com/*"])
        arguments = ("import", "--account", "eu", f"crm={crm['clientId']}")
        refused = project.ours(*arguments, **variables)
        assert refused.returncode == 1
        assert "no provider resource of the account 'eu'" in refused.stderr
        provider = (
            "resources:\n"
            "  european:\n"
            "    type: pulumi:providers:sipgate\n"
            "    properties: {account: eu}\n"
        )
        project.write("", YAML + provider)
        project.succeeds("up", "--yes", "--skip-preview", **variables)

        done = project.ours(*arguments, **variables)

        assert done.returncode == 0, done.stderr
        (resource,) = project.resources()
        assert "::european::" in resource["provider"]
        program = done.stdout.removeprefix("resources:\n")
        project.write("", YAML + provider + program)
        assert "3 unchanged" in project.up(**variables).output
    assert not sipgate.account.clients()
