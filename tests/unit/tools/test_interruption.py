from __future__ import annotations

import signal
import time
from typing import TYPE_CHECKING

import psutil
import pytest

from tests.unit.tools.conftest import wait_until_exists
from tools.engine import pins

if TYPE_CHECKING:
    import subprocess
    from pathlib import Path

    from tests.unit.tools.conftest import Machine

# Go and a compiler that it started; the compiler does not listen to a polite request.
COMPILING = (
    """env sh -c 'trap "" TERM; echo > "$HOME/compiling"; sleep 300; sleep 300' & sleep 300"""
)


def runs(process: psutil.Process) -> bool:
    """Not of one that has ended and that only its new parent, init, has not noticed yet."""
    try:
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def stop(machine: Machine, number: int) -> tuple[subprocess.Popen[str], str]:
    child = machine.start()
    wait_until_exists(machine.home / "compiling")
    below = psutil.Process(child.pid).children(recursive=True)
    assert len(below) >= 3
    # The compiler can be there before the call that has started it returns, on a machine that is busy.
    while psutil.Process(child.pid).status() != psutil.STATUS_SLEEPING:
        time.sleep(0.02)
    child.send_signal(number)
    _, err = child.communicate(timeout=20)
    deadline = time.monotonic() + 5
    while any(runs(process) for process in below):
        assert time.monotonic() < deadline, below
        time.sleep(0.02)
    (machine.home / "compiling").unlink()
    return child, err


def test_ctrl_c_leaves_no_process_and_ends_with_130(machine: Machine) -> None:
    machine.has_go(while_building=COMPILING)
    child, err = stop(machine, signal.SIGINT)
    assert child.returncode == 130
    assert "Interrupted. All child processes have ended; an interrupted build resumes" in err
    assert "Traceback" not in err
    assert not machine.entry.home.exists()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_being_ended_leaves_no_process(machine: Machine, number: int) -> None:
    machine.has_go(while_building=COMPILING)
    child, err = stop(machine, number)
    assert child.returncode == 128 + number
    assert "Traceback" not in err


def test_an_interrupted_build_goes_on_from_what_it_had(machine: Machine) -> None:
    host = pins.BINARIES[1].name
    machine.has_go(while_building=f'case "$2" in *{host}*) {COMPILING} ;; esac')
    stop(machine, signal.SIGINT)
    assert (machine.entry.work / "bin" / "pulumi").exists()
    machine.has_go()
    status, _, err = machine.run()
    assert status == 0
    assert "Resuming the interrupted build of the engine." in err
    # The interrupted host twice, the CLI, which was done, once.
    assert machine.builds == len(pins.BINARIES) + 1


def test_of_two_at_once_one_builds_and_the_other_waits_for_it(
    machine: Machine, tmp_path: Path
) -> None:
    gate = tmp_path / "gate"
    machine.has_go(
        while_building=f'echo > "$HOME/compiling"; while [ ! -e {gate} ]; do sleep 0.05; done'
    )
    first = machine.start()
    wait_until_exists(machine.home / "compiling")
    second = machine.start()
    assert second.stderr is not None
    assert "Another process is installing the engine" in second.stderr.readline()
    time.sleep(0.1)
    assert second.poll() is None
    gate.touch()
    answers = [child.communicate(timeout=30)[0] for child in (first, second)]
    assert answers == [f"{machine.entry.home / 'bin'}\n"] * 2
    assert machine.builds == len(pins.BINARIES)
