"""Stacks that share an account leave each other's clients alone."""

from __future__ import annotations

import re
from typing import Any

import pytest

from sipgate_provider.simulator import Simulator
from tests.engine_fixtures import BOTH_HOSTS
from tests.engine_stack import Engine

PROGRAM = (
    "import pulumi\n"
    "import sipgate_provider as sipgate\n"
    "sipgate.OAuthClient('crm', redirect_uris=['https://crm.example.com/*'], {})\n"
)
EQUAL = re.compile(r"Client (\S+) equals (\S+), which the account held before")
DESCRIBED = "description='Click-to-dial'"
PROTECTED = "opts=pulumi.ResourceOptions(protect=True)"


def ids(engine: Engine, stack: str) -> list[str]:
    engine.succeeds("stack", "select", stack)
    return sorted(resource["id"] for resource in engine.resources())


def in_the_account(sipgate: Simulator) -> list[str]:
    return sorted(client["clientId"] for client in sipgate.account.clients())


@pytest.fixture
def dev(engine: Any, sipgate: Simulator) -> str:
    """The id of a client that stack `trial` manages; stack `prod` is selected."""
    engine.write(PROGRAM.format(PROTECTED))
    engine.succeeds("up", "--yes", "--skip-preview")
    engine.succeeds("stack", "init", "prod")
    (client_id,) = in_the_account(sipgate)
    return client_id


@BOTH_HOSTS
def test_the_same_program_in_two_stacks_has_a_client_in_each_whose_description_names_the_stack(
    engine: Any, sipgate: Simulator, dev: str
) -> None:
    up = engine.up()

    assert up.code == 0, up.output
    assert "warning:" not in up.output.replace(
        "warning: using pulumi-resource-sipgate from $PATH", ""
    )
    assert sorted([*ids(engine, "trial"), *ids(engine, "prod")]) == in_the_account(sipgate)
    assert {client["description"] for client in sipgate.account.clients()} == {
        "Managed by Pulumi: trial/trial",
        "Managed by Pulumi: trial/prod",
    }
    assert ids(engine, "trial") == [dev]


@BOTH_HOSTS
def test_clients_of_two_stacks_may_be_equal_and_the_second_stack_names_that_of_the_first(
    engine: Any, sipgate: Simulator
) -> None:
    engine.write(PROGRAM.format(DESCRIBED))
    engine.succeeds("up", "--yes", "--skip-preview")
    (first,) = in_the_account(sipgate)
    engine.succeeds("stack", "init", "prod")
    sipgate.clear_requests()

    second = engine.up()

    assert second.code == 0, second.output
    ((_, equal),) = set(EQUAL.findall(second.output))
    assert equal == first
    assert "`sipgate-provider clients`" in second.output
    assert [request.method for request in sipgate.requests] == ["GET", "POST"]
    assert sorted([*ids(engine, "trial"), *ids(engine, "prod")]) == in_the_account(sipgate)
    assert len(in_the_account(sipgate)) == 2


@pytest.mark.parametrize("asked", ["named", "all"])
def test_import_leaves_a_client_of_another_stack_alone_and_names_the_stack(
    engine: Any, dev: str, asked: str
) -> None:
    arguments = [f"crm={dev}"] if asked == "named" else ["--all"]
    done = engine.ours("import", *arguments)

    assert done.returncode == (1 if asked == "named" else 0)
    assert f"Stack trial manages client {dev}" in done.stderr
    assert not engine.resources()

    if asked == "named":
        forced = engine.ours("import", *arguments, "--force")
        assert forced.returncode == 0, forced.stderr
        assert [resource["id"] for resource in engine.resources()] == [dev]


@pytest.mark.parametrize("place", ["another stack", "another project", "no project"])
def test_delete_refuses_what_any_stack_of_the_backend_manages_and_names_the_stack(
    engine: Any, sipgate: Simulator, dev: str, place: str
) -> None:
    if place == "another project":
        engine.write("", "name: other\nruntime: python\n")
        engine.succeeds("stack", "init", "prod")
    if place == "no project":
        (engine.project / "Pulumi.yaml").unlink()

    refused = engine.ours("delete", "--yes", dev)

    assert refused.returncode == 1
    name = "trial" if place == "another stack" else "organization/trial/trial"
    assert f"Stack {name} manages client {dev} as 'crm'" in refused.stderr
    assert in_the_account(sipgate) == [dev]
    forced = engine.ours("delete", "--yes", "--force", dev)
    assert forced.returncode == 0, forced.stderr
    assert not in_the_account(sipgate)


@pytest.mark.parametrize("protect", [True, False])
def test_delete_refuses_what_the_selected_stack_manages_even_by_force_and_asks_about_the_rest(
    engine: Any, sipgate: Simulator, protect: bool
) -> None:
    engine.write(PROGRAM.format(PROTECTED if protect else ""))
    engine.succeeds("up", "--yes", "--skip-preview")
    (client_id,) = in_the_account(sipgate)
    other = sipgate.account.add_client(name="other")["clientId"]

    refused = engine.ours("delete", "--yes", "--force", client_id)
    unasked = engine.ours("delete", other)

    assert refused.returncode == 1
    assert "The current stack manages" in refused.stderr
    assert ("remove its protection" in refused.stderr) is protect
    assert unasked.returncode == 1
    assert in_the_account(sipgate) == sorted([client_id, other])


@pytest.mark.parametrize("command", ["import", "delete"])
def test_a_stack_that_the_backend_does_not_show_keeps_its_clients(
    engine: Any, sipgate: Simulator, command: str
) -> None:
    client = sipgate.account.add_client(name="crm", description="Managed by Pulumi: far/away")
    client_id = client["clientId"]
    arguments = [f"crm={client_id}"] if command == "import" else ["--yes", client_id]

    refused = engine.ours(command, *arguments)

    assert refused.returncode == 1
    assert "stack far/away manages it" in refused.stderr
    assert in_the_account(sipgate) == [client_id]
    assert not engine.resources()


def test_what_an_interrupted_run_of_this_stack_left_over_can_be_imported_and_deleted(
    engine: Any, sipgate: Simulator
) -> None:
    for name in ("one", "two"):
        sipgate.account.add_client(name=name, description="Managed by Pulumi: trial/trial")
    one, two = (client["clientId"] for client in sipgate.account.clients())

    imported = engine.ours("import", f"one={one}")
    deleted = engine.ours("delete", "--yes", two)

    assert imported.returncode == 0, imported.stderr
    assert deleted.returncode == 0, deleted.stderr
    assert in_the_account(sipgate) == [one]


def test_without_pulumi_a_client_is_deleted_by_force_alone(engine: Any, sipgate: Simulator) -> None:
    client_id = sipgate.account.add_client(name="crm")["clientId"]
    (engine.project / "Pulumi.yaml").unlink()

    refused = engine.ours("delete", "--yes", client_id, PATH="/nowhere")

    assert refused.returncode == 1
    assert "cannot be checked" in refused.stderr
    forced = engine.ours("delete", "--yes", "--force", client_id, PATH="/nowhere")
    assert forced.returncode == 0, forced.stderr


@BOTH_HOSTS
@pytest.mark.parametrize("equal", ["namesakes", "twins"])
def test_new_clients_before_an_existing_one_of_the_same_name_do_not_hold_up_its_check(
    engine: Any, sipgate: Simulator, equal: str
) -> None:
    program = (
        "import sipgate_provider as sipgate\n"
        "for number in range({}, 14):\n"
        "    sipgate.OAuthClient(f'crm{{number}}', name='CRM',{}\n"
        "        redirect_uris=['https://crm.example.com/*'])\n"
    )
    describe = {
        "namesakes": " description=f'number {number}',",
        "twins": " description='the same',",
    }[equal]
    engine.write(program.format(13, describe))
    engine.succeeds("up", "--yes", "--skip-preview")
    engine.write(program.format(0, describe))
    sipgate.switches.latency = 0.3

    up = engine.up()

    assert up.code == 0, up.output
    assert len(set(EQUAL.findall(up.output))) <= (equal == "twins")
    assert sorted(resource["id"] for resource in engine.resources()) == in_the_account(sipgate)
    assert len(in_the_account(sipgate)) == 14


@BOTH_HOSTS
def test_an_up_after_a_destroy_whose_deletion_is_not_finished_creates_the_client(
    engine: Any, sipgate: Simulator
) -> None:
    engine.write(PROGRAM.format(""))
    engine.succeeds("up", "--yes", "--skip-preview")
    sipgate.switches.deletion_seconds = 4
    engine.succeeds("destroy", "--yes", "--skip-preview")

    up = engine.up()

    assert up.code == 0, up.output
    (created,) = (resource["id"] for resource in engine.resources())
    assert created in in_the_account(sipgate)


def test_clients_shows_which_stack_made_what_no_stack_manages(
    engine: Any, sipgate: Simulator
) -> None:
    sipgate.account.add_client(name="crm", description="Managed by Pulumi: trial/trial")

    listed = engine.ours("clients", "--unmanaged", "--all-stacks", "--json")

    assert '"description": "Managed by Pulumi: trial/trial"' in listed.stdout
    assert '"managedBy": null' in listed.stdout
