"""A run that is cancelled ends soon, and a failure is a sentence, whatever else happens in the plugin's process."""

from __future__ import annotations

import signal
import time
from collections.abc import Callable
from typing import Any

import pytest

from sipgate_provider.simulator import Answer, Simulator
from tests.engine_fixtures import BOTH_HOSTS
from tests.engine_stack import Engine

ONE: dict[str, Any] = {"redirect_uris": ["https://crm.example.com/*"]}


def wait_for(happened: Callable[[], object]) -> None:
    ends = time.monotonic() + 60
    while not happened():
        assert time.monotonic() < ends
        time.sleep(0.05)


@BOTH_HOSTS
@pytest.mark.parametrize("verb", ["GET", "POST"])
def test_a_cancelled_run_ends_soon_though_sipgate_asks_to_wait(
    engine: Any, sipgate: Simulator, verb: str
) -> None:
    engine.client(**ONE)
    busy = Answer(429, headers={"Retry-After": "20"})
    fault = sipgate.misbehave(busy, method=verb, times=None)
    pulumi = engine.start("up")
    wait_for(lambda: fault.hits)
    time.sleep(0.5)
    began = time.monotonic()
    pulumi.send_signal(signal.SIGINT)
    pulumi.wait(60)

    assert time.monotonic() - began < 10
    said = (engine.project.parent / "started.log").read_text()
    assert "not repeated, because the run was cancelled" in said
    assert not sipgate.account.clients()


def test_another_providers_traceback_is_shown_and_turns_no_message_into_one(
    make_engine: Callable[[str], Engine], sipgate: Simulator
) -> None:
    engine = make_engine("trial")
    engine.write(
        "import pulumi, pulumi.dynamic\n"
        "import sipgate_provider as sipgate\n"
        "class Theirs(pulumi.dynamic.ResourceProvider):\n"
        "    def create(self, props):\n"
        "        raise RuntimeError('their bug')\n"
        "class Another(pulumi.dynamic.Resource):\n"
        "    def __init__(self, name):\n"
        "        super().__init__(Theirs(), name, {})\n"
        "for n in range(4):\n"
        "    Another(f'theirs{n}')\n"
        "    sipgate.OAuthClient(f'ours{n}', redirect_uris=['https://crm.example.com/*'])\n"
    )
    sipgate.misbehave(Answer(400, b"no good"), method="POST", times=None)

    failed = engine.up("--continue-on-error")

    assert failed.code != 0
    ours = "error: SipgateError: Creating the client: sipgate refused (400, 'no good')."
    assert ours in failed.output
    for block in failed.output.partition("Diagnostics:")[2].split("\n\n"):
        assert ("Traceback" in block) == ("their bug" in block)
