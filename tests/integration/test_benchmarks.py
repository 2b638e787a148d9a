"""The benchmarks: that every contender lives its whole life, and that a creation can be traced."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.engine_stack import ROOT

pytestmark = pytest.mark.full

CLIENTS = 3
CHANGING = {"create": "POST", "update all": "PUT", "destroy": "DELETE"}


def measured(folder: Path, *arguments: str) -> dict[str, Any]:
    """What the benchmarks write with these arguments."""
    file = folder / "figures.json"
    command = (
        sys.executable,
        "benchmarks",
        *arguments,
        "--clients",
        str(CLIENTS),
        "--latency",
        "0",
    )
    run = subprocess.run(
        (*command, "--json", str(file)),
        cwd=ROOT,
        env=os.environ,
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stdout + run.stderr
    document: dict[str, Any] = json.loads(file.read_text())
    return document


def test_each_contender_sends_what_it_is_there_for(tmp_path: Path) -> None:
    laps = measured(tmp_path, "race", "--rounds", "1")["race"]

    sent = {(lap["contender"], lap["command"]): lap["requests"] for lap in laps}
    for command, method in CHANGING.items():
        for contender in ("clear", "naive", "ours", "native"):
            assert sent[contender, command][method] == CLIENTS
        for contender in ("floor", "pace", "native-pace"):
            assert sent[contender, command] == {}
    assert all(requests == {} for (_, command), requests in sent.items() if command == "no-op")


def test_a_usual_provider_with_encrypted_secrets_has_the_state_of_ours(tmp_path: Path) -> None:
    laps = measured(tmp_path, "race", "--rounds", "1", "--contenders", "naive,clear,ours")["race"]

    size = {lap["contender"]: lap["state"] for lap in laps if lap["command"] == "create"}
    assert size["clear"] < size["naive"]
    assert size["ours"] == pytest.approx(size["naive"], rel=0.01)


def test_a_trace_shows_every_creation_and_its_request(tmp_path: Path) -> None:
    traces = measured(tmp_path, "trace")["trace"]

    assert [trace["contender"] for trace in traces] == ["naive", "ours", "native"]
    for trace in traces:
        assert len(trace["calls"]) == CLIENTS
        for call in trace["calls"]:
            method, left, came = call["requests"][-1]
            assert method == "POST"
            assert call["arrived"] <= call["began"] <= left <= came <= call["ended"]
        assert max(call["ended"] for call in trace["calls"]) < trace["seconds"]


def test_each_of_the_engines_settings_is_timed(tmp_path: Path) -> None:
    (found,) = measured(tmp_path, "settings", "--rounds", "1")["settings"].values()

    assert "PULUMI_DIY_BACKEND_GZIP" in found
    for times in found.values():
        assert all(len(of) == 1 for of in times.values())


def test_our_share_counts_every_call(tmp_path: Path) -> None:
    (share,) = measured(tmp_path, "share")["share"]

    # Without the first call of each command, which imports.
    assert share["calls"]["create"] in {CLIENTS, CLIENTS - 1}
    assert share["programs"].keys() == {"floor", "ours"}
