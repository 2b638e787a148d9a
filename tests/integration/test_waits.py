"""A run that has to wait says why while it waits, and its log of requests can be attached to a bug report."""

from __future__ import annotations

import re
import time
from pathlib import Path
from typing import Any

import pytest

from sipgate_provider.simulator import DEMO_TOKEN, Answer, Delay, Simulator
from tests.engine_fixtures import BOTH_HOSTS

PROGRAM = (
    "import sipgate_provider as sipgate\n"
    "for number in range(6):\n"
    "    sipgate.OAuthClient(f'c{number}', redirect_uris=['https://crm.example.com/*'])\n"
)


def said_before(pulumi: Any, log: Path, text: str) -> bool:
    """Whether the run says the text before it ends."""
    while pulumi.poll() is None:
        if text in log.read_text():
            return True
        time.sleep(0.1)
    return False


@BOTH_HOSTS
@pytest.mark.parametrize("kind", ["asked", "silent"])
def test_a_long_wait_of_many_clients_is_explained_once_while_it_lasts(
    engine: Any, sipgate: Simulator, kind: str
) -> None:
    engine.write(PROGRAM)
    busy = Answer(429, headers={"Retry-After": "7"})
    fault = busy if kind == "asked" else Delay(7)
    sipgate.misbehave(fault, method="POST", times=4)
    server = sipgate.base_url.split("/")[2]
    says = (
        f"{server} is busy (429) and asks for a pause; waiting 7 s."
        if kind == "asked"
        else f"There is no usable response from {server} after 5 s; waiting up to"
    )
    log = engine.project.parent / "started.log"
    pulumi = engine.start("up")

    assert said_before(pulumi, log, says)

    assert pulumi.wait(60) == 0
    diagnostics = log.read_text().rpartition("Diagnostics:")[2]
    assert diagnostics.count(says) == 1
    assert f"warning: {says}" in diagnostics
    assert len(sipgate.account.clients()) == 6


@BOTH_HOSTS
def test_the_log_of_requests_has_a_line_for_each_and_no_secret(
    engine: Any, sipgate: Simulator, tmp_path: Path
) -> None:
    engine.write(PROGRAM)
    file = tmp_path / "requests.log"

    assert engine.up(SIPGATE_LOG=str(file)).code == 0

    text = file.read_text()
    assert len(text.splitlines()) == len(sipgate.requests)
    assert (
        len(re.findall(r"Z \d+ POST /v2/authorization/oauth2/clients 200 in \d+ ms, try 1\n", text))
        == 6
    )
    assert file.stat().st_mode & 0o777 == 0o600
    for client in sipgate.account.clients():
        assert client["clientSecret"] not in text
    assert DEMO_TOKEN not in text


@BOTH_HOSTS
def test_a_log_that_cannot_be_written_stops_a_run_before_anything_is_sent(
    engine: Any, sipgate: Simulator
) -> None:
    engine.write(PROGRAM)

    refused = engine.up(SIPGATE_LOG="requests.log")

    assert refused.code != 0
    diagnostics = refused.output.rpartition("Diagnostics:")[2]
    assert diagnostics.count("SIPGATE_LOG is not an absolute path") == 1
    assert not sipgate.requests
