"""The benchmarks: that every contender lives its whole life, and sends what it is there for."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.engine_stack import ROOT

pytestmark = [pytest.mark.full, pytest.mark.timeout(900)]

CLIENTS = 3
CHANGING = {"create": "POST", "update all": "PUT", "destroy": "DELETE"}


def test_each_contender_sends_what_it_is_there_for_and_keeps_the_same_state(tmp_path: Path) -> None:
    file = tmp_path / "figures.json"
    options = ("--clients", str(CLIENTS), "--latency", "0", "--rounds", "1", "--json", str(file))
    run = subprocess.run(
        (sys.executable, "benchmarks", *options),
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stdout + run.stderr

    laps = {(lap["contender"], lap["command"]): lap for lap in json.loads(file.read_text())["race"]}
    for command, method in CHANGING.items():
        for contender in ("naive", "ours", "native"):
            assert laps[contender, command]["requests"][method] == CLIENTS
        for contender in ("floor", "waiting"):
            assert laps[contender, command]["requests"] == {}
    assert all(lap["requests"] == {} for (_, command), lap in laps.items() if command == "no-op")
    # Both encrypt the secret and nothing else. The state repeats the path of the provider's module, and ours is longer.
    assert laps["ours", "create"]["state"] == pytest.approx(
        laps["naive", "create"]["state"], rel=0.03
    )
