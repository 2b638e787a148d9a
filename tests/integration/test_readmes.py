"""README.md shows what happens, and the commands in the READMEs of the examples succeed."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import textwrap
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from sipgate_provider.simulator import DEMO_TOKEN, DEMO_TOKEN_ID
from tests.engine_fixtures import left_nothing
from tests.engine_stack import ROOT, path_without_environment

# The copy of the checkout that the packages are built from.
from tests.packaging.conftest import checkout
from tools.engine import scratch_environment
from tools.readme import paste, up

__all__ = ["checkout"]

EXAMPLES = sorted(path.parent.name for path in (ROOT / "examples").glob("*/README.md"))
_COMPILED = (
    "needs a language host that is not in the engine built here; tests/languages runs the program"
)
# Examples whose commands no test runs, and why.
NOT_FOLLOWED = {"go": _COMPILED, "java": _COMPILED, "typescript": _COMPILED}
# Commands that no test runs, by what they begin with, and why.
LEFT_OUT = {
    "team": {
        "psql ": "needs an administrator of PostgreSQL; test_team.py runs the scripts",
        "pulumi login ": "needs that server; test_team.py logs in to one",
    },
    "with_other_resources": {
        "pulumi up": "needs a Kubernetes cluster and an AWS account; a unit test runs the program with mocks",
    },
}
# Commands that run until they are stopped, and what they print once they are ready.
SERVERS = {"sipgate-provider simulator": "Ctrl-C", "python -m http.server": "Serving HTTP"}
PORTS = ("15060", "15061", "8000")


def test_the_output_in_the_readme_is_what_pulumi_up_prints(engine_folder: Path) -> None:
    readme = (ROOT / "README.md").read_text()

    assert _settled(paste(readme, up(engine_folder))) == _settled(readme)


def _settled(text: str) -> str:
    """The text without ids and durations, which are others every time, and whatever the order of events."""
    text = re.sub(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", "<id>", text)
    text = re.sub(r"\(?\d+(\.\d+)?s\)?", "<time>", text)
    return "\n".join(sorted(line.rstrip() for line in text.splitlines() if line.strip()))


class Reader:
    """Somebody who types the commands of a README into terminals in its folder."""

    def __init__(self, folder: Path, logs: Path, environment: dict[str, str]) -> None:
        self._folder = folder
        self._logs = logs
        self._environment = environment
        self._terminals: list[subprocess.Popen[bytes]] = []
        self._pasted: list[str] = []

    def follow(self, readme: str) -> None:
        """Runs all commands; each has to succeed.

        A command that runs until it is stopped keeps its terminal, so what follows it is typed into a new one.
        """
        typed: list[str] = []
        for block in re.findall(r"^( *)```sh\n(.*?)^\1```", readme, re.MULTILINE | re.DOTALL):
            commands = textwrap.dedent(block[1]).strip()
            typed.append(commands)
            last = commands.rpartition("\n")[2]
            if ready := next((SERVERS[name] for name in SERVERS if name in last), ""):
                self._type(typed, until=ready)
                typed = []
        if typed:
            self._type(typed)

    def leave(self) -> None:
        """Ends what is still running."""
        for terminal in self._terminals:
            if terminal.poll() is None:
                os.killpg(terminal.pid, signal.SIGTERM)
            terminal.wait(20)

    def _type(self, commands: list[str], until: str = "") -> None:
        script = "\n".join(("set -exo pipefail", *self._pasted, *commands))
        log = self._logs / f"terminal-{len(self._terminals)}.log"
        with log.open("wb") as output:
            terminal = subprocess.Popen(
                ("bash", "-c", script),
                cwd=self._folder,
                env=self._environment,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        self._terminals.append(terminal)
        if not until:
            assert terminal.wait(300) == 0, log.read_text()
            return
        ends = time.monotonic() + 300
        while until not in log.read_text():
            assert terminal.poll() is None, log.read_text()
            assert time.monotonic() < ends, log.read_text()
            time.sleep(0.1)
        self._pasted = self._pasted or re.findall(
            r"^ +(export \S+)$", log.read_text(), re.MULTILINE
        )


@pytest.fixture
def clone(checkout: Path, tmp_path: Path) -> Path:
    """A clone of a repository with the files of this checkout."""
    folder = tmp_path / "clone"
    subprocess.run(("cp", "-R", checkout, folder), check=True)
    identity = ("-c", "user.name=Reader", "-c", "user.email=reader@example.com")
    for command in (("init", "--quiet"), ("add", "."), (*identity, "commit", "--quiet", "-mFiles")):
        subprocess.run(("git", *command), cwd=folder, check=True)
    return folder


@pytest.fixture
def environment(engine_folder: Path, tmp_path: Path) -> dict[str, str]:
    """The variables of a terminal in which no Python environment is active."""
    variables = scratch_environment(tmp_path, engine_folder) | {
        "PATH": path_without_environment(engine_folder),
        "PULUMI_SKIP_CONFIRMATIONS": "true",
        "PYTHONUNBUFFERED": "1",
        # Nobody listens there, so that nothing is sent to sipgate before the simulator's lines are pasted.
        "SIPGATE_BASE_URL": "http://127.0.0.1:9/v2",
    }
    variables.pop("VIRTUAL_ENV", None)
    return variables


@pytest.fixture
def reader(
    request: pytest.FixtureRequest, clone: Path, tmp_path: Path, environment: dict[str, str]
) -> Iterator[Reader]:
    """A reader in the folder of an example."""
    reader = Reader(clone / "examples" / request.param, tmp_path, environment)
    yield reader
    reader.leave()
    left_nothing(tmp_path)


@pytest.mark.full
@pytest.mark.timeout(900)
@pytest.mark.parametrize(
    ("reader", "name"),
    [
        pytest.param(
            name,
            name,
            id=name,
            marks=[pytest.mark.skip(NOT_FOLLOWED[name])] if name in NOT_FOLLOWED else [],
        )
        for name in EXAMPLES
    ],
    indirect=["reader"],
)
def test_every_command_of_an_examples_readme_succeeds_and_git_sees_no_change(
    reader: Reader, name: str, clone: Path
) -> None:
    reader.follow(for_this_machine(name, (clone / "examples" / name / "README.md").read_text()))

    status = ("git", "status", "--porcelain", "--untracked-files=all")
    assert subprocess.check_output(status, cwd=clone, text=True) == ""


def for_this_machine(name: str, readme: str) -> str:
    """The README with free ports, the simulator's credential, and without the commands that are left out."""
    for beginning in LEFT_OUT.get(name, {}):
        readme, found = re.subn(rf"^{re.escape(beginning)}.*\n", "", readme, flags=re.MULTILINE)
        assert found, f"{beginning} is left out and not in the README."
    simulator = r"^(\S*sipgate-provider simulator)$"
    readme = re.sub(simulator, r"\1 --port 15060", readme, flags=re.MULTILINE)
    for port in PORTS:
        readme = re.sub(rf"\b{port}\b", str(free_port()), readme)
    readme = re.sub(r"token-(XXXXXX|YYYYYY)", DEMO_TOKEN_ID, readme)
    asks = r"^(?=pulumi config set .*--secret )"
    return re.sub(asks, f"printf %s {DEMO_TOKEN} | ", readme, flags=re.MULTILINE)


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
        return port
