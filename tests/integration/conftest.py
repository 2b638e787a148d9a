"""The genuine engine, each test in a project, backend, home and environment of its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psutil
import pytest

from sipgate_provider.simulator import DEMO_TOKEN, DEMO_TOKEN_ID, Simulator

ROOT = Path(__file__).resolve().parents[2]


@dataclass
class Result:
    """One run of the engine's command line."""

    code: int
    output: str


@dataclass
class Engine:
    """One stack of one program."""

    project: Path
    environment: dict[str, str]
    log: list[Result] = field(default_factory=list)

    def write(self, program: str, settings: str = "name: trial\nruntime: python\n") -> None:
        (self.project / "Pulumi.yaml").write_text(settings)
        (self.project / "__main__.py").write_text(program)

    def client(self, **arguments: object) -> None:
        """Writes a program that declares one client and exports it."""
        given = ", ".join(f"{name}={value!r}" for name, value in arguments.items())
        self.write(
            "import pulumi\n"
            "import sipgate_provider as sipgate\n"
            f"crm = sipgate.OAuthClient('crm', {given})\n"
            "for name in ('client_id', 'client_secret', 'name', 'description', 'redirect_uris',\n"
            "             'web_origins', 'privacy_url', 'terms_url'):\n"
            "    pulumi.export(name, getattr(crm, name))\n"
        )

    def pulumi(self, *arguments: str, **variables: str) -> Result:
        """Runs the command line; `variables` are added to the environment."""
        run = subprocess.run(
            ("pulumi", *arguments, "--non-interactive", "--color=never"),
            check=False,
            cwd=self.project,
            env=self.environment | variables,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=120,
        )
        self.log.append(Result(run.returncode, run.stdout))
        return self.log[-1]

    def start(self, *arguments: str) -> subprocess.Popen[bytes]:
        """The command line under way; its output goes to a file."""
        with (self.project.parent / "started.log").open("wb") as output:
            return subprocess.Popen(
                ("pulumi", *arguments, "--yes", "--skip-preview", "--non-interactive"),
                cwd=self.project,
                env=self.environment,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def ours(self, *arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
        """Runs the package's own command line in the project."""
        return subprocess.run(
            (sys.executable, "-m", "sipgate_provider", *arguments),
            check=False,
            cwd=self.project,
            env=self.environment | variables,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=120,
        )

    def up(self, *arguments: str, **variables: str) -> Result:
        return self.pulumi("up", "--yes", "--skip-preview", *arguments, **variables)

    def succeeds(self, *arguments: str, **variables: str) -> str:
        """The output of a command that has to succeed."""
        result = self.pulumi(*arguments, **variables)
        assert result.code == 0, result.output
        return result.output

    def outputs(self) -> dict[str, Any]:
        # The state's own document, since `stack output` prints a warning beside it.
        document = json.loads(self.succeeds("stack", "export", "--show-secrets"))
        stack = document["deployment"]["resources"][0]["outputs"]
        return {
            name: json.loads(value["plaintext"]) if isinstance(value, dict) else value
            for name, value in stack.items()
        }

    def resources(self) -> list[Mapping[str, Any]]:
        """The clients in the state, as it is stored."""
        document = json.loads(self.succeeds("stack", "export"))
        resources = document["deployment"].get("resources", [])
        return [
            resource for resource in resources if resource["type"].endswith("sipgate:OAuthClient")
        ]


@pytest.fixture(scope="session")
def engine_folder() -> Path:
    """Where the engine is; a machine that cannot have one fails here, it does not skip."""
    command = (sys.executable, str(ROOT / "tools/engine"))
    found = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True)
    return Path(found.stdout.strip())


@pytest.fixture
def make_engine(engine_folder: Path, tmp_path: Path, sipgate: Simulator) -> Callable[[str], Engine]:
    """Engines on folders of the test's own."""

    def make(name: str) -> Engine:
        folder = tmp_path / name
        (folder / "project").mkdir(parents=True)
        (folder / "backend").mkdir()
        inherited = {
            key: value
            for key, value in os.environ.items()
            if not key.startswith(("PULUMI_", "SIPGATE_", "PYTHON"))
        }
        interpreter = Path(sys.executable).parent
        environment = inherited | {
            "PATH": os.pathsep.join((str(interpreter), str(engine_folder), os.environ["PATH"])),
            "PULUMI_BACKEND_URL": (folder / "backend").as_uri(),
            "PULUMI_CONFIG_PASSPHRASE": "trial",
            "PULUMI_HOME": str(folder / "home"),
            "PULUMI_SKIP_UPDATE_CHECK": "true",
            "SIPGATE_BASE_URL": sipgate.base_url,
            "SIPGATE_TOKEN_ID": DEMO_TOKEN_ID,
            "SIPGATE_TOKEN": DEMO_TOKEN,
        }
        engine = Engine(folder / "project", environment)
        engine.write("")
        engine.succeeds("stack", "init", "trial")
        return engine

    return make


@pytest.fixture
def engine(make_engine: Callable[[str], Engine], tmp_path: Path) -> Iterator[Engine]:
    """One stack; afterwards none of its processes is left, and no output held a traceback or a credential."""
    made = make_engine("trial")
    yield made
    for result in made.log:
        assert "Traceback" not in result.output
        assert DEMO_TOKEN not in result.output
    left = [
        process.info
        for process in psutil.process_iter(["pid", "cmdline", "cwd"])
        if str(tmp_path) in str(process.info["cwd"])
    ]
    assert not left
