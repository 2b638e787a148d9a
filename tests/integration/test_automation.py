"""The example of the Automation API, run as its README says: many tenants, one stack each."""

from __future__ import annotations

import json
import os
import pty
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from typing import Any

import pytest

from sipgate_provider.simulator import DEMO_TOKEN, Answer, Delay, Simulator
from tests.engine_stack import ROOT, Engine

Run = subprocess.CompletedProcess[str]

ACME = "acme:\n  redirect_uris: [https://acme.example.com/*]\n"
GLOBEX = "globex:\n  name: Globex dialler\n  redirect_uris: [https://globex.example.com/*]\n"


@pytest.fixture
def automation(engine: Engine) -> Callable[..., Run]:
    """Runs the example's command line in a folder with these tenants."""

    def run(*arguments: str, tenants: str | None = None, **variables: str) -> Run:
        if tenants is not None:
            (engine.project / "tenants.yaml").write_text(tenants)
        done = engine.runs(command(*arguments), variables, timeout=200)
        assert "Traceback" not in done.stdout + done.stderr
        assert DEMO_TOKEN not in done.stdout + done.stderr
        return done

    return run


def command(*arguments: str) -> tuple[str, ...]:
    return (sys.executable, str(ROOT / "examples/automation"), *arguments)


def ids(sipgate: Simulator) -> dict[str, str]:
    return {client["name"]: client["clientId"] for client in sipgate.account.clients()}


def test_each_tenant_of_the_examples_file_gets_a_client_and_again_nothing_is_sent(
    automation: Any, sipgate: Simulator
) -> None:
    file = str(ROOT / "examples/automation/tenants.yaml")
    created = automation("up", "--tenants", file)
    clients = ids(sipgate)
    assert created.returncode == 0, created.stderr
    assert created.stdout.splitlines() == [
        f"acme: created, {clients['Acme dialler']}",
        f"globex: created, {clients['Globex dialler']}",
    ]
    sipgate.clear_requests()

    again = automation("up", "--tenants", file)

    assert again.returncode == 0, again.stderr
    assert again.stdout == created.stdout.replace("created", "unchanged")
    assert not sipgate.requests


def test_what_differs_is_changed_and_of_the_named_tenants_alone(
    automation: Any, sipgate: Simulator
) -> None:
    assert automation("up", tenants=ACME + GLOBEX).returncode == 0
    before = ids(sipgate)
    sipgate.clear_requests()

    changed = automation("up", "acme", tenants=(ACME + GLOBEX).replace(".com/*", ".com/app/*"))

    assert changed.stdout == f"acme: changed, {before['acme']}\n"
    assert sipgate.count("PUT") == 1
    uris = {client["name"]: client["redirectUris"] for client in sipgate.account.clients()}
    assert uris["acme"] == ["https://acme.example.com/app/*"]
    assert uris["Globex dialler"] == ["https://globex.example.com/*"]


def test_a_tenant_that_left_the_file_keeps_its_client_until_it_is_destroyed_by_name(
    automation: Any, sipgate: Simulator
) -> None:
    assert automation("up", tenants=ACME + GLOBEX).returncode == 0
    before = ids(sipgate)

    without = automation("up", tenants=ACME)
    assert without.returncode == 0
    assert "globex is not in tenants.yaml any more, and its client is kept." in without.stderr
    assert "python . destroy globex" in without.stderr
    assert ids(sipgate) == before

    unasked = automation("destroy", "globex")
    assert unasked.returncode == 2
    assert "add --yes" in unasked.stderr
    assert ids(sipgate) == before

    destroyed = automation("destroy", "--yes", "globex")
    assert destroyed.returncode == 0, destroyed.stderr
    assert destroyed.stdout == "globex: deleted\n"
    assert ids(sipgate) == {"acme": before["acme"]}
    assert "globex" not in automation("up").stderr


def test_a_tenant_that_fails_does_not_stop_the_others_and_is_reported_at_the_end(
    automation: Any, sipgate: Simulator
) -> None:
    sipgate.misbehave(Answer(403), method="POST")

    partly = automation("up", tenants=ACME + GLOBEX)

    assert partly.returncode == 1
    assert list(ids(sipgate)) == ["Globex dialler"]
    *_, reason, count = partly.stderr.splitlines()
    assert reason.startswith("error: acme: Creating the client: 127.0.0.1:")
    assert " refused (403). The response is not sipgate's own" in reason
    assert count == "1 of 2 failed."
    healed = automation("up")
    assert healed.returncode == 0
    assert sorted(ids(sipgate)) == ["Globex dialler", "acme"]


def test_a_property_that_the_provider_refuses_is_told_in_one_sentence(
    automation: Any, sipgate: Simulator
) -> None:
    refused = automation(
        "up", tenants="acme:\n  redirect_uris: ['https://acme.example.com/#top']\n"
    )

    assert refused.returncode == 1
    assert (
        "error: acme: property redirectUris: in entry 1, leave out # and what follows"
        in refused.stderr
    )
    assert not ids(sipgate)


def test_secrets_are_printed_only_when_asked_for(automation: Any, sipgate: Simulator) -> None:
    created = automation("up", tenants=ACME)
    (client,) = sipgate.account.clients()
    sipgate.clear_requests()

    shown = automation("show")
    asked = automation("show", "acme", "--show-secrets", "--json")

    assert shown.stdout == f"acme: {client['clientId']}\n"
    assert json.loads(asked.stdout) == {
        "acme": {"client_id": client["clientId"], "client_secret": client["clientSecret"]}
    }
    for run in (created, shown):
        assert client["clientSecret"] not in run.stdout + run.stderr
    assert not sipgate.requests


@pytest.mark.parametrize(
    ("tenants", "finding"),
    [
        ("acme:\n  redirect_uri: [x]\n", "acme.redirect_uri is not a property of a tenant"),
        ("acme:\n  redirect_uris: []\n", "acme.redirect_uris is empty; add at least one"),
        ("acme:\n  redirect_uris: [5]\n", "acme.redirect_uris[0] is not text"),
        (ACME + ACME, "tenants.yaml, line 3: 'acme' occurs twice"),
        ("no:\n  redirect_uris: [x]\n", "the tenant False is not text; put its name in quotes"),
        ("a/b:\n  redirect_uris: [x]\n", "the tenant 'a/b' needs a name of letters"),
        ("acme: [\n", "tenants.yaml, line 2:"),
        ("", "tenants.yaml contains no tenant"),
    ],
)
def test_a_file_that_cannot_work_is_told_by_line_or_key_before_anything_is_done(
    automation: Any, sipgate: Simulator, tenants: str, finding: str
) -> None:
    refused = automation("up", tenants=tenants)

    assert refused.returncode == 2
    assert finding in refused.stderr
    assert not sipgate.requests


def test_a_tenant_that_nobody_knows_is_a_misuse_that_lists_those_there_are(automation: Any) -> None:
    unknown = automation("up", "acne", tenants=ACME + GLOBEX)

    assert unknown.returncode == 2
    assert "'acne' is not in tenants.yaml; there are: acme, globex." in unknown.stderr


def test_without_an_engine_or_with_a_wrong_passphrase_one_sentence_says_so(
    automation: Any, sipgate: Simulator
) -> None:
    assert automation("up", tenants=ACME).returncode == 0
    before = ids(sipgate)

    absent = automation("up", PATH="/nowhere")
    wrong = automation("up", PULUMI_CONFIG_PASSPHRASE="wrong")

    assert absent.returncode == 1
    assert absent.stderr == "error: There is no `pulumi` on PATH; install it first.\n"
    assert wrong.returncode == 1
    assert "error: acme: failed to decrypt: incorrect passphrase" in wrong.stderr
    assert ids(sipgate) == before


def test_a_terminal_gets_a_bar_and_a_pipe_plain_lines(automation: Any, engine: Engine) -> None:
    piped = automation("up", tenants=ACME)
    ours, theirs = pty.openpty()
    with subprocess.Popen(
        command("up"),
        cwd=engine.project,
        env=engine.environment | {"TERM": "xterm-256color", "COLUMNS": "100"},
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
    ) as shown:
        os.close(theirs)
        screen = b""
        # The last process to close a terminal makes it an input error on Linux.
        while chunk := _read(ours):
            screen += chunk
    os.close(ours)

    assert shown.returncode == 0
    assert "acme: 1 of 1 …" in piped.stderr
    assert "\x1b" not in piped.stdout + piped.stderr
    text = screen.decode()
    assert "━" in text
    assert "0/1" in text
    assert "acme: unchanged, " in text
    assert "1 of 1 …" not in text


def _read(terminal: int) -> bytes:
    try:
        return os.read(terminal, 65536)
    except OSError:
        return b""


def test_an_interruption_ends_the_tenant_under_way_in_order_and_leaves_the_others(
    automation: Any, engine: Engine, sipgate: Simulator
) -> None:
    (engine.project / "tenants.yaml").write_text(ACME + GLOBEX)
    slow = sipgate.misbehave(Delay(2), method="POST")
    with subprocess.Popen(
        command("up"),
        cwd=engine.project,
        env=engine.environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    ) as run:
        ends = time.monotonic() + 60
        while not slow.hits and time.monotonic() < ends:
            time.sleep(0.05)
        # As a terminal does: to every process of the foreground group.
        os.killpg(run.pid, signal.SIGINT)
        _, said = run.communicate(timeout=100)

    assert run.returncode == 130, said
    assert "Traceback" not in said
    assert "Interrupted; left as they are: globex." in said
    assert list(ids(sipgate)) == ["acme"]
    sipgate.behave()
    again = automation("up")
    assert again.returncode == 0, again.stderr
    assert sorted(ids(sipgate)) == ["Globex dialler", "acme"]
    assert sipgate.count("POST") == 2
