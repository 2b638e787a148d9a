"""Whatever is lost or killed, the account holds what the state knows, or the next run says what is left over."""

from __future__ import annotations

import contextlib
import json
import re
import subprocess
import time
from typing import Any

import psutil
import pytest

from sipgate_provider.simulator import Answer, Reset, Simulator, Stall, Truncate
from tests.engine_fixtures import BOTH_HOSTS

pytestmark = BOTH_HOSTS

ONE: dict[str, Any] = {"redirect_uris": ["https://crm.example.com/*"]}
TWINS = (
    "import sipgate_provider as sipgate\n"
    "for number in range(4):\n"
    "    sipgate.OAuthClient(f'twin{number}', name='twin', redirect_uris=['https://a.example.com/*'])\n"
)

EQUAL = re.compile(r"Client (\S+) equals (\S+), which the account held before")


def in_the_state(engine: Any) -> list[str]:
    return sorted(resource["id"] for resource in engine.resources())


def in_the_account(sipgate: Simulator) -> list[str]:
    return sorted(client["clientId"] for client in sipgate.account.clients())


def kill(pulumi: subprocess.Popen[bytes], whom: str) -> None:
    """Ends the plugin alone, or everything that runs, as a power cut would."""
    processes = psutil.Process(pulumi.pid).children(recursive=True)
    plugin = [
        process
        for process in processes
        if re.search("pulumi.dynamic|pulumi-resource-sipgate", " ".join(process.cmdline()))
    ]
    assert plugin
    for process in plugin if whom == "plugin" else [psutil.Process(pulumi.pid), *processes]:
        # A child may end by itself as soon as its parent is gone.
        with contextlib.suppress(psutil.NoSuchProcess):
            process.kill()
    pulumi.wait(60)
    psutil.wait_procs(processes, 60)


def killed_while(
    engine: Any, sipgate: Simulator, verb: str, whom: str, taken: bool, command: str = "up"
) -> None:
    """Runs `pulumi` and kills it in the middle of a request of that verb."""
    fault = sipgate.misbehave(Stall(taken=taken), method=verb, times=None)
    pulumi = engine.start(command)
    ends = time.monotonic() + 60
    while not fault.hits and time.monotonic() < ends:
        time.sleep(0.05)
    assert fault.hits
    time.sleep(0.2)
    kill(pulumi, whom)
    sipgate.behave()
    engine.pulumi("cancel", "--yes")


@pytest.mark.parametrize(
    "fault",
    [
        Reset(taken=True),
        Truncate(),
        Answer(200, b"<html>", taken=True),
        Answer(502, taken=True),
    ],
    ids=str,
)
def test_clients_whose_answers_are_lost_are_in_the_state_all_the_same(
    engine: Any, sipgate: Simulator, fault: Any
) -> None:
    engine.write(TWINS)
    sipgate.misbehave(fault, method="POST", times=None)

    created = engine.up()

    assert created.code == 0, created.output
    assert "created the client nevertheless" in created.output
    assert in_the_state(engine) == in_the_account(sipgate)
    assert len(in_the_state(engine)) == sipgate.count("POST") == 4


def test_a_client_that_was_not_made_is_told_and_made_by_the_next_up(
    engine: Any, sipgate: Simulator
) -> None:
    engine.client(**ONE)
    sipgate.misbehave(Reset(), method="POST")

    failed = engine.up()
    assert failed.code != 0
    assert "probably not created" in failed.output
    engine.succeeds("up", "--yes", "--skip-preview")

    assert in_the_state(engine) == in_the_account(sipgate)
    assert len(in_the_state(engine)) == 1


@pytest.mark.parametrize(("whom", "then"), [("everything", "import"), ("plugin", "delete")])
def test_what_a_killed_creation_leaves_over_is_named_and_can_be_imported_or_deleted(
    engine: Any, sipgate: Simulator, whom: str, then: str
) -> None:
    engine.client(**ONE)
    killed_while(engine, sipgate, "POST", whom, taken=True)
    (left,) = in_the_account(sipgate)
    assert not in_the_state(engine)

    again = engine.up()

    assert again.code == 0, again.output
    assert f"equals {left}, which the account held before" in again.output
    if whom == "everything":
        assert "interrupted while creating" in again.output
    (new,) = in_the_state(engine)
    assert in_the_account(sipgate) == sorted([left, new])
    (unmanaged,) = json.loads(engine.ours("clients", "--unmanaged", "--json").stdout)["clients"]
    assert unmanaged["clientId"] == left
    if then == "import" and engine.host == "native":
        imported = ("sipgate:index:OAuthClient", "old", left, "--generate-code=false")
        engine.succeeds("import", *imported, "--yes", "--protect=false")
    else:
        arguments = ["import", f"old={left}"] if then == "import" else ["delete", "--yes", left]
        done = engine.ours(*arguments)
        assert done.returncode == 0, done.stderr
    assert in_the_state(engine) == in_the_account(sipgate)
    assert (left in in_the_state(engine)) is (then == "import")


def test_what_a_killed_creation_left_over_is_kept_by_importing_it_before_the_next_up(
    engine: Any, sipgate: Simulator
) -> None:
    engine.client(**ONE)
    killed_while(engine, sipgate, "POST", "everything", taken=True)
    (left,) = in_the_account(sipgate)

    shown = engine.ours("show", left)
    if engine.host == "native":
        engine.succeeds(
            "import", "sipgate:index:OAuthClient", "crm", left, "--generate-code=false", "--yes"
        )
    else:
        imported = engine.ours("import", f"crm={left}")
        assert imported.returncode == 0, imported.stderr
    engine.succeeds("up", "--yes", "--skip-preview")
    engine.succeeds("refresh", "--clear-pending-creates", "--yes", "--skip-preview")
    quiet = engine.succeeds("up", "--yes", "--skip-preview")

    assert "Managed by Pulumi: trial/trial" in shown.stdout
    assert in_the_state(engine) == in_the_account(sipgate) == [left]
    assert not {request.method for request in sipgate.requests} & {"PUT", "DELETE"}
    assert "pending operations" not in quiet


def test_what_a_killed_creation_left_over_shows_its_stack_though_the_program_was_edited(
    engine: Any, sipgate: Simulator
) -> None:
    engine.client(**ONE)
    killed_while(engine, sipgate, "POST", "everything", taken=True)
    (left,) = in_the_account(sipgate)
    engine.client(redirect_uris=[*ONE["redirect_uris"], "https://beta.example.com/*"])

    edited = engine.up()

    assert edited.code == 0, edited.output
    unmanaged = engine.ours("clients", "--unmanaged", "--json")
    (client,) = json.loads(unmanaged.stdout)["clients"]
    assert client["clientId"] == left
    assert client["description"] == "Managed by Pulumi: trial/trial"
    deleted = engine.ours("delete", "--yes", left)
    assert deleted.returncode == 0, deleted.stderr
    assert in_the_state(engine) == in_the_account(sipgate)


@pytest.mark.parametrize("taken", [False, True])
def test_an_update_that_was_killed_is_finished_by_the_next_up(
    engine: Any, sipgate: Simulator, taken: bool
) -> None:
    engine.client(**ONE)
    engine.succeeds("up", "--yes", "--skip-preview")
    engine.client(**ONE, description="new")
    killed_while(engine, sipgate, "PUT", "everything", taken)

    again = engine.up()

    assert again.code == 0, again.output
    assert in_the_state(engine) == in_the_account(sipgate)
    assert sipgate.account.clients()[0]["description"] == "new"
    assert "2 unchanged" in engine.up().output


@pytest.mark.parametrize("taken", [False, True])
def test_a_deletion_that_was_killed_is_finished_by_the_next_destroy(
    engine: Any, sipgate: Simulator, taken: bool
) -> None:
    engine.client(**ONE)
    engine.succeeds("up", "--yes", "--skip-preview")
    killed_while(engine, sipgate, "DELETE", "everything", taken, "destroy")
    assert len(in_the_state(engine)) == 1

    engine.succeeds("destroy", "--yes", "--skip-preview")

    assert not in_the_state(engine)
    assert not in_the_account(sipgate)


@pytest.mark.parametrize("how", ["rename", "--replace", "taint"])
def test_a_client_that_is_created_anew_is_no_obstacle_to_its_successor(
    engine: Any, sipgate: Simulator, how: str
) -> None:
    engine.client(**ONE, name="CRM", description="Click-to-dial")
    engine.succeeds("up", "--yes", "--skip-preview")
    (old,) = in_the_account(sipgate)
    (resource,) = engine.resources()
    options: list[str] = []
    if how == "rename":
        program = (engine.project / "__main__.py").read_text()
        engine.write(program.replace("OAuthClient('crm'", "OAuthClient('other'"))
    elif how == "taint":
        engine.succeeds("state", "taint", resource["urn"], "--yes")
    else:
        options = ["--replace", resource["urn"]]

    done = engine.up(*options)

    assert done.code == 0, done.output
    assert EQUAL.findall(done.output)[0][1] == old
    assert len(set(EQUAL.findall(done.output))) == 1
    assert in_the_account(sipgate) == in_the_state(engine) != [old]


def test_a_resource_renamed_with_an_alias_keeps_its_client(engine: Any, sipgate: Simulator) -> None:
    engine.client(**ONE, name="CRM")
    engine.succeeds("up", "--yes", "--skip-preview")
    before = in_the_account(sipgate)
    program = (engine.project / "__main__.py").read_text()
    alias = "opts=pulumi.ResourceOptions(aliases=[pulumi.Alias(name='crm')]), "
    engine.write(program.replace("OAuthClient('crm', ", f"OAuthClient('other', {alias}"))

    renamed = engine.up()

    assert renamed.code == 0, renamed.output
    assert in_the_account(sipgate) == in_the_state(engine) == before
