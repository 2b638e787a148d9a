"""Takes `examples/quickstart` through the whole life of its client, and shows the engine's own output.

The program is copied into a scratch folder with a backend, home and settings of its own, so nothing in the checkout
or in the user's Pulumi changes. Everything that was started has ended when this ends, also after Ctrl-C: the engine
gets the time to finish what it is doing, and what it leaves behind is ended.
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
    """Every step went as told.

    Raises:
        ToolError: One did not, or there is no engine.
    """
    # Said outright, since a shell starts its background jobs with this signal ignored.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    started = time.monotonic()
    tell(
        "The genuine Pulumi engine",
        "yours if there is one, else installed or built once per machine",
    )
    engine = locate()
    print(f"  {engine}")
    with Simulator() as sipgate, scratch() as folder:
        Demo(sipgate, folder, engine).run()
    print(
        f"\nDone in {time.monotonic() - started:.0f} s. What stays is the environment {sys.prefix} and the engine;"
        " all else is gone."
    )


class Demo:
    """One stack of the quickstart program against one simulator."""

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
        """Goes through the steps.

        Raises:
            ToolError: A step did not do what it says.
        """
        tell("An embedded sipgate", f"listens on {self._sipgate.base_url}")
        self._pulumi("stack", "init", "demo", quiet=True)

        tell("Preview", "examples/quickstart declares one client; nothing is sent yet")
        self._pulumi("preview")
        self._expect(0)

        tell("Create", "one POST; the secret is masked, in the state it is encrypted")
        self._up()
        self._expect(1)
        (made,) = self._sipgate.account.clients()

        tell("Again", "nothing changed, so nothing is sent")
        self._sipgate.clear_requests()
        self._up()
        self._expect_requests(0)

        tell(
            "Change in place", "the program's privacy page changes; the client keeps id and secret"
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
            "somebody renames the client behind Pulumi's back; `up --refresh` finds and repairs it",
        )
        self._sipgate.account.alter_client(str(made["clientId"]), name="renamed by hand")
        self._pulumi("preview", "--refresh", "--diff")
        self._up("--refresh")
        (repaired,) = self._sipgate.account.clients()
        if repaired["name"] != made["name"]:
            raise ToolError("The drift was not repaired.")

        tell("Destroy", "the program protects its client, so that takes two commands")
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
            # A second Ctrl-C makes the engine drop everything: so it gets one, and from here.
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
            raise ToolError(f"sipgate should have {clients} clients now, and has {found}.")

    def _expect_requests(self, number: int) -> None:
        found = len(self._sipgate.requests)
        print(f"  sipgate saw {found} requests.")
        if found != number:
            raise ToolError(f"sipgate should have seen {number} requests.")


def end(engine: subprocess.Popen[bytes]) -> None:
    """The engine and the plugins it started have ended, gracefully where they can."""
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
    """A folder that is gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="sipgate-demo-", ignore_cleanup_errors=True) as folder:
        yield Path(folder)


def tell(step: str, what: str) -> None:
    """A line that says what comes now."""
    bold, end_bold = (
        ("\033[1m", "\033[0m") if sys.stdout.isatty() and "NO_COLOR" not in os.environ else ("", "")
    )
    print(f"\n{bold}== {step}{end_bold}: {what}", flush=True)
