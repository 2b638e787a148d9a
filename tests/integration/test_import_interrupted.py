"""An import may end at any moment and be run again: no `pulumi up` then deletes a client or creates one twice."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest

from sipgate_provider.simulator import Simulator
from tests.engine_stack import Engine
from tests.import_under_way import in_the_state, start, state_file, wait_until

CLIENTS = 40
COMMAND = ("import", "--all", "--out", "clients.py")


@pytest.fixture
def account(sipgate: Simulator) -> Simulator:
    for number in range(CLIENTS):
        sipgate.account.add_client(
            name=f"app {number}", redirectUris=[f"https://a{number}.example.com/*"]
        )
    return sipgate


def pulumi_of(engine: Engine) -> list[psutil.Process]:
    """The processes of `pulumi import` in the project."""
    return [
        process
        for process in psutil.process_iter(["cwd", "name"])
        if process.info["name"] == "pulumi" and process.info["cwd"] == str(engine.project)
    ]


def kill_pulumi(engine: Engine, _: subprocess.Popen[str]) -> None:
    for process in pulumi_of(engine):
        # The backend for files does not write its own files as a whole; what it leaves of them is Pulumi's affair.
        while not stopped_with_a_whole_state(engine, process):
            process.resume()
            time.sleep(0.01)
        plugins = process.children(recursive=True)
        process.kill()
        for plugin in plugins:
            plugin.kill()


def stopped_with_a_whole_state(engine: Engine, process: psutil.Process) -> bool:
    process.suspend()
    wait_until(lambda: process.status() == psutil.STATUS_STOPPED)
    file = state_file(engine)
    try:
        for written in (file, file.with_name(f"{file.name}.attrs")):
            json.loads(written.read_text())
    except FileNotFoundError:
        return not list(file.parent.glob("*.bak"))
    except ValueError:
        return False
    return True


def send(number: signal.Signals) -> Callable[[Engine, subprocess.Popen[str]], None]:
    return lambda _, command: os.kill(command.pid, number)


STEPS: dict[str, Callable[[Engine], bool]] = {
    "some": lambda engine: in_the_state(engine) >= 8,
    "written": lambda engine: (engine.project / "clients.py").exists(),
    "engine": lambda engine: bool(pulumi_of(engine)),
    "first": lambda engine: in_the_state(engine) >= 1,
    "last": lambda engine: in_the_state(engine) >= CLIENTS,
}
ENDS = {
    "Ctrl-C": send(signal.SIGINT),
    "SIGTERM": send(signal.SIGTERM),
    "lost terminal": send(signal.SIGHUP),
    "kill -9": send(signal.SIGKILL),
    "kill -9 of pulumi": kill_pulumi,
}


def up_with(engine: Engine, program: str, account: Simulator) -> bool:
    """Whether `pulumi up` succeeds; it must not delete or create a client."""
    (engine.project / "__main__.py").write_text(program)
    account.clear_requests()
    done = engine.up()
    assert not {request.method for request in account.requests} & {"POST", "PUT", "DELETE"}
    assert len(account.account.clients()) == CLIENTS
    return done.code == 0


@pytest.mark.parametrize(
    ("end", "step", "protect"),
    [
        *((end, step, "--no-protect") for step in STEPS for end in ENDS),
        ("Ctrl-C", "some", "--protect"),
    ],
)
def test_whatever_ends_an_import_it_loses_nothing_and_goes_on(
    engine: Engine, account: Simulator, end: str, step: str, protect: str
) -> None:
    out = engine.project / "clients.py"
    command = start(engine, *COMMAND, protect)
    wait_until(lambda: STEPS[step](engine) or command.poll() is not None)
    ENDS[end](engine, command)
    _, said = command.communicate(timeout=60)
    # Nobody is left to tell it to stop.
    wait_until(lambda: not pulumi_of(engine))
    assert "Traceback" not in said
    if end in {"Ctrl-C", "SIGTERM", "lost terminal"} and step in {"first", "some"}:
        if command.returncode == 0:  # The engine was quicker than the signal.
            assert len(engine.resources()) == CLIENTS
        else:
            assert f"go on with: sipgate-provider {' '.join(COMMAND)} {protect}" in said
            assert f"{len(engine.resources())} are in the stack" in said
    if list((engine.project.parent / "backend/.pulumi/locks").rglob("*.json")):
        assert end == "kill -9 of pulumi"
        assert "pulumi cancel" in said
        if len(engine.resources()) < CLIENTS:  # Otherwise nothing is left for the engine to do.
            assert "pulumi cancel" in engine.ours(*COMMAND, protect).stderr
        engine.succeeds("cancel", "--yes")
    held = len(engine.resources())

    # The user forgets about the new program, or runs it too early.
    assert up_with(engine, "", account) is (held == 0)
    assert out.exists() or not held
    if out.exists():
        assert out.read_text().count("OAuthClient(") == CLIENTS
        finished = "has not finished" not in out.read_text()
        assert finished <= (held == CLIENTS)
        assert up_with(engine, out.read_text(), account) is finished

    again = engine.ours(*COMMAND, protect)
    assert again.returncode == 0, again.stderr
    told = re.findall(r"^(\d+) clients? (?:were|was|imported)", again.stderr, re.MULTILINE)
    assert [int(number) for number in told] == [*([held] if held else []), CLIENTS - held]
    assert "has not finished" not in out.read_text()
    assert up_with(engine, out.read_text(), account)
    assert len(engine.resources()) == CLIENTS
    assert {one.get("protect", False) for one in engine.resources()} == {protect == "--protect"}


def test_two_signals_end_the_import_at_once(engine: Engine, account: Simulator) -> None:
    command = start(engine, *COMMAND)
    wait_until(lambda: in_the_state(engine) >= 3)

    began = time.monotonic()
    for _ in range(2):
        os.kill(command.pid, signal.SIGINT)
    _, said = command.communicate(timeout=20)

    assert time.monotonic() - began < 5
    assert command.returncode == 1
    assert "was stopped by SIGINT" in said
    assert len(account.account.clients()) == CLIENTS


def test_a_program_that_standard_output_does_not_take_imports_nothing(
    engine: Engine, account: Simulator
) -> None:
    with Path("/dev/full").open("w") as full:
        command = subprocess.run(
            (sys.executable, "-m", "sipgate_provider", "import", "--all"),
            check=False,
            cwd=engine.project,
            env=engine.environment,
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
        )

    assert command.returncode == 1
    assert "cannot be written" in command.stderr
    assert not engine.resources()
    assert len(account.account.clients()) == CLIENTS


def test_a_program_that_the_disk_does_not_take_imports_nothing(
    engine: Engine, account: Simulator
) -> None:
    ours = f"ulimit -f 2; exec {sys.executable} -m sipgate_provider {' '.join(COMMAND)}"

    command = engine.runs(("sh", "-c", ours), {})

    assert command.returncode == 1
    assert "clients.py cannot be written (File too large). Nothing was done." in command.stderr
    assert not [file for file in engine.project.iterdir() if "clients" in file.name]
    assert not engine.resources()
    assert len(account.account.clients()) == CLIENTS


def test_a_file_that_the_user_wrote_is_never_replaced(engine: Engine, account: Simulator) -> None:
    (engine.project / "clients.py").write_text("# Mine.\n")

    refused = engine.ours(*COMMAND)

    assert refused.returncode == 2
    assert "exists; nothing was done" in refused.stderr
    assert (engine.project / "clients.py").read_text() == "# Mine.\n"
    assert not engine.resources()
    assert len(account.account.clients()) == CLIENTS
