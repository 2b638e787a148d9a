from __future__ import annotations

import os
import pty
import time
from typing import TYPE_CHECKING

from tools import progress

if TYPE_CHECKING:
    import pytest

    from tests.unit.tools.conftest import Machine


def test_away_from_a_terminal_a_plain_line_appears_now_and_then(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(progress, "_PLAIN_INTERVAL", 0.05)
    with progress.step("Compiling pulumi", "packages", 200) as step:
        step.done = 50
        time.sleep(0.2)
        step.done = 200
    out, err = capsys.readouterr()
    assert out == ""
    assert "  Compiling pulumi: 50 of 200 packages (25 %), 0 s …\n" in err
    assert err.endswith("  Compiling pulumi: 200 of 200 packages (100 %), 0 s, done\n")


def test_a_step_is_timed_in_minutes_and_seconds() -> None:
    step = progress.Step("Installing Go", "", since=time.monotonic() - 75)
    assert str(step) == "Installing Go: 1 min 15 s"


def test_more_than_expected_is_not_more_than_all() -> None:
    assert progress.Step("Compiling", "packages", 10, 12).amount == "10 of 10 packages (100 %)"


def test_on_a_terminal_a_bar_moves_and_stdout_holds_only_the_folder(machine: Machine) -> None:
    machine.has_go()
    terminal, side = pty.openpty()
    child = machine.start(stderr=side)
    os.close(side)
    seen = b""
    try:
        while chunk := os.read(terminal, 4096):
            seen += chunk
    except OSError:
        pass  # how Linux says that the other side was closed
    os.close(terminal)
    assert child.communicate()[0] == f"{machine.entry.home / 'bin'}\n"
    text = seen.decode()
    assert "━" in text
    assert "Compiling pulumi" in text
    assert "2 of 2 packages (100 %)" in text
