"""Runs `examples/quickstart` from the creation of its client to its deletion, and shows the engine's output.

The program runs in a scratch folder with its own backend, home and settings, so neither the checkout nor the user's
Pulumi changes. No process outlives the demo, even after Ctrl-C: the engine gets time to finish its step, and processes
that it leaves running are ended.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import psutil

from sipgate_provider.simulator import DEMO_TOKEN, DEMO_TOKEN_ID, Simulator
from tools.engine import locate, scratch_environment
from tools.errors import ToolError
from tools.example import copy_example

_GRACE_SECONDS = 20.0


def show() -> None:
    """Runs the demo.

    Raises:
        ToolError: A step did not have its expected result, or there is no engine.
    """
    # A shell starts its background jobs with this signal ignored.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    started = time.monotonic()
    tell(
        "The genuine Pulumi engine",
        "your own if there is one, else one that is installed or built once per machine",
    )
    engine = locate()
    print(f"  {engine}")
    with Simulator() as sipgate, scratch() as folder:
        Demo(sipgate, folder, engine).run()
    print(
        f"\nDone in {time.monotonic() - started:.0f} s. The environment {sys.prefix} and the engine stay; everything"
        " else is removed."
    )


class Demo:
    """The stack of the quickstart program, with its simulator."""

    def __init__(self, sipgate: Simulator, folder: Path, engine: Path) -> None:
        self._sipgate = sipgate
        self._project = folder / "quickstart"
        copy_example("quickstart", self._project)
        self._environment = scratch_environment(folder, engine) | {
            "SIPGATE_BASE_URL": sipgate.base_url,
            "SIPGATE_TOKEN_ID": DEMO_TOKEN_ID,
            "SIPGATE_TOKEN": DEMO_TOKEN,
        }

    def run(self) -> None:
        """Runs all steps.

        Raises:
            ToolError: A step did not have its expected result.
        """
        tell("Simulator", f"listens on {self._sipgate.base_url}")
        self._pulumi("stack", "init", "demo", quiet=True)

        tell("Preview", "examples/quickstart declares one client; nothing is sent yet")
        self._pulumi("preview")
        self._expect(0)

        tell("Create", "one POST; the output masks the secret, and the state contains it encrypted")
        self._up()
        self._expect(1)
        (made,) = self._sipgate.account.clients()

        tell("Again", "nothing changed, so nothing is sent")
        self._sipgate.clear_requests()
        self._up()
        self._expect_requests(0)

        tell(
            "Change in place",
            "the program's privacy page changes; the client keeps its id and secret",
        )
        program = self._project / "__main__.py"
        before = program.read_text()
        program.write_text(before.replace("example.com/privacy", "example.com/data-protection"))
        self._up("--diff")
        (changed,) = self._sipgate.account.clients()
        if (
            changed["clientSecret"] != made["clientSecret"]
            or changed["privacyUrl"] == made["privacyUrl"]
        ):
            raise ToolError("The client was not changed in place.")

        tell(
            "Drift",
            "somebody renames the client at sipgate; `up --refresh` detects and reverts it",
        )
        self._sipgate.account.alter_client(str(made["clientId"]), name="renamed by hand")
        self._pulumi("preview", "--refresh", "--diff")
        self._up("--refresh")
        (repaired,) = self._sipgate.account.clients()
        if repaired["name"] != made["name"]:
            raise ToolError("The drift was not reverted.")

        tell("Destroy", "the client is protected, so this takes two commands")
        self._pulumi("state", "unprotect", "--all", "--yes")
        self._pulumi("destroy", "--yes", "--skip-preview")
        self._expect(0)

    def _up(self, *arguments: str) -> None:
        self._pulumi("up", "--yes", "--skip-preview", *arguments)

    def _pulumi(self, *arguments: str, quiet: bool = False) -> None:
        command = ("pulumi", *arguments)
        print(f"  $ {' '.join(command)}", flush=True)
        engine = subprocess.Popen(
            (*command, "--non-interactive"),
            cwd=self._project,
            env=self._environment,
            # A second Ctrl-C would make the engine abort, so the terminal's must not reach it.
            start_new_session=True,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL if quiet else None,
            stderr=subprocess.DEVNULL if quiet else None,
        )
        try:
            code = engine.wait()
        except BaseException:
            end(engine)
            raise
        if code:
            raise ToolError(f"`{' '.join(command)}` failed with exit code {code}.")

    def _expect(self, clients: int) -> None:
        if (found := len(self._sipgate.account.clients())) != clients:
            raise ToolError(f"sipgate should have {clients} clients, but has {found}.")

    def _expect_requests(self, number: int) -> None:
        found = len(self._sipgate.requests)
        print(f"  sipgate received {found} requests.")
        if found != number:
            raise ToolError(f"sipgate should have received {number} requests.")


def end(engine: subprocess.Popen[bytes]) -> None:
    """Ends the engine and its plugins, gracefully if they react in time."""
    with suppress(psutil.NoSuchProcess):
        process = psutil.Process(engine.pid)
        family = [process, *process.children(recursive=True)]
        engine.send_signal(signal.SIGINT)
        try:
            engine.wait(_GRACE_SECONDS)
        except BaseException as impatience:
            engine.kill()
            for process in family:
                with suppress(psutil.NoSuchProcess):
                    process.kill()
            if not isinstance(impatience, subprocess.TimeoutExpired):
                raise
        engine.wait()
        _, alive = psutil.wait_procs(family, timeout=2)
        for left in alive:
            left.kill()


@contextmanager
def scratch() -> Iterator[Path]:
    """Creates a folder for the block."""
    with tempfile.TemporaryDirectory(prefix="sipgate-demo-", ignore_cleanup_errors=True) as folder:
        yield Path(folder)


def tell(step: str, what: str) -> None:
    """Prints the heading of a step."""
    bold, end_bold = (
        ("\033[1m", "\033[0m") if sys.stdout.isatty() and "NO_COLOR" not in os.environ else ("", "")
    )
    print(f"\n{bold}== {step}{end_bold}: {what}", flush=True)
